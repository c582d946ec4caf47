package release

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"slipway/steps/app"
	"slipway/steps/shell"
)

// receiver is a server's folders for the releases of an app.
type receiver struct {
	t         *testing.T
	dir, user string
	releases  int
	// packed is how many bytes the last release took to upload.
	packed int64
}

// newReceiver needs root: the source is given to root and the app's user.
func newReceiver(t *testing.T) *receiver {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("the source is given to root, which only root can do")
	}
	r := &receiver{t: t, dir: t.TempDir(), user: "daemon"}
	put(t, r.dir, map[string]string{"releases/x": "", "uploads/x": ""})
	return r
}

func (r *receiver) release(n int) string { return fmt.Sprintf("%s/releases/%d", r.dir, n) }

func (r *receiver) current() string { return r.dir + "/current" }

// src is a path in the source of the last release.
func (r *receiver) src(path string) string { return r.release(r.releases) + "/src/" + path }

func (r *receiver) sh(script string) string {
	r.t.Helper()
	out, err := sh(script)
	if err != nil {
		r.t.Fatalf("%v: %s", err, out)
	}
	return out
}

// look is what the server says before it gets the next release.
func (r *receiver) look() string {
	r.t.Helper()
	return r.sh(lookBaseAt(r.current(), r.release(r.releases+1)))
}

// takes has the server take the next release, and does not have it serve yet.
func (r *receiver) takes(b *app.Bundle, d *delta) (string, error) {
	r.t.Helper()
	r.releases++
	packed, length, err := pack(b, d)
	if err != nil {
		r.t.Fatal(err)
	}
	defer packed.remove()
	r.packed = length
	content, err := io.ReadAll(io.NewSectionReader(packed, 0, length))
	if err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(r.dir+"/uploads/app.tar.gz", content, 0o600); err != nil {
		r.t.Fatal(err)
	}
	return sh(r.script(b))
}

func (r *receiver) script(b *app.Bundle) string {
	release := r.release(r.releases)
	return shell.Lines(sourceTexts(), shell.Script(uploadText, shell.Values{"packed": r.dir + "/uploads/app.tar.gz", "release": release,
		"source": release + "/src", "user": r.user, "socket": "/none", "socket_link": release + "/socket", "current": r.current(), "tree": treeOf(b)}))
}

func (r *receiver) serves() {
	r.t.Helper()
	put(r.t, r.release(r.releases), map[string]string{"name": "x"})
	r.sh(shell.Command("ln", "-sfnT", r.release(r.releases), r.current()))
}

// deploys has a folder be the next release, which serves then. It returns the delta.
func (r *receiver) deploys(b *app.Bundle) *delta {
	r.t.Helper()
	d := compare(b, r.look())
	if out, err := r.takes(b, d); err != nil || out != "" {
		r.t.Fatalf("%v: %s", err, out)
	}
	r.has(b)
	r.serves()
	return d
}

