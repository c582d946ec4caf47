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
	// variables and data, before the release serves the app; "" if there is none. The
	// Procfile or slipway.toml gives one: it may change the data with which the
	// present release works. Where the app's database is an SQLite file, it is the line
	// that brings the tables up to date, unless one is given.
	Release string
	// ReleaseAgain is set if Release may be run whenever the web app starts, and not only
	// once in a release: it keeps the tables of an SQLite file up to date, or the app's own
	// web command ran it before its server.
	ReleaseAgain bool `json:"-"`
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
	// Databases are the files of databases among Data, such as those of SQLite.
	Databases []DatabaseFile `json:"-"`
	// InMemory says what of the app lives in the memory of one process, so that several
	// instances don't share it.
	InMemory []InMemory `json:"-"`
	// SettingsModule is the DJANGO_SETTINGS_MODULE of the app that is served:
	// "shop.settings"; "" if it is not known or not a Django app.
	SettingsModule string
	// Overlay is the settings module of Slipway's own that stands before SettingsModule;
	// zero if there is none.
	Overlay Overlay
	// Hosts says to which names of its server the app answers; zero if it does not look
	// at them, or that is not known.
	Hosts Hosts
	// HTTPSOnly is what redirects every visitor to HTTPS; zero if nothing does.
	HTTPSOnly Switch
	// Debug is a debug mode that is on unless a variable turns it off; zero if there is
	// none.
	Debug Switch
	// Init is a line for sh that is run once, before the first release serves the app, to
	// make the tables of its database; "" if there is none.
	Init string
	// Packages are Debian packages that the running app needs, BuildPackages those that
	// only the installation of its requirements needs; both sorted.
	Packages, BuildPackages []string
	// PackageSources says where each of Packages is asked for, for people: "Aptfile
	// line 2".
	PackageSources map[string]string
	// SystemFigures is set if the app reads the system's memory, processors and network,
	// as psutil does.
	SystemFigures bool
	// Limits are what the app or slipway.toml asks for; a field that is zero has the
	// default.
	Limits Limits
	// Offers are the databases that the app seems to use, ServiceNames the variables by
	// which it reads where they are; both sorted.
	Offers       []Offer       `json:",omitempty"`
	ServiceNames []ServiceName `json:",omitempty"`
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
	// ManagedPython is the CPython that Slipway brings to a server whose own does not
	// do, exact: "3.12.16"; "" if every server's own does. [Found.ManagedOn] decides.
	ManagedPython string `json:",omitempty"`
	// WheelPythons are the minor versions of Python, "3.12", with which no more of the
	// pinned packages lack a wheel than with any other; nil if that is every version
	// that the app takes, as far as is known.
	WheelPythons []string `json:",omitempty"`
	// Sdists are the names of pinned packages that must be built on the server, because
	// they have no wheel for the app's Python; sorted.
	Sdists []string `json:",omitempty"`
	// TestCommand is run in a new release before it takes traffic. Only
	// slipway.toml or a flag gives one.
	TestCommand string
	// Reasons say for people what was found, and where.
	Reasons []Reason
	// Warnings are sentences for people about what looks like a mistake.
	Warnings []string
}

// ManagedOn is the CPython that is brought to a server whose own Python is have, such as
// "3.13": "3.12.16"; "" if the app runs on the server's own. An empty have is a server
// that is not known yet.
func (f Found) ManagedOn(have string) string {
	if f.ManagedPython == "" {
		return ""
	}
	fits, err := PythonFits(f.PythonVersion, have)
	if err == nil && fits && (len(f.WheelPythons) == 0 || slices.Contains(f.WheelPythons, have)) {
		return ""
	}
	return f.ManagedPython
}

// Reason is one decision: "web app" is "server:app" because of "server.py line 6".
type Reason struct {
	Subject, Value, Source string
}

// Kept is a folder or a file that the app writes beside its code, and that every release
// sees as the one before left it.
type Kept struct {
	// Path is relative to the app's root, with slashes: "instance", "shop.db"; or it is
	// an absolute path: of a folder that the app has for itself, such as "/data", or of a
	// folder or file directly in /tmp or /var/tmp.
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
	// Projects are folders of the app's own projects, "." or "libs/shared", that are
	// installed after the packages, without what they depend on: their scripts and
	// metadata are wanted.
	Projects []string
	// Paths is set if a requirement is a folder or file of the app.
	Paths bool
	// Rewritten are requirements files, by their paths, of which other text is installed:
	// lines that no server can install are left out.
	Rewritten map[string]string
	// Source is where they come from: "requirements.txt", "pyproject.toml",
	// "uv.lock", "imports in server.py". It is "" if the app needs no packages.
	Source string
}

// Local tells that something of the app's own folder is installed. A build may write
// beside what it builds, so it is given a copy of the source.
func (r Requirements) Local() bool { return r.Paths || len(r.Projects) > 0 }

func (f *Found) because(subject, value, source string) {
	f.Reasons = append(f.Reasons, Reason{Subject: subject, Value: value, Source: source})
}

func (f *Found) warn(line string) {
	if slices.Contains(f.Warnings, line) {
		return
	}
	f.Warnings = append(f.Warnings, line)
}
