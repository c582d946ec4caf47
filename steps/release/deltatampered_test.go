package release

import (
	"maps"
	"os"
	"strings"
	"testing"
)

// tampers are what becomes of a release's source behind slipway's back.
var tampers = map[string]string{
	"content":       "echo other >big",
	"same size":     "printf y >one",
	"same time":     "touch -r one time && printf y >one && touch -r time one && rm time",
	"a link":        "mv big ../big && ln -s ../big big",
	"a folder link": "mv folder ../elsewhere && ln -s ../elsewhere folder",
	"a folder":      "rm big && mkdir big && echo x >big/x",
	"gone":          "rm big",
	"all gone":      "rm -rf ../src && mkdir ../src",
	"a pipe":        "rm big && mkfifo big",
	"mode":          "chmod 755 one",
	"one more":      "echo x >more && mkdir -p built && echo x >built/x",
	"no source":     "rm -rf ../src",
	"a torn list":   "printf 'x' >../sums",
	"an empty list": ": >../sums",
	"no list":       "rm ../sums",
	"a folder list": "rm ../sums && mkdir ../sums",
}

// TestDeltaTampered has the release that serves be another one than it was, before it is
// looked at and after that: what is made is the app or nothing, and the next run mends it.
func TestDeltaTampered(t *testing.T) {
	files := map[string]string{"one": "x", "big": noise(1, 9000), "folder/x": "x", "two": "2"}
	for name, script := range tampers {
		t.Run(name, func(t *testing.T) {
			r := newReceiver(t)
			next := maps.Clone(files)
			next["two"], next["moved"] = "3", files["big"]
			r.deploys(bundleOf(t, files))
			r.sh("cd " + r.src("") + " && " + script)
			b := bundleOf(t, next)
			r.deploys(b)
		})
		t.Run(name+" after the look", func(t *testing.T) {
			r := newReceiver(t)
			next := maps.Clone(files)
			next["two"], next["moved"] = "3", files["big"]
			r.deploys(bundleOf(t, files))
			b := bundleOf(t, next)
			d := compare(b, r.look())
			r.sh("cd " + r.src("") + " && " + script)
			out, err := r.takes(b, d)
			switch {
			case err == nil:
				r.has(b)
				return
			case !strings.Contains(out, "run the same command again"):
				t.Errorf("it does not say what to type: %s", out)
			}
			if _, err := os.Stat(r.release(2) + "/sums"); err == nil {
				t.Error("what failed has a list of sums")
			}
			r.releases--
			r.deploys(b)
		})
	}
}