// has checks that the release's source is the bundle, that the app can't change it, and that
// it shares no file with another release.
func (r *receiver) has(b *app.Bundle) {
	r.t.Helper()
	var want []string
	for _, f := range b.Files {
		if f.Link != "" {
			want = append(want, fmt.Sprintf("%q leads to %q", f.Path, f.Link))
			continue
		}
		mode := 0o640
		if f.Executable {
			mode = 0o750
		}
		want = append(want, fmt.Sprintf("%q %o %x", f.Path, mode, f.Sum))
	}
	there, err := app.Collect(os.DirFS(r.src("")))
	if err != nil {
		r.t.Fatal(err)
	}
	var got []string
	for _, f := range there.Files {
		info, err := os.Lstat(r.src(f.Path))
		if err != nil {
			r.t.Fatal(err)
		}
		if f.Link != "" {
			got = append(got, fmt.Sprintf("%q leads to %q", f.Path, f.Link))
			continue
		}
		got = append(got, fmt.Sprintf("%q %o %x", f.Path, info.Mode().Perm(), f.Sum))
	}
	if !slices.Equal(got, want) {
		r.t.Errorf("the source has\n%s\nand should have\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if shared := r.sh("find " + r.src("") + " -type f -links +1"); shared != "" {
		r.t.Errorf("another release may have %s", shared)
	}
	if wrong := r.sh("cd " + r.src("") + " && find . ! \\( -user root -group " + r.user + " \\) -print -o -type d ! -perm 750 -print"); wrong != "" {
		r.t.Errorf("others can write to %s", wrong)
	}
	if _, err := os.Stat(r.release(r.releases) + "/delta"); err == nil {
		r.t.Error("the instructions are left")
	}
}

// bundleOf is the bundle of files by their paths; one whose path ends in " (x)" is
// executable, and one in " (link)" is a link.
func bundleOf(t *testing.T, files map[string]string) *app.Bundle {
	t.Helper()
	dir := t.TempDir()
	for path, text := range files {
		path, isLink := strings.CutSuffix(path, " (link)")
		path, executable := strings.CutSuffix(path, " (x)")
		put(t, dir, map[string]string{path: text})
		name := filepath.Join(dir, path)
		var err error
		if executable {
			err = os.Chmod(name, 0o700)
		}
		if isLink {
			err = errors.Join(os.Remove(name), os.Symlink(text, name))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	b, err := app.Collect(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// noise is text that does not get smaller by packing.
func noise(seed byte, length int) string {
	source := rand.NewChaCha8([32]byte{seed})
	data := make([]byte, length)
	source.Read(data) //nolint:errcheck // it never fails
	return string(data)
}

// hostileNames are paths that mean something to a shell or to a program.
var hostileNames = []string{"a\nb/new\nline", "-rf", "--help/-x", "it's", "sp ace/ two  spaces ", "$(touch owned)", "`id`", "\\n\\", "*", "?[x]", "\x01\x7f",
	"ümläut", "./ \"quoted\"", "tab\there", "~", "#x", ";&|", "..x/...", strings.Repeat("long", 50)}

// everything is an app with all kinds of files.
func everything() map[string]string {
	files := map[string]string{"app.py": "1", "empty": "", "also/empty": "", "run (x)": "#!", "plain": "#! too", "big.bin": noise(1, 300_000),
		"to-folder": "a file", "to-file/inside": "x", "link (link)": "app.py", "folder-link (link)": "also", "a/b": "b", "a-b": "ab", "a.b/c": "abc"}
	for i, name := range hostileNames {
		files[name] = fmt.Sprint("hostile ", i)
		files["moved/"+name] = noise(byte(i), 5000)
	}
	return files
}

// TestDelta changes an app in all ways, one after the other.
func TestDelta(t *testing.T) {
	r := newReceiver(t)
	files := everything()
	if d := r.deploys(bundleOf(t, files)); d != nil {
		t.Error("there was something to compare with")
	}
	steps := []struct {
		name   string
		change func()
		copied int // fewer than all by so many
		most   int64
	}{
		{"nothing", func() {}, 0, 2_000},
		{"content", func() { files["app.py"] = "2" }, 1, 2_000},
		{"moved", func() {
			for i, name := range hostileNames {
				delete(files, "moved/"+name)
				files["away/"+name] = noise(byte(i), 5000)
			}
		}, 0, 4_000},
		{"copied", func() { files["big-2.bin"], files["deep/er/big (x)"] = files["big.bin"], files["big.bin"] }, 0, 4_000},
		{"executable", func() {
			delete(files, "run (x)")
			delete(files, "plain")
			files["run"], files["plain (x)"] = "#!", "#! too"
		}, 0, 2_000},
		{"kinds", func() {
			delete(files, "to-folder")
			delete(files, "to-file/inside")
			delete(files, "link (link)")
			delete(files, "folder-link (link)")
			delete(files, "also/empty")
			delete(files, "a/b")
			files["to-folder/now"], files["to-file"], files["link"], files["folder-link/x"], files["also (link)"], files["a (link)"] = "f", "x", "no link", "x", "to-folder", "-rf"
		}, 4, 4_000},
		{"deleted", func() {
			for _, name := range hostileNames {
				delete(files, name)
			}
		}, 0, 2_000},
		{"other names", func() {
			for i, name := range hostileNames {
				files[name] = fmt.Sprint("hostile ", i)
				delete(files, "away/"+name)
			}
		}, len(hostileNames), 10_000},
	}
	for _, step := range steps {
		step.change()
		b := bundleOf(t, files)
		d := r.deploys(b)
		plain := 0
		for _, f := range b.Files {
			if f.Link == "" {
				plain++
			}
		}
		if d == nil || plain-d.copied != step.copied || r.packed > step.most {
			t.Errorf("%s: %+v of %d files, %d bytes", step.name, d, plain, r.packed)
		}
	}
}

// TestDeltaTimes has a file keep its time as long as it has the same content at the same path.
func TestDeltaTimes(t *testing.T) {
	r := newReceiver(t)
	files := map[string]string{"same": "s", "changed": "1", "moved": noise(1, 9000), "kept.db": "seed", "mode": "m"}
	r.deploys(bundleOf(t, files))
	before := time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)
	for name := range files {
		if err := os.Chtimes(r.src(name), before, before); err != nil {
			t.Fatal(err)
		}
	}
	// As data.sh does with a file that the app keeps. The touched files are as they came for
	// the list that is written after them.
	r.sh("touch " + r.release(1) + "/sums && mkdir " + r.release(1) + "/seeds && mv " + r.src("kept.db") + " " + r.release(1) + "/seeds/kept.db && ln -s /none " + r.src("kept.db"))
	files["changed"] = "2"
	files["elsewhere"] = files["moved"]
	delete(files, "moved")
	delete(files, "mode")
	files["mode (x)"] = "m"
	if d := r.deploys(bundleOf(t, files)); d == nil || d.copied != 4 {
		t.Errorf("copied: %+v", d)
	}
	for name, kept := range map[string]bool{"same": true, "changed": false, "elsewhere": false, "kept.db": true, "mode": true} {
		info, err := os.Stat(r.src(name))
		if err != nil || info.ModTime().Equal(before) != kept {
			t.Errorf("%s has the time %v, %v", name, info.ModTime(), err)
		}
	}
}

// TestDeltaOfAnother has another release serve by the time that what was packed arrives, as
// after a power cut, and what was packed be taken twice.
func TestDeltaOfAnother(t *testing.T) {
	r := newReceiver(t)
	one, two := bundleOf(t, map[string]string{"a": "1", "b": noise(1, 9000)}), bundleOf(t, map[string]string{"a": "2", "b": noise(1, 9000)})
	r.deploys(one)
	d := compare(two, r.look())
	r.deploys(two)
	if out, err := r.takes(two, d); err == nil || !strings.Contains(out, "another release serves") {
		t.Errorf("%v: %s", err, out)
	}
	r.releases--
	r.sh(shell.Command("ln", "-sfnT", r.release(1), r.current()))
	for range 2 {
		r.sh(r.script(two))
		r.has(two)
	}
	r.serves()
	r.sh("rm " + r.dir + "/uploads/app.tar.gz; touch " + r.src("built"))
	r.sh(r.script(two)) // it serves already, and stays as it is
	if _, err := os.Stat(r.src("built")); err != nil {
		t.Error("the release that serves was made again")
	}
}

// TestDamagedArchive has what was uploaded not be the app.
func TestDamagedArchive(t *testing.T) {
	r := newReceiver(t)
	b := bundleOf(t, map[string]string{"a": "1"})
	out, err := r.takes(bundleOf(t, map[string]string{"a": "2"}), nil)
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if out, err := sh(r.script(b)); err == nil || !strings.Contains(out, "is not the app's") {
		t.Errorf("%v: %s", err, out)
	}
}

// TestCompareHostile has a server answer anything.
func TestCompareHostile(t *testing.T) {
	b := bundleOf(t, map[string]string{"a": "1", "b": "2"})
	zipped := func(text string) string {
		var out bytes.Buffer
		w := gzip.NewWriter(&out)
		if _, err := io.WriteString(w, text); err != nil || w.Close() != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	for _, text := range []string{"", "x", "x\x00", "x\x00\x00short\x00", "x\x00\x00" + strings.Repeat("0", 16) + "./c\x00", "x\x00gone", strings.Repeat("x", 1<<20)} {
		for _, looked := range []string{text, zipped(text), zipped(text)[:len(zipped(text))-4]} {
			if d := compare(b, looked); d != nil {
				t.Errorf("%.40q: %+v", text, d)
			}
		}
	}
}
