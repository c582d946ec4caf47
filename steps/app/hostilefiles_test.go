//go:build unix

package app

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"slipway/providers"
)

// readByName are names of files that are read on this computer because of their names.
var readByName = []string{
	SettingsFile, IgnoreFile, "requirements.txt", "requirements.in", "requirements/prod.txt", "pyproject.toml", "setup.cfg", "setup.py",
	"Pipfile", "Pipfile.lock", "poetry.lock", "uv.lock", "environment.yml", "Procfile", "Aptfile", ".python-version", "runtime.txt",
	"gunicorn.conf.py", "app.py", "wsgi.py", "manage.py", "production.ini", "package.json", "client/package.json", "Dockerfile",
	"cert.pem", "conf/key.pem", "start.sh", "alembic.ini", "mysite/settings.py", "venv/pyvenv.cfg", "fly.toml", "app.yaml", "render.yaml",
	"server.key", ".env", "libs/x/pyproject.toml",
}

// hostileFile puts at a path what its name does not say.
var hostileFile = map[string]func(at string) error{
	"a named pipe": func(at string) error { return syscall.Mkfifo(at, 0o600) },
	"a device":     func(at string) error { return os.Symlink("/dev/zero", at) },
	"a link to a pipe": func(at string) error {
		return errors.Join(syscall.Mkfifo(filepath.Join(filepath.Dir(at), ".pipe"), 0o600), os.Symlink(".pipe", at))
	},
	"larger": func(at string) error {
		return errors.Join(os.WriteFile(at, []byte("#\n"), 0o600), os.Truncate(at, 20<<30))
	},
}

func TestHostileFiles(t *testing.T) {
	for _, name := range readByName {
		for kind, put := range hostileFile {
			t.Run(name+" is "+kind, func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				at := filepath.Join(dir, filepath.FromSlash(name))
				err := errors.Join(os.WriteFile(filepath.Join(dir, "app.py"), []byte(flaskApp), 0o600), os.MkdirAll(filepath.Dir(at), 0o755))
				os.Remove(at)
				if err := errors.Join(err, put(at)); err != nil {
					t.Fatal(err)
				}
				readsHostile(t, dir, name)
			})
		}
	}
}

// readsHostile reads an app as a plan does. It must come to an end: with a refusal that
// names the file, or without the file.
func readsHostile(t *testing.T, dir, name string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	fsys, err := Open(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	file, err := ReadSettings(fsys)
	if err == nil {
		_, err = Detect(fsys, file.App)
	}
	var bundle *Bundle
	if err == nil {
		bundle, err = Collect(fsys)
	}
	if ctx.Err() != nil {
		t.Fatalf("it hangs: %v", err)
	}
	if err == nil {
		for _, f := range bundle.Files {
			if f.Path == name {
				t.Errorf("%s goes up", name)
			}
		}
		return
	}
	var usage *providers.Usage
	named := false
	// Of a link to a pipe, the pipe itself may be named; of app.py, that there is no app.
	for _, text := range []string{name, ".pipe", "the folder holds more than", "no Python web app was found"} {
		named = named || strings.Contains(err.Error(), text)
	}
	if !errors.As(err, &usage) || usage.Next == "" || !named {
		t.Errorf("got %v", err)
	}
}

// TestReadingEndsWithItsContext has a folder that is not read any more, as one of a
// network that does not answer.
func TestReadingEndsWithItsContext(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "app.py"), []byte(flaskApp), 0o600); err != nil {
		t.Fatal(err)
	}
	stop := errors.New("interrupted")
	ctx, cancel := context.WithCancelCause(t.Context())
	fsys, err := Open(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	cancel(stop)
	for name, ask := range map[string]func() error{
		"settings": func() error { _, err := ReadSettings(fsys); return err },
		"detect":   func() error { _, err := Detect(fsys, Settings{}); return err },
		"collect":  func() error { _, err := Collect(fsys); return err },
		"read":     func() error { _, err := fs.ReadFile(fsys, "app.py"); return err },
	} {
		if err := ask(); err == nil {
			t.Errorf("%s: reads on", name)
		}
	}
}

func TestHostileFilesOfGit(t *testing.T) {
	for _, name := range []string{".gitignore", "sub/.gitignore", ".git/info/exclude", ".git/config", ".git/HEAD", ".git/index", ".git/objects/info/alternates"} {
		r := newRepository(t)
		r.write("app.py", flaskApp, "sub/a.py", "")
		at := filepath.Join(r.dir, name)
		os.Remove(at)
		if err := errors.Join(os.MkdirAll(filepath.Dir(at), 0o755), syscall.Mkfifo(at, 0o600)); err != nil {
			t.Fatal(err)
		}
		r.refused(at + " is a named pipe")
	}
}
