package fakeheroku

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// builder is one build under way.
type builder struct {
	h       *Heroku
	ctx     context.Context
	out     io.Writer
	dir     string // of the slug: app is the source, venv its packages
	vars    map[string]string
	faults  Faults
	refused []string // buildpacks that are not Heroku's for Python
	// checksum is that of the source, as "sha256:" and the digits; "" if it was not given.
	checksum string
}

// broken is what ends a build, in the words of its output.
type broken string

func (b broken) Error() string { return string(b) }

func (h *Heroku) runBuild(a *app, l *live, b *build, out *stream) {
	defer out.close()
	ctx, cancel := context.WithCancel(l.ctx)
	defer cancel()
	h.mu.Lock()
	b.cancel = cancel
	id := h.nextID()
	w := &builder{h: h, ctx: ctx, out: out, dir: h.folder("apps", a.ID, "slugs", id), vars: maps.Clone(a.Vars), faults: h.faults}
	for _, p := range b.Buildpacks {
		if !isPython(p) {
			w.refused = append(w.refused, p)
		}
	}
	chosen, stack, source := len(b.Buildpacks) > 0, b.Stack, b.Source
	if b.Checksum != nil {
		w.checksum = strings.ToLower(*b.Checksum)
	}
	h.mu.Unlock()
	types, err := w.build(source, stack, chosen)
	h.mu.Lock()
	defer h.mu.Unlock()
	b.UpdatedAt = time.Now()
	if err != nil || ctx.Err() != nil || h.live[a.ID] != l {
		w.failed(err)
		b.Status = failed
		l.logs.api("Build failed -- check your build logs")
		_ = os.RemoveAll(w.dir) // what is left is in the way of nothing
		h.saveLater()
		return
	}
	s := &slug{ID: id, Stack: stack, Size: w.size(), Types: types, CreatedAt: time.Now()}
	description := "Deploy " + id[:8]
	if b.Version != nil && *b.Version != "" {
		s.Commit = *b.Version
		description = "Deploy " + s.Commit[:min(len(s.Commit), 8)]
	}
	a.Slugs = append(a.Slugs, s)
	r := h.release(a, change{description: description, slug: id})
	b.Slug, b.Release, b.Status = id, r.ID, succeeded
	w.finished(a, r, types)
	l.logs.api("Build succeeded")
	h.saveLater()
}

func (w *builder) say(format string, args ...any) { _, _ = fmt.Fprintf(w.out, format+"\n", args...) } // a stream takes all

func (w *builder) step(format string, args ...any) { w.say("-----> "+format, args...) }

func (w *builder) failed(err error) {
	if err != nil {
		for line := range strings.Lines(err.Error()) {
			w.say(" !     %s", strings.TrimRight(line, "\n"))
		}
	}
	w.say(" !")
	w.say(" !     Push rejected, failed to compile Python app.")
}

func (w *builder) finished(a *app, r *release, types map[string]string) {
	w.step("Launching...")
	if types["release"] != "" {
		w.say(" !     Release command declared: this new release will not be available until the command succeeds.")
	}
	w.say("       Released v%d", r.Version)
	w.say("       %s deployed to Heroku", a.url())
}

// build unpacks the source and makes its packages; it returns the process types.
func (w *builder) build(source, stack string, chosen bool) (map[string]string, error) {
	w.step("Building on the %s stack", strings.ToUpper(stack[:1])+stack[1:])
	if stack == "container" {
		return nil, broken("This stack builds images only; the simulation has none.")
	}
	app := filepath.Join(w.dir, "app")
	if err := w.unpack(source, app); err != nil {
		return nil, err
	}
	if len(w.refused) > 0 {
		return nil, broken("The simulation has Heroku's buildpack for Python only, and no " + strings.Join(w.refused, ", "))
	}
	pause(w.ctx, w.faults.SlowBuild)
	if err := w.detect(app, chosen); err != nil {
		return nil, err
	}
	if err := w.python(app); err != nil {
		return nil, err
	}
	w.step("Discovering process types")
	types, err := procfile(filepath.Join(app, "Procfile"))
	if err != nil {
		return nil, err
	}
	names := slices.Sorted(maps.Keys(types))
	if len(names) == 0 {
		names = []string{"(none)"}
	}
	w.say("       Procfile declares types -> %s", strings.Join(names, ", "))
	w.step("Compressing...")
	w.say("       Done: %.1fM", float64(w.size())/1e6)
	return types, nil
}

