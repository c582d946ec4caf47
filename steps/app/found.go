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
	// "starlette", another one's import name in small letters, or "" if it can't
	// be told (a Procfile command, a target that slipway.toml gives).
	Framework string
	// Server is the interface between server and app: "wsgi" or "asgi". An asgi
	// app needs uvicorn's worker beside gunicorn.
	Server string
	// Target is the app as gunicorn takes it: "server:app", "app:create_app()".
	// It is empty only if Command is set and names none.
	Target string
	// PythonPath is the folder, relative to the app's root and with slashes,
	// that must come first on sys.path; "" is the root. The root is to be on
	// sys.path behind it, and is the working directory in either case.
	PythonPath string
	// Command is a Procfile's web command, or the one that slipway.toml gives,
	// exactly as it is written; if set, it is used instead of Target. It is a
	// line for sh, run in the app's root, and may use $PORT, $WEB_CONCURRENCY
	// and other variables: the runner must supply PORT. Gunicorn's --bind options
	// add up rather than replace each other; [Found.GunicornArgs] has none.
	Command string
	// GunicornArgs are the arguments of a Command that runs gunicorn, Target
	// included and every --bind left out, for a runner that binds by itself. It
	// is nil if Command is not a plain gunicorn call, or needs sh for variables
	// other than PORT.
	GunicornArgs []string
	// Processes are what runs beside the web app, by name, such as "worker":
	// lines for sh, each started once the release has taken over.
	Processes map[string]string
	// Release is a line for sh that is run once in a new release, with the app's
	// variables and data, before it takes over; "" if nothing is. Only the
	// Procfile or slipway.toml gives one: it may change what the running release
	// works with.
	Release string
	// Build is a line for sh that makes files in a new release, without the app's
	// data; "" if there is none.
	Build string
	// BuildFolders are the folders, relative to the app's root, that Build may
	// write to.
	BuildFolders []string
	// Static says which folder is served under which path, without asking the
	// app: "/static/" is "staticfiles".
	Static map[string]string
	// Needs are the variables that the app can't be loaded without.
	Needs []Need
	// Requirements is what is to be installed. Gunicorn, and uvicorn for an asgi
	// app, are the runner's business and only in it if the app names them.
	Requirements Requirements
	// PythonVersion is the Python that the app asks for: ">=3.11", "3.12", or ""
	// for any.
	PythonVersion string
	// TestCommand is run in a new release before it takes traffic. Only
	// slipway.toml or a flag gives one.
	TestCommand string
	// Reasons say, for people, what was found, where and why.
	Reasons []Reason
	// Warnings are short sentences for people about what looks like a mistake.
	Warnings []string
}

// Reason is one decision: "web app" is "server:app" because of "server.py line 6".
type Reason struct {
	Subject, Value, Source string
}

// Need is a variable that the app reads when it is loaded, and takes no default
// for.
type Need struct {
	// Name is the variable's, Source the place that reads it: "settings.py line 3".
	Name, Source string
}

// Requirements says what is to be installed for the app.
type Requirements struct {
	// Files are requirement files for pip's -r, relative to the app's root.
	Files []string
	// Packages are PEP 508 requirements, sorted, from pyproject.toml's
	// [project].dependencies or told from the imports; from a lock file, all that
	// is to be installed, with exact versions and markers for pip to judge.
	Packages []string
	// Locked is set if Packages are a lock file's.
	Locked bool
	// Source says where they come from: "requirements.txt", "pyproject.toml",
	// "uv.lock", "imports in server.py". It is "" if the app needs nothing.
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
