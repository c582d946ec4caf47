package fakeheroku

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/pelletier/go-toml/v2"
)

// uvVersion is the version of uv that builds use if the computer has none.
const uvVersion = "0.13.9"

// installing keeps one process from fetching uv twice.
var installing sync.Mutex

// uv finds uv, or puts it into the cache. Without it builds take python3's own venv and
// pip.
func (h *Heroku) uv(ctx context.Context) (string, bool) {
	if found, err := exec.LookPath("uv"); err == nil {
		return found, true
	}
	installing.Lock()
	defer installing.Unlock()
	kept := filepath.Join(h.options.Cache, "uv-"+uvVersion)
	if info, err := os.Stat(kept); err == nil && info.Mode().IsRegular() {
		return kept, true
	}
	if err := os.MkdirAll(h.options.Cache, 0o755); err != nil {
		return "", false
	}
	tmp, err := os.MkdirTemp(h.options.Cache, ".uv-*")
	if err != nil {
		return "", false
	}
	defer func() { _ = os.RemoveAll(tmp) }() // what is left is in the way of nothing
	for _, words := range [][]string{
		{"python3", "-m", "venv", tmp},
		{filepath.Join(tmp, "bin", "python3"), "-m", "pip", "install", "--quiet", "uv==" + uvVersion},
	} {
		if out, err := exec.CommandContext(ctx, words[0], words[1:]...).CombinedOutput(); err != nil {
			h.options.Log("uv can't be installed, so builds take pip: %v: %s", err, out)
			return "", false
		}
	}
	return kept, os.Rename(filepath.Join(tmp, "bin", "uv"), kept) == nil
}

// install makes the slug's virtual environment and installs the app's packages.
func (w *builder) install(app, manager, python string) error {
	if w.faults.FailBuild {
		w.step("Installing dependencies using %s", manager)
		w.say("       ERROR: Could not find a version that satisfies the requirement no-such-package")
		w.say("       ERROR: No matching distribution found for no-such-package")
		return broken("Error: Unable to install dependencies using " + manager + ".\n\nSee the log output above for more information.")
	}
	steps, err := w.installSteps(app, manager, python)
	if err != nil {
		return err
	}
	for _, s := range steps {
		w.step("%s", s.title)
		if err := w.tool(app, s.words); err != nil {
			return broken("Error: Unable to install dependencies using " + manager + ".\n\nSee the log output above for more information.")
		}
	}
	return nil
}

type installStep struct {
	title string
	words []string
}

func (w *builder) installSteps(app, manager, python string) ([]installStep, error) {
	venv := w.venv()
	uv, has := w.h.uv(w.ctx)
	if manager == "uv" {
		if !has {
			return nil, broken("Error: The simulation can't install uv on this computer.")
		}
		return []installStep{
			{"Installing Python", []string{uv, "venv", "--quiet", "--python", python, venv}},
			{"Installing dependencies using 'uv sync --locked --no-default-groups'", []string{uv, "sync", "--locked", "--no-default-groups", "--no-progress"}},
		}, nil
	}
	words := []string{"-r", "requirements.txt"}
	var err error
	switch {
	case manager == "pip" && !exists(app, "requirements.txt"):
		words = []string{"--editable", "."}
	case manager == "pipenv":
		words, err = w.lockedWords(app, pipenvLines)
	case manager == "poetry":
		words, err = w.lockedWords(app, poetryLines)
	}
	if err != nil {
		return nil, err
	}
	title := "Installing dependencies using " + manager
	if has {
		return []installStep{
			{"Installing Python", []string{uv, "venv", "--quiet", "--seed", "--python", python, venv}},
			{title, append([]string{uv, "pip", "install", "--no-progress", "--python", filepath.Join(venv, "bin", "python")}, words...)},
		}, nil
	}
	return []installStep{
		{"Installing Python", []string{python, "-m", "venv", venv}},
		{title, append([]string{filepath.Join(venv, "bin", "python"), "-m", "pip", "install", "--progress-bar", "off"}, words...)},
	}, nil
}

