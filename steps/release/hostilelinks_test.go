package release

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"slipway/steps/app"
	"slipway/steps/fact"
	"slipway/steps/shell"
)

// ground is a release's folders, as root made them, beside a folder that nothing of the
// app's may reach. The app's user is daemon.
type ground struct {
	*keeper
	before string
}

// newGround needs root: the app is another user.
func newGround(t *testing.T) *ground {
	t.Helper()
	g := &ground{keeper: newKeeper(t)}
	put(t, g.dir, map[string]string{"out/shadow": "secret", "out/sub/x.css": "secret"})
	g.must("chmod 640 " + g.dir + "/out/shadow && mkdir -p " + g.dir + "/release/src/real/deep")
	g.before = g.outside()
	return g
}

// outside is what stands outside of the release: every path, mode, owner and content.
func (g *ground) outside() string {
	g.t.Helper()
	return g.must("cd " + g.dir + "/out && find . -printf '%p %m %U:%G %y %l\n' | sort; sha256sum shadow sub/x.css")
}

// TestUnservedLinks has the look say which links nginx does not serve.
func TestUnservedLinks(t *testing.T) {
	p := planOf(app.Found{Build: "make"})
	text := buildText(p)
	for looked, want := range map[string]string{
		"":                                "false []",
		text:                              "true []",
		text + "unserved a\nunserved b\n": "true [a b]",
		text + "other\n":                  "false []",
		"unserved a\n":                    "false [a]",
	} {
		v := fact.View{Plan: p, Looked: looked}
		if got := fmt.Sprint(len(Build.Decide(v)) == 0, " ", Build.Notes(v)); got != want {
			t.Errorf("%q: got %s, want %s", looked, got, want)
		}
	}
}

// links makes links in the source, by pairs of path and target; OUT is the folder
// outside.
func (g *ground) links(pairs ...string) {
	g.t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		if err := os.Symlink(strings.ReplaceAll(pairs[i+1], "OUT", g.dir+"/out"), filepath.Join(g.dir, "release/src", pairs[i])); err != nil {
			g.t.Fatal(err)
		}
	}
}

// unchanged checks that nothing outside of the release changed, and that the release
// holds none of the secret.
func (g *ground) unchanged() {
	g.t.Helper()
	if after := g.outside(); after != g.before {
		g.t.Errorf("outside of the release it was\n%s\nand is\n%s", g.before, after)
	}
	if out, _ := sh("grep -rl secret " + g.dir + "/release " + g.dir + "/state 2>/dev/null"); out != "" {
		g.t.Errorf("the secret is in %s", out)
	}
}

// ways lead from the source to the folder outside, whose name is the last one.
var ways = map[string][]string{
	"a link":             {"way", "OUT"},
	"a relative link":    {"way", "../../out"},
	"a chain":            {"real/deep/r", "../..", "s", "real/deep/r", "way", "s/../../out"},
	"a link in a folder": {"real/way", "OUT", "way", "real/way"},
}

// TestHostileLinksServed has nginx be given a folder that is not the release's.
func TestHostileLinksServed(t *testing.T) {
	for name, links := range ways {
		for _, folder := range []string{"way", "way/sub", "real/../way"} {
			g := newGround(t)
			g.links(links...)
			out, err := sh(g.static("/s/", folder))
			if err == nil || !strings.Contains(out, "leads to "+g.dir+"/out") || !strings.Contains(out, "/s/") {
				t.Errorf("%s: %s: %v: %s", name, folder, err, out)
			}
			g.unchanged()
		}
	}
}

func (g *ground) static(words ...string) string {
	return shell.Lines(shell.Bounds(), keepTimesText, shell.Script(staticText, shell.Values{"source": g.dir + "/release/src",
		"static": g.dir + "/release/static", "current": g.dir + "/before", "user": "daemon", "serve_links": serveLinksProgram(), "unserved": g.dir + "/unserved"}, words...))
}

// TestHostileLinksInServed has a folder that nginx serves hold links, and what is no
// file.
func TestHostileLinksInServed(t *testing.T) {
	g := newGround(t)
	put(t, g.dir, map[string]string{"release/src/web/app.1.css": "a", "release/src/web/v1/x.css": "x", "release/src/settings.py": "KEY", "release/src/closed/x": "c"})
	g.links("web/app.css", "app.1.css", "web/latest", "v1", "web/v1/up.css", "../app.css", "web/shadow", "OUT/shadow", "web/etc", "OUT/sub",
		"web/settings", "../settings.py", "web/all", "..", "web/self", "self", "web/none", "none", "web/a\nb", "OUT/shadow", "web/-rf", "v1/x.css")
	g.must("cd " + g.dir + "/release/src && mkfifo web/fifo && mkdir -p web/v1/deep && chgrp -R daemon . && chmod -R u=rwX,g=rX,o= .")
	if out := g.must(g.static("/s/", "web")); out != "" {
		t.Errorf("it prints %s", out)
	}
	out := g.must("cat " + g.dir + "/unserved")
	g.unchanged()
	want := ". 755 d\n./-rf 644 f\n./app.1.css 644 f\n./app.css 644 f\n./latest 755 d\n./latest/deep 755 d\n./latest/x.css 644 f\n./v1 755 d\n./v1/deep 755 d\n./v1/up.css 644 f\n./v1/x.css 644 f\n"
	if got := g.must("cd " + g.dir + "/release/static/s && LC_ALL=C find . -printf '%p %m %y\n' | LC_ALL=C sort"); got != want {
		t.Errorf("nginx is given\n%s", got)
	}
	if got := g.must("find " + g.dir + "/release/static ! -user root"); got != "" {
		t.Errorf("not of root: %s", got)
	}
	for _, note := range []string{
		"web/a?b is a link to ", "web/all is a link to .., ", "web/etc is a link to ", "web/none is a link to none, ",
		"web/self is a link to self, ", "web/settings is a link to ../settings.py, outside of that folder, ", "web/shadow is a link to " + g.dir + "/out/shadow, outside of that folder, so nginx does not serve it\n",
	} {
		if !strings.Contains(out, note) {
			t.Errorf("no note says %q: %s", note, out)
		}
	}
	if n := strings.Count(out, "\n"); n != 7 {
		t.Errorf("there are %d notes: %s", n, out)
	}
}

