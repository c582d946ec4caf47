package fakeheroku

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// environments keeps virtual environments, as Heroku's build cache does: a build of the same
// packages takes the one of the build before.
type environments struct {
	mu    sync.Mutex
	locks map[string]*sync.Mutex
}

func (e *environments) lock(key string) *sync.Mutex {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.locks == nil {
		e.locks = map[string]*sync.Mutex{}
	}
	if e.locks[key] == nil {
		e.locks[key] = &sync.Mutex{}
	}
	return e.locks[key]
}

// sharedKey names the environment of an app whose packages are all in its lock file. It
// is "" if the app's own files may be among them.
func sharedKey(app, manager, python string) string {
	files := map[string][]string{"pip": {"requirements.txt"}, "pipenv": {"Pipfile.lock"}, "poetry": {"poetry.lock"}, "uv": {"uv.lock", "pyproject.toml"}}[manager]
	sum := sha256.New()
	_, _ = sum.Write([]byte(manager + "\n" + python + "\n")) // a hash takes all
	for _, name := range files {
		text, err := os.ReadFile(filepath.Join(app, name))
		if err != nil || manager == "pip" && local(string(text)) || name == "pyproject.toml" && strings.Contains(string(text), "[build-system]") {
			return ""
		}
		_, _ = sum.Write(append(text, 0))
	}
	for _, hook := range []string{"pre_compile", "post_compile"} {
		if exists(app, filepath.Join("bin", hook)) {
			return "" // it may install more
		}
	}
	return hex.EncodeToString(sum.Sum(nil))[:20]
}

// local tells whether requirements name files of the app.
func local(requirements string) bool {
	for _, line := range meant(requirements) {
		if strings.HasPrefix(line, "-") && !strings.HasPrefix(line, "--hash") || strings.HasPrefix(line, ".") || strings.HasPrefix(line, "/") || strings.Contains(line, "file:") {
			return true
		}
	}
	return false
}

// venv is the folder of the slug's virtual environment. Its programs name it, so it must
// be that of the shared one, which outlives the slug.
func (w *builder) venv() string {
	link := filepath.Join(w.dir, "venv")
	if shared, err := os.Readlink(link); err == nil {
		return shared
	}
	return link
}

// packages makes the slug's virtual environment, or takes one that was made before.
func (w *builder) packages(app, manager, python string) error {
	key := sharedKey(app, manager, python)
	if key == "" {
		return w.install(app, manager, python)
	}
	lock := w.h.environments.lock(key)
	lock.Lock()
	defer lock.Unlock()
	shared := w.h.folder("venvs", key)
	if err := os.MkdirAll(filepath.Dir(shared), 0o700); err != nil {
		return err
	}
	if err := os.Symlink(shared, filepath.Join(w.dir, "venv")); err != nil {
		return err
	}
	const whole = "whole"
	if exists(shared, whole) && !w.faults.FailBuild {
		w.step("Restoring the packages of the last build")
		return nil
	}
	if err := errors.Join(os.RemoveAll(shared), os.Mkdir(shared, 0o700)); err != nil {
		return err
	}
	if err := w.install(app, manager, python); err != nil {
		_ = os.RemoveAll(shared) // a part of the packages is of no use
		return err
	}
	return os.WriteFile(filepath.Join(shared, whole), nil, 0o600)
}
