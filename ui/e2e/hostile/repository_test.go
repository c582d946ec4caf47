//go:build linux

package hostile

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"slipway/ui/e2e"
)

// repository is an app's folder that is a git work tree.
type repository struct {
	t   *testing.T
	dir string
	// canary is a file that is there once a program of the repository's ran.
	canary string
}

func newRepository(t *testing.T) *repository {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	r := &repository{t: t, dir: folder(t, files{"kept/a.txt": "a", "left/b.txt": "b"}), canary: filepath.Join(t.TempDir(), "canary")}
	r.git("init", "-q", "-b", "main")
	r.git("add", ".")
	r.git("-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "-q", "-m", "x")
	return r
}

// git runs git in the folder, with no settings but the folder's own.
func (r *repository) git(args ...string) string {
	r.t.Helper()
	cmd := exec.CommandContext(r.t.Context(), "git", args...)
	cmd.Dir = r.dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
	out, err := cmd.CombinedOutput()
	if err != nil {
		r.t.Fatalf("git %s: %v: %s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// touches is a command line that shows that it ran.
func (r *repository) touches() string { return "touch " + r.canary + ";" }

// program is a file of the folder that shows that it ran.
func (r *repository) program(path string) {
	r.t.Helper()
	full := filepath.Join(r.dir, path)
	if err := os.MkdirAll(filepath.Dir(full), 0o700); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(full, []byte("#!/bin/sh\n"+r.touches()+"\n"), 0o700); err != nil {
		r.t.Fatal(err)
	}
}

// withoutObject has the index name a folder whose tree is not there, so that git asks
// the remote for it.
func (r *repository) withoutObject(url string) {
	r.t.Helper()
	tree := strings.TrimSpace(r.git("rev-parse", "HEAD:left"))
	r.git("sparse-checkout", "init", "--cone", "--sparse-index")
	r.git("sparse-checkout", "set", "kept")
	if err := os.Remove(filepath.Join(r.dir, ".git/objects", tree[:2], tree[2:])); err != nil {
		r.t.Fatal(err)
	}
	for key, value := range map[string]string{"core.repositoryFormatVersion": "1", "extensions.partialClone": "origin", "remote.origin.promisor": "true",
		"remote.origin.url": url, "remote.origin.partialCloneFilter": "blob:none"} {
		r.git("config", key, value)
	}
}

// repositories are what a repository's own files have git run. Each is a change to one
// that is harmless.
var repositories = map[string]struct {
	change func(r *repository)
	// runs is set if git ls-files falls for it: then the test can fail.
	runs bool
}{
	"fsmonitor": {func(r *repository) { r.git("config", "core.fsmonitor", r.touches()) }, true},
	"a missing object, sshCommand": {func(r *repository) {
		r.withoutObject("ssh://git@example.invalid/x")
		r.git("config", "core.sshCommand", r.touches())
	}, true},
	"a missing object, ext": {func(r *repository) {
		r.withoutObject("ext::sh -c touch% " + r.canary)
		r.git("config", "protocol.ext.allow", "always")
	}, true},
	"a missing object, uploadpack": {func(r *repository) {
		r.withoutObject(r.dir)
		r.git("config", "remote.origin.uploadpack", r.touches())
	}, true},
	"a missing object, a credential helper": {func(r *repository) {
		r.withoutObject("http://127.0.0.1:1/x")
		r.git("config", "credential.helper", "!"+r.touches())
	}, false},
	"a missing object, gitProxy": {func(r *repository) {
		r.withoutObject("git://127.0.0.1/x")
		r.program("proxy")
		r.git("config", "core.gitProxy", filepath.Join(r.dir, "proxy"))
	}, true},
	"hooks": {func(r *repository) {
		for _, hook := range []string{"post-index-change", "fsmonitor-watchman", "post-checkout", "reference-transaction"} {
			r.program(".git/hooks/" + hook)
		}
		r.git("config", "core.fsmonitor", ".git/hooks/fsmonitor-watchman")
		touched := time.Now().Add(time.Hour) // the index is to be refreshed
		if err := os.Chtimes(filepath.Join(r.dir, "app.py"), touched, touched); err != nil {
			r.t.Fatal(err)
		}
	}, true},
	"a filter": {func(r *repository) {
		r.git("config", "filter.x.clean", r.touches()+"cat")
		r.git("config", "filter.x.smudge", r.touches()+"cat")
		r.git("config", "filter.x.process", r.touches())
		files{".gitattributes": "* filter=x diff=x merge=x\n"}.write(r.t, r.dir)
	}, false},
	"settings that are included": {func(r *repository) {
		files{"settings": "[core]\n\tfsmonitor = \"" + r.touches() + "\"\n"}.write(r.t, r.dir)
		r.git("config", "include.path", "../settings")
	}, true},
	"settings of the work tree": {func(r *repository) {
		r.git("config", "extensions.worktreeConfig", "true")
		r.git("config", "--worktree", "core.fsmonitor", r.touches())
	}, true},
	"a repository inside": {func(r *repository) {
		inside := &repository{r.t, filepath.Join(r.dir, "inside"), r.canary}
		files{"x.txt": "x"}.write(r.t, inside.dir)
		inside.git("init", "-q", "-b", "main")
		inside.git("config", "core.fsmonitor", r.touches())
	}, false},
	"a .git that leads elsewhere": {func(r *repository) {
		if err := os.Rename(filepath.Join(r.dir, ".git"), filepath.Join(r.dir, "git")); err != nil {
			r.t.Fatal(err)
		}
		files{".git": "gitdir: git\n"}.write(r.t, r.dir)
		r.git("config", "core.fsmonitor", r.touches())
	}, true},
	"programs": {func(r *repository) {
		for _, key := range []string{"core.pager", "core.editor", "core.askPass", "pager.ls-files", "alias.ls-files", "uploadpack.packObjectsHook", "diff.external", "gpg.program"} {
			r.git("config", key, r.touches())
		}
		r.git("config", "core.hooksPath", ".")
	}, false},
}

// TestHostileRepositories reads repositories whose own settings name programs. None may
// run on the operator's computer.
func TestHostileRepositories(t *testing.T) {
	o := e2e.NewOperator(t, time.Minute)
	for what, c := range repositories {
		t.Run(what, func(t *testing.T) {
			r := newRepository(t)
			c.change(r)
			before := inside(t, r.dir)
			ran := run(t, &e2e.Operator{T: t, Home: o.Home, Env: o.Env}, "--yes", "--plan", "--name", name, r.dir)
			if _, err := os.Lstat(r.canary); err == nil {
				t.Errorf("a program of the repository's ran (exit %d: %s)", ran.Code, lastLine(ran.Stderr))
			}
			for _, line := range inside(t, r.dir) {
				// git notes trees that it computes among its objects; nothing runs those.
				if !slices.Contains(before, line) && !strings.Contains(line, "/.git/objects/") {
					t.Errorf("the folder has now: %s", line)
				}
			}
			if ran.Code != 0 && ran.Code != 2 {
				t.Errorf("exit %d: %s", ran.Code, ran.Stderr)
			}
			os.Remove(r.canary)
			list := exec.CommandContext(t.Context(), "git", "ls-files", "--cached", "--others", "--exclude-standard")
			list.Dir = r.dir
			out, err := list.CombinedOutput()
			if _, missing := os.Lstat(r.canary); (missing == nil) != c.runs {
				t.Logf("git itself runs it: %v, and not %v as when this was written: %v %s", missing == nil, c.runs, err, out)
			}
		})
	}
}

// inside is a folder's files with their modes and sums.
func inside(t *testing.T, dir string) []string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		line := fmt.Sprintf("%s %v", path, info.Mode())
		if info.Mode().IsRegular() {
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			line += fmt.Sprintf(" %x", sha256.Sum256(text))
		}
		all = append(all, line)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// named are the names of files that are read to find out what an app is.
var named = []string{
	"slipway.toml", "requirements.txt", "Procfile", "app.py", "uv.lock", "poetry.lock", "Pipfile", "Pipfile.lock", "pyproject.toml", "setup.cfg", "setup.py",
	"environment.yml", ".python-version", "runtime.txt", "gunicorn.conf.py", "Aptfile", "package.json", ".slipwayignore", ".gitignore", "x.pem", "manage.py",
	"static/x.pem", "back/app.py", "start.sh", ".env.example", "requirements/prod.txt", "requirements.in", "alembic.ini", "production.ini",
}

// special are what may have such a name, and is no file to read.
var special = map[string]func(path string) error{
	"a FIFO":               func(path string) error { return syscall.Mkfifo(path, 0o600) },
	"a link to a device":   func(path string) error { return os.Symlink("/dev/zero", path) },
	"a link to a terminal": func(path string) error { return os.Symlink("/dev/stdin", path) },
	"a folder":             func(path string) error { return os.Mkdir(path, 0o700) },
	"2 GB of nothing": func(path string) error {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			return err
		}
		return os.Truncate(path, 2<<30)
	},
}

// TestHostileFiles reads folders in which something else than a file has the name of one
// that is read. The run ends at once and says which.
func TestHostileFiles(t *testing.T) {
	o := e2e.NewOperator(t, time.Minute)
	for what, makes := range special {
		files := named
		if what != "a FIFO" { // these take time where they are not refused
			files = named[:10]
		}
		for _, file := range files {
			t.Run(what+" "+file, func(t *testing.T) {
				dir := folder(t, nil)
				path := filepath.Join(dir, file)
				if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
				os.Remove(path)
				if err := makes(path); err != nil {
					t.Fatal(err)
				}
				r := runWithin(t, &e2e.Operator{T: t, Home: o.Home, Env: o.Env}, time.Minute, "--yes", "--plan", "--name", name, dir)
				// A folder of that name is another folder of the app's.
				if what == "a folder" && r.Code == 0 {
					return
				}
				if leftOut := strings.HasPrefix(file, ".env"); r.Code != 2 && !leftOut {
					t.Errorf("exit %d, want 2: %s", r.Code, lastLine(r.Stderr))
				}
				if base := filepath.Base(file); r.Code == 2 && !strings.Contains(r.Stderr, base) {
					t.Errorf("the refusal does not name %s: %s", base, r.Stderr)
				}
			})
		}
	}
}

// nested are files whose parts are in parts: what reads them must not follow for ever.
var nested = map[string]struct{ file, text string }{
	"brackets of TOML":         {"slipway.toml", "name = " + strings.Repeat("[", 1_000_000)},
	"tables of TOML":           {"pyproject.toml", "[project]\nx = " + strings.Repeat("{a=", 1_000_000)},
	"a key of many parts":      {"pyproject.toml", "[" + strings.Repeat("a.", 500_000) + "b]\n"},
	"brackets of a lock":       {"uv.lock", "version = 1\npackage = " + strings.Repeat("[", 1_000_000)},
	"brackets of JSON":         {"Pipfile.lock", strings.Repeat(`{"default":`, 1_000_000)},
	"brackets of Python":       {"app.py", "app = " + strings.Repeat("(", 2_000_000)},
	"calls of Python":          {"app.py", "app = " + strings.Repeat("f(", 500_000) + strings.Repeat(")", 500_000) + harmlessApp},
	"minuses of Python":        {"app.py", "app = " + strings.Repeat("-", 2_000_000) + "1\n"},
	"blocks of Python":         {"app.py", blocks(2000) + harmlessApp},
	"commands of a shell":      {"Procfile", "web: " + strings.Repeat("$(", 300_000)},
	"parentheses of a shell":   {"Procfile", "web: " + strings.Repeat("(", 300_000)},
	"aliases of YAML":          {"environment.yml", aliases()},
	"brackets of YAML":         {"environment.yml", "dependencies: " + strings.Repeat("[", 300_000)},
	"a list that names itself": {"requirements.txt", "-r requirements.txt\n-r ./requirements.txt\n"},
	"a long line":              {"requirements.txt", "x" + strings.Repeat(" ", 1_000_000) + "==1\n"},
	"a long marker":            {"requirements.txt", "x==1; " + strings.Repeat("(", 200_000) + "python_version"},
	"many lines":               {"requirements.txt", strings.Repeat("gunicorn\n", 50_000)},
	"many rules":               {".slipwayignore", strings.Repeat("**/a*b*c*d*/**\n", 2_000)},
	"stars":                    {".slipwayignore", strings.Repeat("*a", 5000) + "\n"},
	"a version of many digits": {".python-version", strings.Repeat("3.", 1_000_000)},
}

// blocks are blocks of Python in blocks.
func blocks(deep int) string {
	var b strings.Builder
	for n := range deep {
		b.WriteString(strings.Repeat(" ", n) + "if x:\n")
	}
	return b.String() + strings.Repeat(" ", deep) + "pass\n"
}

// aliases are lists in YAML of which each has the one before ten times.
func aliases() string {
	var b strings.Builder
	b.WriteString("a0: &a0 [x]\n")
	for n := 1; n < 30; n++ {
		fmt.Fprintf(&b, "a%d: &a%d [%s]\n", n, n, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d,", n-1), 10), ","))
	}
	return b.String() + "dependencies: *a29\n"
}

// TestHostileNesting reads files that are deeper, longer or more than any real one.
func TestHostileNesting(t *testing.T) {
	o := e2e.NewOperator(t, time.Minute)
	for what, c := range nested {
		t.Run(what, func(t *testing.T) {
			r := runWithin(t, &e2e.Operator{T: t, Home: o.Home, Env: o.Env}, time.Minute, "--yes", "--plan", "--name", name, folder(t, files{c.file: c.text}))
			if r.Code != 0 && r.Code != 2 {
				t.Errorf("exit %d: %.600s", r.Code, r.Stderr)
			}
			if len(r.Stderr)+len(r.Stdout) > 1<<20 {
				t.Errorf("%d bytes were printed", len(r.Stderr)+len(r.Stdout))
			}
			t.Logf("exit %d with %d MB: %.300s", r.Code, r.memory>>20, lastLine(r.Stderr))
		})
	}
}
