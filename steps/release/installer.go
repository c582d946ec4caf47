package release

import (
	"slices"
	"strings"

	"slipway/steps/fact"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

// Uv installs packages in a fraction of the time that pip takes, its own
// installation included. It comes from PyPI in this version and no other, by
// the sums of its wheels for the two kinds of processors that servers have.
// Where it can't be had, and where it can't install what pip may, pip does.
const uvVersion = "0.13.9"

var uvWheels = []string{
	"sha256:d7f459fe4fd247d830351c75686d3996ace3c6f3f728eb0e85a30b7ada0cef19", // manylinux, x86_64
	"sha256:5435c5ce14a56431208ca0996416d310f1598e8c2c8ba707688985a16bb82dbe", // manylinux, aarch64
}

const (
	cacheFolder = "/var/cache/slipway"
	uvFolder    = cacheFolder + "/uv-" + uvVersion
	uvCache     = cacheFolder + "/uv"
	pipCache    = cacheFolder + "/pip"
	// systemPip is pip as Debian brings it for python3 -m venv, which takes longer
	// to unpack it than uv takes to be fetched.
	systemPip = "/usr/share/python-wheels/pip-*.whl"
)

// installScript makes the environment in its final place, which its scripts
// name, as the app's user: a package's set-up code is a stranger's. When it is
// done it is root's, so the app can't change what it runs.
func installScript(v fact.View, venv string) string {
	return shell.Lines(
		shell.Command("mkdir", "-p", cacheFolder),
		getUV(v),
		`if ! {`,
		withUV(v, venv),
		`}; then`,
		withPip(v, venv),
		`fi`,
		shell.Command("chown", "-R", "root:root", venv),
		shell.Command("chmod", "-R", "go-w", venv),
		// Uv lets everybody write to its lock.
		`[ ! -e `+uvCache+` ] || chmod -R go-w `+uvCache,
		shell.Command("touch", venv+"/.complete"),
	)
}

// getUV fetches uv, unless it is there or nothing is to be installed.
func getUV(v fact.View) string {
	if len(wantedPackages(v.Plan)) == 0 {
		return ":"
	}
	requirement := "uv==" + uvVersion + " --hash=" + strings.Join(uvWheels, " --hash=")
	part := uvFolder + ".part"
	list := shell.File{Path: cacheFolder + "/uv.txt", Mode: "644", Content: requirement + "\n"}
	l := layout.Of(v.Plan.Name)
	return shell.Lines(
		`if [ ! -x `+uvFolder+`/bin/uv ]; then`,
		list.Put(),
		emptyFor(l, part),
		shell.Command(once(l, installProperties(v, part), "/bin/sh", "-c",
			"for pip in "+systemPip+"; do :; done; exec python3 \"$pip/pip\" install --quiet --no-cache-dir --no-deps --no-compile --only-binary :all: --require-hashes --target "+part+" -r "+list.Path)...)+" || :",
		`if [ -x `+part+`/bin/uv ]; then`,
		shell.Command("chown", "-R", "root:root", part),
		`rm -rf `+cacheFolder+`/uv-[0-9]*[0-9]`,
		shell.Command("mv", "-T", part, uvFolder),
		`fi`,
		`fi`,
	)
}

// withUV is a list of commands that fails if one of them does.
func withUV(v fact.View, venv string) string {
	l := layout.Of(v.Plan.Name)
	properties := installProperties(v, venv, uvCache)
	steps := []string{
		emptyFor(l, venv),
		shell.Command("install", "-d", "-m", "755", "-o", l.User, "-g", l.User, uvCache),
		shell.Command(once(l, properties, "/usr/bin/python3", "-m", "venv", "--without-pip", venv)...),
	}
	if wanted := wantedPackages(v.Plan); len(wanted) > 0 {
		words := append([]string{uvFolder + "/bin/uv", "pip", "install", "--python", venv + "/bin/python", "--compile-bytecode"}, wanted...)
		steps = append([]string{`[ -x ` + uvFolder + `/bin/uv ]`}, append(steps, shell.Command(once(l, properties, words...)...))...)
	}
	return strings.Join(steps, " &&\n") + ";"
}

func withPip(v fact.View, venv string) string {
	l := layout.Of(v.Plan.Name)
	properties := installProperties(v, venv, pipCache)
	return shell.Lines(
		`echo "pip installs the packages, since uv did not"`,
		emptyFor(l, venv),
		shell.Command("install", "-d", "-m", "755", "-o", l.User, "-g", l.User, pipCache),
		shell.Command(once(l, properties, "/usr/bin/python3", "-m", "venv", venv)...),
		shell.Command(once(l, properties, append([]string{venv + "/bin/pip", "install"}, wantedPackages(v.Plan)...)...)...),
	)
}

// emptyFor makes a new folder for the app's user.
func emptyFor(l layout.Layout, folder string) string {
	return shell.Command("rm", "-rf", folder) + " && " + shell.Command("install", "-d", "-m", "755", "-o", l.User, "-g", l.User, folder)
}

// installProperties are those of the sandbox in which packages are installed:
// only these folders can be written to.
func installProperties(v fact.View, folders ...string) []string {
	const certificates = "/etc/ssl/certs/ca-certificates.crt"
	return []string{
		"ReadWritePaths=" + strings.Join(folders, " "),
		"WorkingDirectory=" + layout.Of(v.Plan.Name).Source(v.Plan.Release),
		"Environment=HOME=/tmp TMPDIR=/var/tmp PIP_CACHE_DIR=" + pipCache + " PIP_NO_INPUT=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore PIP_CERT=" + certificates + " PIP_PROGRESS_BAR=off" +
			// Nothing of the app's own uv settings, and no Python but the server's.
			" UV_CACHE_DIR=" + uvCache + " UV_LINK_MODE=copy UV_NO_CONFIG=1 UV_PYTHON_DOWNLOADS=never UV_NO_PROGRESS=1 SSL_CERT_FILE=" + certificates,
	}
}

// wantedPackages are what is installed, as pip and uv take it: what the app
// names, and what serves it.
func wantedPackages(p plan.Plan) []string {
	var args []string
	for _, f := range p.App.Requirements.Files {
		args = append(args, "-r", f)
	}
	return slices.Concat(args, p.App.Requirements.Packages, serverPackages(p))
}
