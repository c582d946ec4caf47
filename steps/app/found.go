package app

import "slices"

// Framework names, as they stand in [Found.Framework].
const (
	Flask     = "flask"
	Django    = "django"
	FastAPI   = "fastapi"
	Starlette = "starlette"
)

// Server interfaces, as they stand in [Found.Server].
const (
	WSGI = "wsgi"
	ASGI = "asgi"
)

// Found says what to run and where each decision came from.
type Found struct {
	// Framework is what the app is built with: "flask", "django", "fastapi",
	// "starlette", another framework's import name in small letters, or "" if that is
	// not known (a Procfile command, a target that slipway.toml gives).
	Framework string
	// Server is the interface between server and app: "wsgi" or "asgi". An asgi
	// app needs uvicorn's worker beside gunicorn.
	Server string
	// Target is the app as gunicorn's argument: "server:app", "app:create_app()". It
	// is empty only if Command is set and does not name the app.
	Target string
	// PythonPath is the folder, relative to the app's root and with slashes, that
	// must come first on sys.path; "" is the root. The root must be on sys.path too,
	// behind it, and is always the working directory.
	PythonPath string
	// Command is the web command of the Procfile or of slipway.toml, exactly as it is
	// written. If it is set, it is used instead of Target. It is a line for sh, run in
	// the app's root, and may use variables such as $PORT, which the runner must set.
	// A runner that adds a --bind to a gunicorn command does not replace those that
	// the command has; [Found.GunicornArgs] has none.
	Command string
	// GunicornArgs are the arguments of a Command that runs gunicorn, with Target and
	// without every --bind, for a runner that binds by itself. It is nil if Command is
	// not a plain call of gunicorn, or needs sh for other variables than PORT.
	GunicornArgs []string
	// Workers is how many processes serve the app if nothing that the app says decides it; 0
	// is as many as fit the server.
	Workers int
	// WorkerClass is gunicorn's class of workers, if the app does not name one; "" is
	// threads, or uvicorn's for an asgi app.
	WorkerClass string
	// Processes are the processes beside the web app, by name, such as "worker": lines
	// for sh. Each is started once the release serves the app.
	Processes map[string]string
	// Release is a line for sh that is run once in a new release, with the app's
	// variables and data, before the release serves the app; "" if there is none. Only
	// the Procfile or slipway.toml gives one: it may change the data with which the
	// present release works.
	Release string
	// Build is a line for sh that makes files in a new release; the app's data is not
	// there. It is "" if there is none.
	Build string
	// BuildFolders are the folders, relative to the app's root, that Build may
	// write to.
	BuildFolders []string
	// Static are the folders that are served without the app, by URL path: "/static/"
	// is "staticfiles".
	Static map[string]string
	// Data are the folders and files beside the code that outlive a release, sorted by
	// their paths.
	Data []Kept
	// SettingsModule is the DJANGO_SETTINGS_MODULE of the app that is served:
	// "shop.settings"; "" if it is not known or not a Django app.
	SettingsModule string
	// Packages are Debian packages that the running app needs, BuildPackages those that
	// only the installation of its requirements needs; both sorted.
	Packages, BuildPackages []string
	// Limits are what the app or slipway.toml asks for; a field that is zero has the
	// default.
	Limits Limits
	// Needs are the variables that the app can't be loaded without.
	Needs []Need
	// Requirements are the packages to install. Gunicorn, and uvicorn for an asgi app,
	// are among them only if the app names them; see [Found.ServerPackages].
	Requirements Requirements
	// Named are the packages that the requirement files and what these include name, by normalised names,
	// with the versions that they ask for: "==20.1.0", or "" for any.
	Named map[string]string
	// PythonVersion is the Python that the app asks for: ">=3.11", "3.12", or ""
	// for any.
	PythonVersion string
	// TestCommand is run in a new release before it takes traffic. Only
	// slipway.toml or a flag gives one.
	TestCommand string
	// Reasons say for people what was found, and where.
	Reasons []Reason
	// Warnings are sentences for people about what looks like a mistake.
	Warnings []string
}

// Reason is one decision: "web app" is "server:app" because of "server.py line 6".
type Reason struct {
	Subject, Value, Source string
}

// Kept is a folder or a file that the app writes beside its code, and that every release
// sees as the one before left it.
type Kept struct {
	// Path is relative to the app's root, with slashes: "instance", "shop.db"; or it is
	// an absolute path, such as "/tmp", of a folder that the app has for itself.
	Path string
	// File is set for a file; a folder is made before the first release.
	File bool
	// URL is the path under which the web server serves the folder: "/media/"; "" if
	// only the app reads it.
	URL string
}

// Need is a variable that the app reads when it is loaded and for which it has no
// default.
type Need struct {
	// Name is the variable's, Source the place that reads it: "settings.py line 3".
	Name, Source string
}

// Requirements says what is to be installed for the app.
type Requirements struct {
	// Files are requirement files for pip's -r, relative to the app's root.
	Files []string
	// Packages are PEP 508 requirements, sorted: from [project].dependencies of
	// pyproject.toml, or found by the imports. From a lock file they are all packages
	// to install, with exact versions and with the markers that pip evaluates.
	Packages []string
	// Locked is set if Packages are a lock file's.
	Locked bool
	// Source is where they come from: "requirements.txt", "pyproject.toml",
	// "uv.lock", "imports in server.py". It is "" if the app needs no packages.
	Source string
}

func (f *Found) because(subject, value, source string) {
	f.Reasons = append(f.Reasons, Reason{Subject: subject, Value: value, Source: source})
}

func (f *Found) warn(line string) {
	if slices.Contains(f.Warnings, line) {
		return
	}
	f.Warnings = append(f.Warnings, line)
}
