package release

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"slipway/steps/app"
	"slipway/steps/fact"
	"slipway/steps/fact/example"
	"slipway/steps/layout"
	"slipway/steps/shell"
)

// TestShellIsWellFormed has sh parse every script, with all that an app can have.
func TestShellIsWellFormed(t *testing.T) {
	p := example.Plan(t)
	p.App.Command, p.App.Build, p.App.BuildFolders = "python serve.py", "make it's", []string{"dist", "a b"}
	p.App.Static = map[string]string{"/static/": "dist", "/it's/": "a b"}
	p.App.Processes = map[string]string{"worker": "python worker.py"}
	p.App.Release = "flask db upgrade"
	l := layout.Of(p.ServerName())
	scripts := map[string]string{"remove": Remove(l), "switch": SwitchScript(l, p.Release), "kept": LookKept(l)}
	p.App.Data = []app.Kept{{Path: "my files", URL: "/media/"}, {Path: "it.db", File: true}, {Path: "/tmp/x.db", File: true}}
	for _, f := range []*fact.Fact{Account, Upload, Data, Variables, Dependencies, Build, Tests, PreSwitch, Release} {
		scripts[f.Name] = f.Script(fact.View{Plan: p, System: example.System()})
		scripts["look at "+f.Name] = f.Look(p)
	}
	for name, script := range scripts {
		if out, err := sh(script, "-n"); err != nil {
			t.Errorf("%s: %v: %s\n%s", name, err, out, script)
		}
	}
}

// TestBuildServesNoKeptData has an app that keeps data and whose files nginx does not
// serve: the words of one script are not another's.
func TestBuildServesNoKeptData(t *testing.T) {
	p := example.Plan(t)
	p.App.Build, p.App.BuildFolders, p.App.Static = "make", []string{"dist"}, nil
	p.App.Data = []app.Kept{{Path: "it.db", File: true}}
	before, _, found := strings.Cut(Build.Script(fact.View{Plan: p, System: example.System()}), "\nstatic=")
	last := before[strings.LastIndex(before, "\nset --")+1:]
	if words, _, _ := strings.Cut(last, "\n"); !found || words != "set --" {
		t.Errorf("what nginx serves is made with the words %q", words)
	}
}