// detect finds which language the source is in; the order is Heroku's.
func (w *builder) detect(app string, chosen bool) error {
	if !chosen {
		for _, other := range []struct{ file, language string }{{"Gemfile", "Ruby"}, {"package.json", "Node.js"}, {"project.clj", "Clojure"}} {
			if exists(app, other.file) {
				return broken(other.language + " app detected because of " + other.file + ", and no buildpack was chosen.\nThe simulation builds Python only.")
			}
		}
	}
	for _, file := range []string{
		"requirements.txt", "Pipfile", "Pipfile.lock", "poetry.lock", "uv.lock", "setup.py", "pyproject.toml", "setup.cfg",
		".python-version", "runtime.txt", "manage.py", "main.py", "app.py",
	} {
		if exists(app, file) {
			w.step("Python app detected")
			return nil
		}
	}
	return broken("No default language could be detected for this app.\nHINT: This occurs when Heroku cannot detect the buildpack to use for this application automatically.")
}

func exists(dir, name string) bool {
	info, err := os.Stat(filepath.Join(dir, name))
	return err == nil && info.Mode().IsRegular()
}

// unpack takes the archive from where it was put. Whatever is no file, folder or link
// inside of it is refused.
func (w *builder) unpack(source, into string) error {
	u, err := url.Parse(source)
	if err != nil || !strings.HasPrefix(u.Path, OutsidePath+"sources/") {
		return broken("Couldn't download the source from " + source)
	}
	file, err := os.Open(w.h.sourceFile(path.Base(u.Path)))
	if err != nil {
		return broken("Couldn't download the source: nothing was uploaded to its address.")
	}
	defer func() { _ = file.Close() }() // it is read only
	if err := os.MkdirAll(into, 0o700); err != nil {
		return err
	}
	root, err := os.OpenRoot(into)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }() // nothing is written through it any more
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return err
	}
	if w.checksum != "" && w.checksum != "sha256:"+hex.EncodeToString(sum.Sum(nil)) {
		return broken("The source has another checksum than " + w.checksum)
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	packed, err := gzip.NewReader(file)
	if err != nil {
		return broken("The source is not a gzipped tar archive.")
	}
	archive := tar.NewReader(packed)
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return w.ignore(into)
		}
		if err != nil {
			return broken("The source is not a whole tar archive: " + err.Error())
		}
		if err := place(root, header, archive); err != nil {
			return broken("The source can't be unpacked: " + err.Error())
		}
	}
}

func place(root *os.Root, header *tar.Header, content io.Reader) error {
	name := filepath.Clean(header.Name)
	if err := root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	switch header.Typeflag {
	case tar.TypeDir:
		return root.MkdirAll(name, 0o755)
	case tar.TypeSymlink:
		return root.Symlink(header.Linkname, name)
	case tar.TypeXGlobalHeader:
		return nil
	case tar.TypeReg:
		file, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, header.FileInfo().Mode().Perm()|0o600)
		if err != nil {
			return err
		}
		_, err = io.Copy(file, content)
		return errors.Join(err, file.Close())
	}
	return fmt.Errorf("%s is no file, folder or link", header.Name)
}

// ignore removes what .slugignore names.
func (w *builder) ignore(app string) error {
	text, err := os.ReadFile(filepath.Join(app, ".slugignore"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(text)) {
		pattern := strings.Trim(strings.TrimSpace(line), "/")
		if pattern == "" || strings.HasPrefix(pattern, "#") {
			continue
		}
		found, err := filepath.Glob(filepath.Join(app, pattern))
		if err != nil {
			return broken("A line of .slugignore is not a pattern: " + pattern)
		}
		for _, f := range found {
			if err := os.RemoveAll(f); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *builder) size() int {
	total := 0
	// What can't be read counts for nothing.
	_ = filepath.WalkDir(w.dir, func(_ string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			if info, err := entry.Info(); err == nil {
				total += int(info.Size())
			}
		}
		return nil
	})
	return total
}

var processLine = regexp.MustCompile(`^([A-Za-z0-9_-]+):\s*(.+)$`)

// procfile reads the process types; without the file there are none.
func procfile(file string) (map[string]string, error) {
	text, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	types := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if m := processLine.FindStringSubmatch(strings.TrimSpace(line)); m != nil {
			types[m[1]] = strings.TrimSpace(m[2])
		}
	}
	return types, nil
}
