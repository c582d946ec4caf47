package release

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"slipway/steps/app"
	"slipway/steps/fact"
	"slipway/steps/fact/example"
	"slipway/steps/layout"
	"slipway/steps/shell"
)

// keeper is a release's source and a state folder, on this computer.
type keeper struct {
	t      *testing.T
	dir    string
	values shell.Values
	words  []string
}

// newKeeper needs root: what is kept is another user's.
func newKeeper(t *testing.T, words ...string) *keeper {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("what is kept is given to another user, which only root can do")
	}
	dir := t.TempDir()
	for _, folder := range []string{dir, filepath.Dir(dir)} {
		if err := os.Chmod(folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	k := &keeper{t: t, dir: dir, words: words, values: shell.Values{
		"state": dir + "/state", "kept": dir + "/state/kept", "source": dir + "/release/src", "seeds": dir + "/release/seeds"}}
	put(t, dir, map[string]string{"release/src/shop.db": "carried", "release/src/media/a.txt": "a"})
	k.must("chgrp -R daemon " + dir + "/release/src && chmod -R g=rX " + dir + "/release/src")
	return k
}

func (k *keeper) must(script string) string {
	k.t.Helper()
	out, err := sh(script)
	if err != nil {
		k.t.Fatalf("%v: %s", err, out)
	}
	return out
}

func (k *keeper) keep() {
	k.t.Helper()
	values := shell.Values{"user": "daemon"}
	maps.Copy(values, k.values)
	if out := k.must(shell.Lines(shell.Bounds(), shell.Script(dataText, values, k.words...))); out != "" {
		k.t.Errorf("it printed %s", out)
	}
}

func (k *keeper) look() string {
	k.t.Helper()
	return k.must(shell.Script(dataLookText, k.values, k.words...))
}

// holds checks a file's content and owners.
func (k *keeper) holds(path, content, owners string) {
	k.t.Helper()
	got := k.must("cat " + path + "; stat -c ' %a %U:%G' " + path)
	if strings.TrimSpace(got) != content+" "+owners {
		k.t.Errorf("%s: %q, want %q %s", path, got, content, owners)
	}
}

func TestKeep(t *testing.T) {
	k := newKeeper(t, "file", "shop.db", "served", "media", "folder", "instance", "file", "new/later.db", "file", "/tmp/t.db")
	if got := k.look(); got != "" {
		t.Errorf("at first the look says %s", got)
	}
	// A copy that was interrupted is none.
	put(t, k.dir, map[string]string{"state/kept/media.slipway-part/half": ""})
	k.must("chown -R daemon:daemon " + k.dir + "/state && chmod 711 " + k.dir + "/state/kept")
	for range 2 {
		k.keep()
		const all = "kept shop.db\nplaced shop.db\nkept media\nplaced media\nkept instance\nplaced instance\nkept new/later.db\nplaced new/later.db\nkept /tmp/t.db\nplaced /tmp/t.db\n"
		if got := k.look(); got != all {
			t.Errorf("the look says %s", got)
		}
	}
	k.holds(k.dir+"/state/kept/shop.db", "carried", "640 daemon:daemon")
	k.holds(k.dir+"/state/kept/media/a.txt", "a", "640 daemon:www-data")
	k.holds(k.dir+"/release/seeds/shop.db", "carried", "640 root:daemon")
	// The app writes, through the link and through one that led to nothing.
	const asApp = "setpriv --reuid daemon --regid daemon --clear-groups sh -c "
	k.must(asApp + shell.Quote("umask 027; printf changed >"+k.dir+"/release/src/shop.db; printf new >"+k.dir+"/release/src/new/later.db; printf b >"+k.dir+"/state/kept/media/b.txt"))
	k.holds(k.dir+"/state/kept/media/b.txt", "b", "640 daemon:www-data")
	// The next release carries other files.
	k.must("rm -rf " + k.dir + "/release")
	put(t, k.dir, map[string]string{"release/src/shop.db": "other", "release/src/new/later.db": "other"})
	if got := k.look(); strings.Contains(got, "placed shop.db") || !strings.Contains(got, "kept shop.db") {
		t.Errorf("of a new release the look says %s", got)
	}
	k.keep()
	k.holds(k.dir+"/release/src/shop.db", "changed", "777 root:root")
	k.holds(k.dir+"/state/kept/new/later.db", "new", "640 daemon:daemon")
	if out, err := sh("ls " + k.dir + "/state/kept"); err != nil || out != "instance\nmedia\nnew\nshop.db\ntmp\n" {
		t.Errorf("kept: %s, %v", out, err)
	}
}

// TestKeepRefuses a folder that is a file in the source.
func TestKeepRefuses(t *testing.T) {
	k := newKeeper(t, "folder", "shop.db")
	k.values["user"] = "daemon"
	if out, err := sh(shell.Lines(shell.Bounds(), shell.Script(dataText, k.values, k.words...))); err == nil || !strings.Contains(out, "shop.db is a file in the source") {
		t.Errorf("%v: %s", err, out)
	}
}

// TestKeepAsTheApp has a link in the state folder lead where only root may write.
func TestKeepAsTheApp(t *testing.T) {
	k := newKeeper(t, "folder", "a/b", "served", "media")
	put(t, k.dir, map[string]string{"of-root/x": ""})
	k.must("mkdir -p " + k.dir + "/state/kept && ln -s " + k.dir + "/of-root " + k.dir + "/state/kept/a && ln -s " + k.dir + "/of-root " + k.dir + "/state/kept/media && chown -hR daemon " + k.dir + "/state")
	values := shell.Values{"user": "daemon"}
	maps.Copy(values, k.values)
	if out, err := sh(shell.Lines(shell.Bounds(), shell.Script(dataText, values, k.words...))); err == nil {
		t.Errorf("it wrote where the app may not: %s", out)
	}
	if got := k.must("stat -c '%U:%G' " + k.dir + "/of-root; ls " + k.dir + "/of-root"); got != "root:root\nx\n" {
		t.Errorf("root's folder is %s", got)
	}
}

func TestScratch(t *testing.T) {
	k := newKeeper(t, "file", "shop.db", "served", "media", "file", "later.db", "folder", "/data")
	k.words = []string{"file", "shop.db", "served", "media", "file", "later.db"}
	k.keep()
	scratch := k.dir + "/release/scratch"
	values := shell.Values{"source": k.values["source"], "seeds": k.values["seeds"], "scratch": scratch, "user": "daemon"}
	k.must(shell.Lines(shell.Bounds(), shell.Script(scratchText, values, append(k.words, "folder", "/data")...)))
	k.holds(scratch+"/shop.db", "carried", "640 daemon:daemon")
	k.holds(scratch+"/media/a.txt", "a", "640 daemon:daemon")
	if out := k.must("ls " + scratch); out != "data\nmedia\nshop.db\n" {
		t.Errorf("it has %s", out)
	}
}

func TestDataLines(t *testing.T) {
	found := app.Found{Data: []app.Kept{{Path: "/data"}, {Path: "/tmp/x.db", File: true}, {Path: "my files"}, {Path: "shop.db", File: true}}}
	got := dataLines(layout.Of("shop"), "0123456789ab", found, "/kept")
	want := []string{`BindPaths="/kept/data":"/data"`, `ExecStartPre="/bin/ln" "-sfnT" "/kept/tmp/x.db" "/tmp/x.db"`,
		`BindPaths="/kept/my files":"/srv/app-shop/releases/0123456789ab/src/my files"`}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestDecideData(t *testing.T) {
	p := example.Plan(t)
	p.App.Data = []app.Kept{{Path: "media", URL: "/media/"}, {Path: "server.py", File: true}}
	for looked, want := range map[string]string{
		"": "keep media/ across releases in /var/lib/app-accounts/kept/media, keep server.py across releases in /var/lib/app-accounts/kept/server.py",
		"kept media\nplaced media\nkept server.py\n":                   "let release 0123456789ab see the kept server.py",
		"kept media\nplaced media\nkept server.py\nplaced server.py\n": "",
	} {
		var got []string
		for _, c := range Data.Decide(fact.View{Plan: p, Looked: looked}) {
			got = append(got, c.What)
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%q: got %q", looked, got)
		}
	}
	if location := staticLocations(p).Content; !strings.Contains(location, `alias "/var/lib/app-accounts/kept/media/";`) || !strings.Contains(location, "disable_symlinks on from=/var/lib;") || strings.Contains(location, "server.py") {
		t.Errorf("nginx serves %s", location)
	}
}
