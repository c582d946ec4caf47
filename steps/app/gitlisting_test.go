package app

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"slipway/providers"
)

// repository is a folder on disk in which git can be run.
type repository struct {
	t   *testing.T
	dir string
}

func newRepository(t *testing.T) repository {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("there is no git")
	}
	t.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	r := repository{t, t.TempDir()}
	r.git("init", "-q")
	return r
}

func (r repository) git(args ...string) {
	r.t.Helper()
	cmd := exec.Command("git", append([]string{"-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "protocol.file.allow=always"}, args...)...)
	cmd.Dir = r.dir
	if out, err := cmd.CombinedOutput(); err != nil {
		r.t.Fatalf("git %v: %v\n%s", args, err, out)
	}
}

// write writes names and contents in turn.
func (r repository) write(pairs ...string) {
	r.t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		file := filepath.Join(r.dir, pairs[i])
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(pairs[i+1]), 0o644)); err != nil {
			r.t.Fatal(err)
		}
	}
}

func (r repository) below(dir string) repository {
	return repository{r.t, filepath.Join(r.dir, dir)}
}

func (r repository) goesUp() string {
	r.t.Helper()
	fsys, err := Open(r.t.Context(), r.dir)
	if err != nil {
		r.t.Fatal(err)
	}
	return paths(collect(r.t, fsys))
}

func (r repository) expect(want string) {
	r.t.Helper()
	if got := r.goesUp(); got != want {
		r.t.Errorf("got  %s\nwant %s", got, want)
	}
}