// TestHostileLinksBuilt has a build be lent folders that are not the release's, and leave
// links where root gives its folders back.
func TestHostileLinksBuilt(t *testing.T) {
	for name, links := range ways {
		for _, folder := range []string{"way", "way/sub", "way/new/deep"} {
			g := newGround(t)
			g.links(links...)
			out, err := sh(shell.Lines(shell.Bounds(), shell.Script(lendText, shell.Values{"source": g.dir + "/release/src", "builder": "daemon"}, folder)))
			if err == nil || !strings.Contains(out, "leads to "+g.dir+"/out") {
				t.Errorf("%s: %s: %v: %s", name, folder, err, out)
			}
			g.unchanged()
		}
	}
	g := newGround(t)
	put(t, g.dir, map[string]string{"release/src/a b/old.js": "x"})
	g.links("dist", "real")
	values := shell.Values{"source": g.dir + "/release/src", "user": "daemon"}
	words := []string{"a b", "dist", "new/deep"}
	g.must(shell.Lines(shell.Bounds(), shell.Script(lendText, shell.Values{"source": g.dir + "/release/src", "builder": "daemon"}, words...)))
	g.must("setpriv --reuid daemon --regid daemon --clear-groups sh -ec " + shell.Quote("cd '"+g.dir+"/release/src/a b' && echo y >new.js && chmod 0 new.js && chmod 4777 old.js && mkdir -m 0 d && ln -s "+g.dir+"/out/shadow l && ln -s "+g.dir+"/out m && echo z >../dist/z && echo w >../new/deep/w"))
	g.must(shell.Lines(shell.Bounds(), shell.Script(giveBackText, values, words...)))
	g.unchanged()
	const want = "a b root:daemon 750\na b/d root:daemon 750\na b/new.js root:daemon 640\na b/old.js root:daemon 750\nnew/deep root:daemon 750\nnew/deep/w root:daemon 640\nreal/z root:daemon 640\n"
	if got := g.must("cd " + g.dir + "/release/src && LC_ALL=C find 'a b' new/deep real/z ! -type l -printf '%p %u:%g %m\n' | LC_ALL=C sort"); got != want {
		t.Errorf("given back:\n%s", got)
	}
}

// TestHostileLinksKept has the app keep what its source names through a link.
func TestHostileLinksKept(t *testing.T) {
	for name, links := range ways {
		for _, words := range [][]string{{"folder", "way/media"}, {"folder", "way"}, {"file", "way/x.db"}, {"file", "way/shadow"}, {"file", "way/new/x.db"}, {"served", "way/sub"}} {
			g := newGround(t)
			g.links(links...)
			values := shell.Values{"user": "daemon"}
			maps.Copy(values, g.values)
			out, err := sh(shell.Lines(shell.Bounds(), shell.Script(dataText, values, words...)))
			if err == nil || !strings.Contains(out, words[1]+" leads to "+g.dir+"/out") {
				t.Errorf("%s: %q: %v: %s", name, words, err, out)
			}
			g.unchanged()
			values = shell.Values{"source": g.values["source"], "seeds": g.values["seeds"], "scratch": g.dir + "/release/scratch", "user": "daemon"}
			g.must("chmod -R go-rwx " + g.dir + "/out")
			g.before = g.outside()
			if out, err := sh(shell.Lines(shell.Bounds(), shell.Script(scratchText, values, words...))); err != nil && !strings.Contains(out, "outside of the app's folder") {
				t.Errorf("%s: %q: the copy: %v: %s", name, words, err, out)
			}
			g.unchanged()
		}
	}
}

// TestHostilePlaceOfOthers has the app keep a folder where others than root can write.
func TestHostilePlaceOfOthers(t *testing.T) {
	g := newGround(t)
	open, err := os.MkdirTemp("/opt", "slipway-test-") // a place in /tmp is the unit's own
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(open) })
	g.must("chmod 777 " + open + " && ln -s " + g.dir + "/out " + open + "/data")
	for _, path := range []string{open + "/data/x/y", open + "/new"} {
		values := shell.Values{"user": "daemon"}
		maps.Copy(values, g.values)
		out, err := sh(shell.Lines(shell.Bounds(), shell.Script(dataText, values, "folder", path)))
		if err == nil || !strings.Contains(out, "others than root can write to "+open) {
			t.Errorf("%s: %v: %s", path, err, out)
		}
		g.unchanged()
	}
}