// tool runs a program that installs packages.
func (w *builder) tool(app string, words []string) error {
	vars := w.environment()
	vars["PATH"] = os.Getenv("PATH")
	vars["UV_CACHE_DIR"] = filepath.Join(w.h.options.Cache, "uv-cache")
	vars["PIP_CACHE_DIR"] = filepath.Join(w.h.options.Cache, "pip-cache")
	vars["UV_PROJECT_ENVIRONMENT"] = w.venv()
	vars["UV_PYTHON_DOWNLOADS"] = "never"
	delete(vars, "PYTHONPATH")
	cmd := exec.Command(words[0], words[1:]...) //nolint:noctx // execute ends it
	out := indent(w.out)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = app, pairs(vars), out, out
	if status := w.h.execute(w.ctx, w.ctx, cmd, func() {}); status != 0 {
		return fmt.Errorf("%s exited with status %d", words[0], status)
	}
	return nil
}

// lockedWords installs exactly what a lock file names, and nothing that that depends on
// besides.
func (w *builder) lockedWords(app string, lines func(app string) ([]string, error)) ([]string, error) {
	all, err := lines(app)
	if err != nil {
		return nil, err
	}
	file := filepath.Join(w.dir, "locked.txt")
	if err := os.WriteFile(file, []byte(strings.Join(all, "\n")+"\n"), 0o600); err != nil {
		return nil, err
	}
	return []string{"--no-deps", "-r", file}, nil
}

type pipfileLock struct {
	Meta struct {
		Requires struct {
			Version string `json:"python_version"`
			Full    string `json:"python_full_version"`
		}
	} `json:"_meta"`
	Default map[string]struct {
		Version, Markers string
		Extras           []string
	}
}

func readPipfileLock(app string) (lock pipfileLock, err error) {
	text, err := os.ReadFile(filepath.Join(app, "Pipfile.lock"))
	if err != nil {
		return lock, err
	}
	if err := json.Unmarshal(text, &lock); err != nil {
		return lock, broken("Error: Cannot parse Pipfile.lock: " + err.Error())
	}
	return lock, nil
}

func pipenvVersion(app string) string {
	lock, err := readPipfileLock(app)
	if err != nil {
		return ""
	}
	if lock.Meta.Requires.Full != "" {
		return lock.Meta.Requires.Full
	}
	return lock.Meta.Requires.Version
}

func pipenvLines(app string) ([]string, error) {
	lock, err := readPipfileLock(app)
	var lines []string
	for name, p := range lock.Default {
		if len(p.Extras) > 0 {
			name += "[" + strings.Join(p.Extras, ",") + "]"
		}
		lines = append(lines, marked(name+p.Version, p.Markers))
	}
	slices.Sort(lines)
	return lines, err
}

// poetryLines are the packages of the main group.
func poetryLines(app string) ([]string, error) {
	text, err := os.ReadFile(filepath.Join(app, "poetry.lock"))
	if err != nil {
		return nil, err
	}
	var lock struct {
		Package []struct {
			Name, Version string
			Groups        []string
			Markers       any
		}
	}
	if err := toml.Unmarshal(text, &lock); err != nil {
		return nil, broken("Error: Cannot parse poetry.lock: " + err.Error())
	}
	var lines []string
	for _, p := range lock.Package {
		if len(p.Groups) > 0 && !slices.Contains(p.Groups, "main") {
			continue
		}
		marker, _ := p.Markers.(string)
		if byGroup, ok := p.Markers.(map[string]any); ok {
			marker, _ = byGroup["main"].(string)
		}
		lines = append(lines, marked(p.Name+"=="+p.Version, marker))
	}
	return lines, nil
}

func marked(requirement, marker string) string {
	if marker == "" {
		return requirement
	}
	return requirement + " ; " + marker
}