// sh runs a script as a job does.
func sh(script string, flags ...string) (string, error) {
	cmd := exec.Command("sh", append([]string{"-eu"}, flags...)...)
	cmd.Stdin = strings.NewReader(script)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// put writes files, by their paths below a folder, and the folders that they need.
func put(t *testing.T, folder string, files map[string]string) {
	t.Helper()
	for path, text := range files {
		path = filepath.Join(folder, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestStatic(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("what nginx serves is given to root, which only root can do")
	}
	dir := t.TempDir()
	put(t, dir, map[string]string{"src/a b/x.css": "x", "src/secret": "s"})
	if err := os.Symlink("../secret", filepath.Join(dir, "src/a b/link")); err != nil {
		t.Fatal(err)
	}
	values := shell.Values{"source": dir + "/src", "static": dir + "/static", "current": dir + "/before", "user": "root", "serve_links": serveLinksProgram(), "unserved": dir + "/unserved"}
	for range 2 {
		if out, err := sh(shell.Bounds() + "\n" + keepTimesText + shell.Script(staticText, values, "/deep/it's/", "a b", "/other/", "a b")); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	for _, path := range []string{"static/deep/it's/x.css", "static/other/x.css"} {
		if info, err := os.Stat(filepath.Join(dir, path)); err != nil || info.Mode().Perm() != 0o644 {
			t.Errorf("%s: %v, %v", path, info, err)
		}
	}
	if _, err := os.Lstat(filepath.Join(dir, "static/other/link")); err == nil {
		t.Error("a link is served")
	}
	out, err := sh(shell.Bounds() + "\n" + keepTimesText + shell.Script(staticText, values, "/static/", "none"))
	if err == nil || !strings.Contains(out, "the release has no folder none to serve at /static/") {
		t.Errorf("a folder that is not there: %v: %s", err, out)
	}
}

// TestDefaultLimits has nginx get limits for a release of an earlier version, before it
// reads a site that sets none itself, and no others for a release that has some.
func TestDefaultLimits(t *testing.T) {
	for name, test := range map[string]struct{ there, want string }{
		"an earlier version's": {"", "client_max_body_size 104857600;"},
		"today's":              {"client_max_body_size 1;\n", "client_max_body_size 1;"},
	} {
		release := t.TempDir()
		if test.there != "" {
			put(t, release, map[string]string{"limits.conf": test.there})
		}
		out, err := sh(DefaultLimits(layout.Of("shop"), release))
		text, readErr := os.ReadFile(release + "/limits.conf")
		if err != nil || readErr != nil || !strings.Contains(string(text), test.want) {
			t.Errorf("%s: %v, %v, %s: got %q", name, err, readErr, out, text)
		}
	}
	if out, err := sh(DefaultLimits(layout.Of("shop"), t.TempDir()+"/none")); err != nil {
		t.Errorf("without a release: %v, %s", err, out)
	}
}

// TestChoosePort has a port chosen that neither a release has nor anybody listens on.
func TestChoosePort(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"one/port": "PORT=20000\n", "two/next-port": "PORT=20001\n", "three/name": ""})
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:20002")
	if err != nil {
		t.Log("somebody else listens on the port: ", err)
	} else {
		defer listener.Close()
	}
	file := filepath.Join(dir, "three/port")
	var chosen string
	for range 2 {
		if out, err := sh(shell.Script(choosePortText, shell.Values{"file": file, "releases": dir})); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		text, err := os.ReadFile(file)
		if err != nil || chosen != "" && string(text) != chosen {
			t.Fatalf("first %q, then %q, %v", chosen, text, err)
		}
		chosen = string(text)
	}
	var port int
	if n, err := fmt.Sscanf(chosen, "PORT=%d\n", &port); n != 1 || err != nil || port < 20003 || port > 20100 {
		t.Errorf("chosen: %q", chosen)
	}
}

// TestPrune keeps the last releases that took traffic, the one in hand and the current
// one, the environments that these use, and their Pythons.
func TestPrune(t *testing.T) {
	dir := t.TempDir()
	link := func(target, path string) {
		t.Helper()
		if err := os.Symlink(filepath.Join(dir, target), filepath.Join(dir, path)); err != nil {
			t.Fatal(err)
		}
	}
	for i, name := range []string{"oldest", "older", "newer", "newest"} {
		put(t, dir, map[string]string{"releases/" + name + "/served": "", "venvs/" + name + "/.complete": "", "pythons/3." + name + "/.complete": "",
			"venvs/" + name + "/pyvenv.cfg": "home = " + dir + "/pythons/3." + name + "/cpython/bin\n", "variables/" + name + ".env": ""})
		link("venvs/"+name, "releases/"+name+"/venv")
		served := time.Unix(int64(1_000_000_000+i), 0)
		if err := os.Chtimes(filepath.Join(dir, "releases", name, "served"), served, served); err != nil {
			t.Fatal(err)
		}
	}
	put(t, dir, map[string]string{"releases/never/name": "", "releases/in-hand/name": ""})
	link("releases/oldest", "current")
	for _, folder := range []string{"venvs/hostile", "pythons/hostile"} {
		if out, err := sh(shell.Command("mkdir", dir+"/"+folder) + " && " + shell.Command("mkfifo", dir+"/"+folder+"/pyvenv.cfg")); err != nil {
			t.Fatal(out)
		}
	}
	link("venvs/hostile", "releases/in-hand/venv")
	// The user is one that no unit has.
	out, err := sh(shell.Script(pruneText, shell.Values{"uploads": dir + "/uploads", "id": "in-hand", "user": "slipway-test-nobody", "snapshots": dir + "/snapshots", "releases": dir + "/releases",
		"venvs": dir + "/venvs", "pythons": dir + "/pythons", "current": dir + "/current", "variables": dir + "/variables", "kept_limit": "2"}))
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for folder, want := range map[string]string{"releases": "in-hand newer newest oldest", "venvs": "hostile newer newest oldest", "pythons": "3.newer 3.newest 3.oldest", "variables": "newer.env newest.env oldest.env"} {
		left, err := sh(shell.Command("ls", filepath.Join(dir, folder)))
		if got := strings.Join(strings.Fields(left), " "); err != nil || got != want {
			t.Errorf("%s: got %s, want %s", folder, got, want)
		}
	}
}

// TestDependenciesOfNothing makes a real environment for an app that names no packages,
// and uses it again.
func TestDependenciesOfNothing(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("the environment is given to root, which only root can do")
	}
	dir := t.TempDir()
	// Without systemd: what is confined runs as it is.
	const confined = `confined() { while [ "$1" != -- ]; do shift; done; shift; "$@"; }`
	none := shell.Lines(completeText, "copy_source() { :; }", "settle_source() { :; }", "with_projects() { :; }", shell.Script(buildPackagesText,
		shell.Values{"build_list": dir + "/list", "build_log": dir + "/log", "app_packages": ""}))
	script := shell.Lines(confined, none, shell.Script(dependenciesText, shell.Values{"venv": dir + "/venvs/x",
		"folder": dir, "build_log": dir + "/log", "build_packages": "", "link": dir + "/link", "builder": "root", "builds": "",
		"cache": dir + "/cache", "uv": dir + "/cache/uv-1", "uv_wheels": "", "uv_cache": dir + "/cache/wheels", "uv_builds": "b", "build_cache": dir + "/cache/build",
		"fetch": "echo fetched uv for nothing", "fetch_alone": "raise SystemExit(1)", "uv_name": "", "uv_sums": "", "certificates": "/etc/passwd", "projects": "", "python": ""}))
	var made time.Time
	for range 2 {
		if out, err := sh(script); err != nil || out != "" {
			t.Fatalf("%v: %s", err, out)
		}
		info, err := os.Stat(filepath.Join(dir, "link/.complete"))
		if err != nil || !made.IsZero() && info.ModTime() != made {
			t.Fatalf("first made at %s, then %v, %v", made, info, err)
		}
		made = info.ModTime()
	}
	if target, err := os.Readlink(dir + "/link"); err != nil || target != dir+"/venvs/x" {
		t.Errorf("the link leads to %s, %v", target, err)
	}
	looked, err := sh(shell.Script(dependenciesLookText, shell.Values{"venvs": dir + "/venvs", "pythons": dir + "/pythons", "build_list": dir + "/list"}))
	if err != nil || looked != "complete "+dir+"/venvs/x\n" {
		t.Errorf("the look: %v: %s", err, looked)
	}
}

// TestVariablesScript has a release begin with the variables of the current one.
func TestVariablesScript(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("the file is given to root, which only root can do")
	}
	dir := t.TempDir()
	put(t, dir, map[string]string{"variables/old.env": "A=\"1\"\nLONG=\"one\nB=\ntwo\"\nB=\"2\"\nC=\"3\"\n"})
	if err := os.Symlink("/releases/old", filepath.Join(dir, "current")); err != nil {
		t.Fatal(err)
	}
	file := dir + "/variables/new.env"
	out, err := sh(shell.Lines(VariableRecords, shell.Script(variablesText, shell.Values{"id": "new", "unit": "none", "file": file,
		"next": dir + "/variables/next-new.env", "folder": dir + "/variables", "current": dir + "/current", "omitted": "A B", "limit": "100"},
		variableLine("A", "new $x\n'")), "echo it goes on"))
	if err != nil || out != "" {
		t.Fatalf("%v: %s", err, out)
	}
	text, err := os.ReadFile(file)
	const want = "LONG=\"one\nB=\ntwo\"\nC=\"3\"\nA=\"new \\$x\n'\"\n"
	if err != nil || string(text) != want {
		t.Errorf("got %q, %v, want %q", text, err, want)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v, %v", info, err)
	}
}