func (r repository) refused(want string) {
	r.t.Helper()
	fsys, err := Open(r.t.Context(), r.dir)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, ask := range []func() error{
		func() error { _, err := Collect(fsys); return err },
		func() error { _, err := Detect(fsys, Settings{}); return err },
	} {
		err := ask()
		var usage *providers.Usage
		if !errors.As(err, &usage) || !strings.Contains(err.Error(), want) || usage.Next == "" {
			r.t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestGitSaysWhatGoesUp(t *testing.T) {
	r := newRepository(t)
	r.write("app.py", "", "gone.py", "", "with space/ä\nb.txt", "", ".gitignore", "*.log\ninstance/\nforced.log\n",
		"forced.log", "", "tracked.env", "A=b", "old/a.py", "")
	r.git("add", "-f", ".")
	r.git("commit", "-qm", "x")
	r.write("new.py", "", "debug.log", "", "instance/db.sqlite3", "", ".env", "", "sub/.gitignore", "local.py\n", "sub/local.py", "", "sub/a.py", "",
		".git/info/exclude", "mine.txt\n", "mine.txt", "", "v/pyvenv.cfg", "", "v/x", "", ".slipwayignore", "old/\n")
	if err := os.Remove(filepath.Join(r.dir, "gone.py")); err != nil {
		t.Fatal(err)
	}
	r.expect(".gitignore app.py forced.log new.py sub/.gitignore sub/a.py with space/ä\nb.txt")
	fsys, _ := Open(r.t.Context(), r.dir)
	left := collect(t, fsys)
	for _, name := range []string{"debug.log", "instance/", "sub/local.py", "mine.txt", "old/", "v/", ".env", "tracked.env"} {
		if !slices.Contains(left.LeftOut, name) {
			t.Errorf("%s is not in %q", name, left.LeftOut)
		}
	}
	if got := fmt.Sprint(left.Secrets); got != "[.env tracked.env]" {
		t.Errorf("got %s", got)
	}
}

func TestGitSeesAFolderOfARepository(t *testing.T) {
	r := newRepository(t)
	r.write(".gitignore", "/shop/build/\n*.tmp\n", "other.py", "", "shop/app.py", "", "shop/a.tmp", "", "shop/build/x.py", "")
	r.below("shop").expect("app.py")
	// Whoever names a folder that is ignored as a whole means it.
	r.below("shop/build").expect("x.py")
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(filepath.Join(r.dir, "shop"), link); err != nil {
		t.Fatal(err)
	}
	repository{t, link}.expect("app.py")
}

func TestGitIgnoredComesBack(t *testing.T) {
	r := newRepository(t)
	r.write(".gitignore", "static/\nlocal.txt\n", "app.py", "", "static/site.css", "", "static/key.pem", "-----BEGIN PRIVATE KEY-----",
		"static/site.map", "", "local.txt", "", ".slipwayignore", "!static/\n*.map\n")
	r.expect(".gitignore app.py static/site.css")
}

func TestGitHookAndHostileRepository(t *testing.T) {
	other := newRepository(t)
	other.write("other.py", "", ".git/info/exclude", "app.py\n")
	other.git("add", ".")
	r := newRepository(t)
	r.write(".gitignore", "*.log\n", "app.py", "", "a.log", "")
	mark := filepath.Join(t.TempDir(), "ran")
	r.git("config", "core.fsmonitor", "touch "+mark+"; false")
	t.Setenv("GIT_DIR", filepath.Join(other.dir, ".git"))
	t.Setenv("GIT_INDEX_FILE", filepath.Join(other.dir, ".git", "index"))
	t.Setenv("GIT_WORK_TREE", other.dir)
	r.expect(".gitignore app.py")
	if _, err := os.Stat(mark); err == nil {
		t.Error("a command that the repository names was run")
	}
}

func TestGitSubmodule(t *testing.T) {
	lib := newRepository(t)
	lib.write("lib.py", "", ".gitignore", "*.log\n")
	lib.git("add", ".")
	lib.git("commit", "-qm", "x")
	r := newRepository(t)
	r.write("app.py", "")
	r.git("submodule", "--quiet", "add", lib.dir, "vendor/lib")
	r.write("vendor/lib/new.py", "", "vendor/lib/a.log", "")
	r.expect(".gitmodules app.py vendor/lib/.gitignore vendor/lib/lib.py vendor/lib/new.py")
	r.git("commit", "-qm", "x")
	r.git("submodule", "--quiet", "deinit", "--force", "--all")
	r.refused("the git submodule vendor/lib is not checked out: run: git submodule update --init")
}

func TestGitRepositoryInside(t *testing.T) {
	r := newRepository(t)
	r.write("app.py", "")
	r.git("init", "-q", "inner")
	r.write("inner/a.py", "", "inner/.gitignore", "b.py\n", "inner/b.py", "")
	r.expect("app.py inner/.gitignore inner/a.py")
}

func TestGitFails(t *testing.T) {
	r := newRepository(t)
	r.write("app.py", "", ".gitignore", "secret.txt\n", "secret.txt", "", ".git/index", "no index")
	r.refused("git can't list the files of " + r.dir)
	// A .git that is no repository says nothing.
	plain := repository{t, t.TempDir()}
	plain.write(".git/x", "", "app.py", "", ".gitignore", "app.py\n")
	plain.expect(".gitignore app.py")
}

func TestGitMissing(t *testing.T) {
	r := newRepository(t)
	r.write("app.py", flaskApp, ".gitignore", "x.txt\n", "x.txt", "")
	t.Setenv("PATH", t.TempDir())
	r.expect(".gitignore app.py x.txt")
	fsys, _ := Open(r.t.Context(), r.dir)
	found, err := Detect(fsys, Settings{})
	if err != nil || len(found.Warnings) != 1 || !strings.HasPrefix(found.Warnings[0], "git is not installed here") {
		t.Errorf("got %q, %v", found.Warnings, err)
	}
}

// TestDetectSeesWhatGoesUp has a second app and a list of packages that git
// ignores.
func TestDetectSeesWhatGoesUp(t *testing.T) {
	r := newRepository(t)
	r.write("app.py", flaskApp, "scratch.py", flaskApp, "requirements.txt", "x", "Procfile", "web: gunicorn scratch:app",
		".gitignore", "scratch.py\nrequirements.txt\nProcfile\n")
	fsys, _ := Open(r.t.Context(), r.dir)
	found, err := Detect(fsys, Settings{})
	if err != nil || found.Target != "app:app" || found.Command != "" || found.Requirements.Source != "imports in app.py" {
		t.Errorf("got %+v, %v", found, err)
	}
	if _, err := Detect(fsys, Settings{Requirements: "requirements.txt"}); err == nil || !strings.Contains(err.Error(), "requirements.txt, which is not in") {
		t.Errorf("got %v", err)
	}
	named := Found{Requirements: Requirements{Files: []string{"requirements.txt"}}}
	if _, err := named.DependencyHash(fsys); err == nil || !strings.Contains(err.Error(), "is not uploaded") {
		t.Errorf("got %v", err)
	}
}

func TestDetectNamesSecretsLeftOut(t *testing.T) {
	fsys := files("app.py", flaskApp, ".env.example", "", ".env.local", "", "a.key", "", "id_rsa", "", "sub/.ssh/x", "", "conf/key.pem", "-----BEGIN PRIVATE KEY-----",
		".config/b.key", "", "c.key", "", "d.key", "", "deep/.env", "")
	found, err := Detect(fsys, Settings{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		".env.local is not uploaded: give its values with --env-file .env.local",
		"deep/.env is not uploaded: give its values with --env-file deep/.env",
		"not uploaded, because keys and passwords do not belong in a release: .config/b.key, a.key, c.key, conf/key.pem, d.key and 2 more",
	}
	if !slices.Equal(found.Warnings, want) {
		t.Errorf("got %q", found.Warnings)
	}
}
