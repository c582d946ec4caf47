package release

import (
	_ "embed"
	"strings"

	"slipway/steps/app"
	"slipway/steps/cpython"
	"slipway/steps/fact"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

//go:embed dependencies.sh
var dependenciesText string

//go:embed complete.sh
var completeText string

//go:embed buildpackages.sh
var buildPackagesText string

//go:embed fetchuv.sh
var fetchUVText string

//go:embed fetchuv.py
var fetchUVAloneText string

// uvVersion is the version of uv that installs packages. It comes from PyPI in this
// version only, and its wheel must have one of the sums in uvWheels. Where uv can't be
// fetched, or can't install what pip may, pip does.
const uvVersion = cpython.UV

// uvWheels are the sums of uv's wheels for the two kinds of processors that servers have.
var uvWheels = []string{
	"sha256:d7f459fe4fd247d830351c75686d3996ace3c6f3f728eb0e85a30b7ada0cef19", // manylinux, x86_64
	"sha256:5435c5ce14a56431208ca0996416d310f1598e8c2c8ba707688985a16bb82dbe", // manylinux, aarch64
}

// certificates are the authorities that the system trusts.
const certificates = "/etc/ssl/certs/ca-certificates.crt"

const (
	cacheFolder = "/var/cache/slipway"
	uvFolder    = cacheFolder + "/uv-" + uvVersion
	// uvCache is the cache that stays, of packages whose code did not run.
	uvCache = cacheFolder + "/wheels"
	// uvBuilds is the folder in a cache in which uvVersion builds.
	uvBuilds = "builds-v0"
	// buildCache is the cache of a single installation that runs packages' code.
	buildCache = cacheFolder + "/build"
	// buildList lists the Debian packages that are installed for a build. It is not in
	// the cache, which anybody may empty.
	buildList = "/var/lib/slipway/build-packages"
	buildLog  = cacheFolder + "/install.log"
)

// installScript gives the release its virtual environment.
func installScript(v fact.View) string {
	l, builds, projects := layout.Of(v.Plan.ServerName()), "", ""
	if hasBuilds(v) {
		builds = "yes"
	}
	if len(v.Plan.App.Requirements.Projects) > 0 {
		projects = "yes"
	}
	var words []string
	for _, word := range wantedPackages(v.Plan) {
		words = append(words, literal(word))
	}
	python := pythonFolder(managedPython(v))
	return shell.Lines(
		confined(l, installProperties(v)),
		sourceFunctions(v),
		shell.AptFunctions(),
		shell.Script(completeText, nil),
		shell.Script(buildPackagesText, shell.Values{
			"build_list": buildList, "build_log": buildLog, "app_packages": strings.Join(v.Plan.App.Packages, " "),
		}),
		shell.Script(bringPythonText, shell.Values{
			"python": python, "python_version": managedPython(v), "python_table": pythonTable, "python_archives": pythonArchives, "python_log": pythonLog,
			"python_mirror": literal(serversMirror(v.Plan.PythonMirror)), "uv": uvFolder, "build_cache": buildCache,
		}),
		shell.Script(dependenciesText, shell.Values{
			"venv": venvOf(v), "folder": installFolder(v), "build_log": buildLog, "build_packages": strings.Join(buildPackages(v), " "),
			"link": l.Venv(v.Plan.Release), "builder": builder, "builds": builds,
			"cache": cacheFolder, "uv": uvFolder, "uv_cache": uvCache, "uv_builds": uvBuilds, "build_cache": buildCache,
			"uv_wheels":   "uv==" + uvVersion + " --hash=" + strings.Join(uvWheels, " --hash="),
			"fetch":       literal(shell.Script(fetchUVText, nil)),
			"fetch_alone": literal(fetchUVAloneText), "uv_name": "uv-" + uvVersion + "-", "uv_sums": strings.Join(uvWheels, " "),
			"python": python, "certificates": certificates, "projects": projects,
		}, words...))
}

// hasBuilds tells whether something is known to be built. If not, uv finds out.
func hasBuilds(v fact.View) bool {
	found := v.Plan.App
	return found.Requirements.Paths || len(found.Sdists)+len(buildPackages(v)) > 0
}

// installProperties are the properties of the sandbox in which packages are installed.
func installProperties(v fact.View) []string {
	return []string{
		"WorkingDirectory=" + layout.Of(v.Plan.ServerName()).Source(v.Plan.Release),
		"Environment=HOME=/tmp TMPDIR=/var/tmp PIP_CACHE_DIR=" + buildCache + "/pip PIP_NO_INPUT=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore PIP_CERT=" + certificates + " PIP_PROGRESS_BAR=off" +
			// uv reads none of the app's settings for it, and brings a Python only when it is told to.
			" UV_CACHE_DIR=" + buildCache + "/uv UV_LINK_MODE=copy UV_NO_CONFIG=1 UV_PYTHON_DOWNLOADS=manual UV_NO_PROGRESS=1 GIT_TERMINAL_PROMPT=0 SSL_CERT_FILE=" + certificates,
	}
}

// wantedPackages are the arguments of pip and uv for what is installed: what the app
// names, and what serves it.
func wantedPackages(p plan.Plan) []string {
	var args []string
	for _, f := range p.App.Requirements.Files {
		args = append(args, "-r", f)
	}
	for _, requirement := range p.App.Requirements.Packages {
		if app.IsFolder(requirement) {
			args = append(args, "-e") // its data files are read where they lie
		}
		args = append(args, requirement)
	}
	return append(args, p.App.ServerPackages()...)
}
