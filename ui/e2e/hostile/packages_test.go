//go:build linux

package hostile

import (
	"strings"
	"testing"

	"slipway/ui/e2e"
)

// setUp is set-up code of the app's own project, which runs while it is installed. It
// looks for what it can write and read, and notes what it found in the package.
const setUp = `
import glob
import os
import subprocess
import time

from setuptools import setup

found = []
for path in glob.glob("/proc/[0-9]*/environ"):
    try:
        found.append(open(path, "rb").read().decode("latin-1"))
    except OSError:
        pass
for folder, _, names in os.walk("/var/lib"):
    for name in names:
        try:
            found.append(folder + "/" + name + " " + open(os.path.join(folder, name), "rb").read(4096).decode("latin-1"))
        except OSError:
            pass


def link(target, path):
    try:
        if os.path.lexists(path):
            os.rename(path, path + ".was")
        os.symlink(target, path)
        found.append("made " + path)
    except OSError:
        pass


def spoil():
    for venv in glob.glob("/srv/app-*/venvs/*") + glob.glob("/srv/app-*/*"):
        link("/etc/nologin", venv + "/.complete")
        link("/etc/hostile", venv + "/.uv")
    for cache in glob.glob("/var/cache/slipway/*"):
        link("/etc", cache + "/evil")
        for root, _, names in os.walk(cache):
            for name in names:
                if name.endswith(".py"):
                    try:
                        open(os.path.join(root, name), "a").write("\nHOSTILE = 1\n")
                        found.append("wrote " + os.path.join(root, name))
                    except OSError:
                        pass


spoil()
# A process of its own goes on after the installation.
subprocess.Popen(["sh", "-c", "for n in 1 2 3 4 5 6 7 8; do for v in /srv/app-*/venvs/*; do ln -s /etc/nologin $v/.complete; touch $v/late; done; sleep 1; done"],
                 start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
open("evil.py", "w").write("FOUND = " + repr("\n".join(found)) + "\n")
setup(name="evil", version="1.0", py_modules=["evil"])
`

// tellsFound is an app that tells what the set-up code, the build or the tests found.
const tellsFound = `
import evil


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
    return [evil.FOUND.encode()]
`

// keepsData is the harmless app with something in its state folder.
var keepsData = writesAtImport("open(S + '/private.txt', 'w').write('what-the-app-keeps')")

// reads is shell that finds out what a program that runs once can read.
const reads = `cat /proc/[0-9]*/environ /var/lib/` + user + `/private.txt /var/lib/` + user + `/*/private.txt 2>/dev/null`

var packageAttacks = []attack{
	{name: "the live app keeps something", files: keepsData, must: "deploy"},
	{name: "a build that reads", files: files{"evil.py": "FOUND = open('out/found', 'rb').read().decode('latin-1')\n", "app.py": tellsFound, "out/x": "x"}.
		with("slipway.toml", "[app]\nbuild = '''{ "+reads+"; } | grep -a -o -e "+secret+" -e what-the-app-keeps > out/found; true'''\nbuild-folders = [\"out\"]\n"), after: foundData},
	{name: "tests that read", args: []string{"--test-command", `{ ` + reads + `; } | grep -a -c what-the-app-keeps; test -z "$(` + reads + ` | grep -a what-the-app-keeps)"`}, must: "deploy"},
	{name: "a requirement that is an option", files: files{"requirements.txt": "gunicorn==23.0.0\n--config-settings=x --target=/etc/hostile\n"}, refused: "requirements.txt"},
	{name: "a requirement of a file of root's", files: files{"requirements.txt": "gunicorn==23.0.0\n-r /etc/shadow\n"}, refused: "etc/shadow", must: "refuse"},
	{name: "a lock file's script", files: files{"package.json": `{"scripts": {"build": "touch /etc/hostile"}}`}, must: "deploy"},
	{name: "set-up code that fails", files: files{"requirements.txt": "gunicorn==23.0.0\n./evil\n", "evil/setup.py": setUp + "\nraise SystemExit('\\033[2Jfailed')\n"}},
	{name: "set-up code of a project", files: files{"requirements.txt": "gunicorn==23.0.0\n./evil\n", "evil/setup.py": setUp, "app.py": tellsFound}, after: foundNothing},
}

// foundNothing fails if set-up code saw the live app's variables or its data.
func foundNothing(t *testing.T, o *e2e.Operator, r result) {
	if r.Code != 0 {
		t.Logf("exit %d:\n%s", r.Code, r.Stderr)
		return
	}
	_, body := e2e.Ask(t, urlOf(r))
	for _, private := range []string{secret, "what-the-app-keeps"} {
		if strings.Contains(body, private) {
			t.Errorf("set-up code read %s", private)
		}
	}
	if spoiled := o.Root(name, `grep -rls HOSTILE /var/cache/slipway /opt/slipway 2>/dev/null | head -n 3`); spoiled != "" {
		t.Errorf("what set-up code wrote in a cache outlives it: %s", spoiled)
	}
}

// foundData fails if the build saw the app's data. Its variables it may see.
func foundData(t *testing.T, _ *e2e.Operator, r result) {
	if r.Code != 0 {
		t.Errorf("exit %d:\n%s", r.Code, r.Stderr)
		return
	}
	if _, body := e2e.Ask(t, urlOf(r)); strings.Contains(body, "what-the-app-keeps") {
		t.Error("the build read what the app keeps")
	}
}
