package fakeheroku

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
)

// python does what Heroku's buildpack for Python does: hooks, the version, packages,
// static files of Django.
func (w *builder) python(app string) error {
	if err := w.hook(app, "pre_compile"); err != nil {
		return err
	}
	manager, err := packageManager(app)
	if err != nil {
		return err
	}
	wanted, origin, err := pythonVersion(app, manager)
	if err != nil {
		return err
	}
	if origin == "" {
		w.step("No Python version was specified. Using the buildpack default: Python %s", wanted)
	} else {
		w.step("Using Python %s specified in %s", wanted, origin)
	}
	program, exact := w.h.interpreter(w.ctx, wanted)
	if !exact {
		w.say("       (this computer has no Python %s: the simulation uses %s)", wanted, program)
	}
	if err := w.packages(app, manager, program); err != nil {
		return err
	}
	if err := w.collectStatic(app); err != nil {
		return err
	}
	return w.hook(app, "post_compile")
}

// packageManager is the one whose file is there; more than one is refused.
func packageManager(app string) (string, error) {
	var found, files []string
	for _, m := range []struct{ name, file string }{{"pipenv", "Pipfile.lock"}, {"pip", "requirements.txt"}, {"poetry", "poetry.lock"}, {"uv", "uv.lock"}} {
		if exists(app, m.file) {
			found, files = append(found, m.name), append(files, fmt.Sprintf("%s (%s)", m.file, m.name))
		}
	}
	switch {
	case len(found) > 1:
		return "", broken("Error: Multiple Python package manager files were found.\n\nExactly one package manager file should be present in your app's source code,\nhowever, several were found:\n\n" + strings.Join(files, "\n"))
	case len(found) == 0 && exists(app, "setup.py"):
		return "pip", nil
	case len(found) == 0:
		return "", broken("Error: Couldn't find any supported Python package manager files.\n\nA Python app on Heroku must have either a requirements.txt, Pipfile.lock,\npoetry.lock or uv.lock file in the root directory of its source code.")
	}
	return found[0], nil
}

const newestMinor, oldestMinor = 14, 10

var versionLine = regexp.MustCompile(`^3\.(\d+)(\.\d+)?$`)

// pythonVersion is the version that the app asks for, and in which file.
func pythonVersion(app, manager string) (version, origin string, err error) {
	switch text, err := os.ReadFile(filepath.Join(app, ".python-version")); {
	case err == nil:
		lines := meant(string(text))
		if len(lines) != 1 {
			return "", "", broken(fmt.Sprintf("Error: Invalid Python version in .python-version.\n\nExactly one version is expected, and there are %d.", len(lines)))
		}
		version, origin = lines[0], ".python-version"
	case exists(app, "runtime.txt") && manager != "uv":
		text, err := os.ReadFile(filepath.Join(app, "runtime.txt"))
		if err != nil {
			return "", "", err
		}
		name, ok := strings.CutPrefix(strings.TrimSpace(string(text)), "python-")
		if !ok {
			return "", "", broken("Error: Invalid Python version in runtime.txt.")
		}
		version, origin = name, "runtime.txt"
	case manager == "uv":
		return "", "", broken("Error: No Python version was specified.\n\nWith uv an app must specify its Python version in a .python-version file.")
	case manager == "pipenv":
		version, origin = pipenvVersion(app), "Pipfile.lock"
	}
	if version == "" {
		return fmt.Sprintf("3.%d", newestMinor), "", nil
	}
	m := versionLine.FindStringSubmatch(version)
	if m == nil {
		return "", "", broken(fmt.Sprintf("Error: Invalid Python version in %s.\n\nThe version must be like 3.13 or 3.13.1, and it is: %s", origin, version))
	}
	var minor int
	if _, err := fmt.Sscan(m[1], &minor); err != nil || minor > newestMinor {
		return "", "", broken("Error: The requested Python version is not recognised: " + version)
	}
	if minor < oldestMinor {
		return "", "", broken("Error: The requested Python version has reached end-of-life: " + version)
	}
	return version, origin, nil
}

// meant are the lines that are neither empty nor comments.
func meant(text string) []string {
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			lines = append(lines, line)
		}
	}
	return lines
}

// interpreters are those that were found, by minor version.
var interpreters sync.Map

// interpreter finds a Python of a minor version, or else the computer's own.
func (h *Heroku) interpreter(ctx context.Context, version string) (program string, exact bool) {
	minor := version
	if parts := strings.SplitN(version, ".", 3); len(parts) == 3 {
		minor = parts[0] + "." + parts[1]
	}
	if found, ok := interpreters.Load(minor); ok {
		return found.(string), true
	}
	candidates := []string{"python" + minor}
	if home, err := os.UserHomeDir(); err == nil {
		// pyenv's own programs on the PATH run the version that is chosen, and no other.
		found, _ := filepath.Glob(filepath.Join(home, ".pyenv", "versions", minor+".*", "bin", "python"+minor))
		candidates = append(candidates, found...)
	}
	for _, c := range candidates {
		if exec.CommandContext(ctx, c, "-c", "").Run() == nil {
			interpreters.Store(minor, c)
			return c, true
		}
	}
	return "python3", false
}

// collectStatic runs Django's collectstatic where Heroku would.
func (w *builder) collectStatic(app string) error {
	if exists(app, filepath.Join(".heroku", "collectstatic_disabled")) {
		w.step("Skipping Django collectstatic since the file '.heroku/collectstatic_disabled' exists.")
		return nil
	}
	if off := w.vars["DISABLE_COLLECTSTATIC"]; off != "" && off != "0" {
		w.step("Skipping Django collectstatic since the env var DISABLE_COLLECTSTATIC is set.")
		return nil
	}
	if without := w.run(app, io.Discard, "python", "-c", "import django"); without != nil {
		return nil //nolint:nilerr // an app without Django has no such files
	}
	manage := ""
	for _, pattern := range []string{"manage.py", "*/manage.py", "*/*/manage.py"} {
		if found, _ := filepath.Glob(filepath.Join(app, pattern)); manage == "" && len(found) > 0 {
			manage, _ = filepath.Rel(app, found[0])
		}
	}
	if manage == "" {
		w.step("Skipping Django collectstatic since no manage.py file found.")
		return nil
	}
	w.step("$ python %s collectstatic --noinput", manage)
	if err := w.run(app, indent(w.out), "python", manage, "collectstatic", "--noinput", "--traceback"); err != nil {
		return broken("Error: Unable to generate Django static files.\n\nThe 'python " + manage + " collectstatic --noinput' command failed.\nSee the traceback above for details. You can disable collectstatic for this app:\n\n   $ heroku config:set DISABLE_COLLECTSTATIC=1")
	}
	return nil
}

// hook runs a script of the app's that the buildpack knows.
func (w *builder) hook(app, name string) error {
	if !exists(app, filepath.Join("bin", name)) {
		return nil
	}
	w.step("Running bin/%s hook", name)
	if err := w.run(app, indent(w.out), "bash", filepath.Join("bin", name)); err != nil {
		return broken("Error: Failed to run the bin/" + name + " script.")
	}
	return nil
}

// run runs a program in the source, with its packages and config vars.
func (w *builder) run(app string, out io.Writer, words ...string) error {
	vars := w.environment()
	vars["PATH"] = filepath.Join(w.dir, "venv", "bin") + ":/usr/local/bin:/usr/bin:/bin"
	if path, err := exec.LookPath(words[0]); err == nil && words[0] != "python" {
		words[0] = path
	} else {
		words[0] = filepath.Join(w.dir, "venv", "bin", words[0])
	}
	cmd := exec.Command(words[0], words[1:]...) //nolint:noctx // execute ends it
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = app, pairs(vars), out, out
	if status := w.h.execute(w.ctx, w.ctx, cmd, func() {}); status != 0 {
		return fmt.Errorf("%s exited with status %d", words[0], status)
	}
	return nil
}

// environment is what a build finds: the app's config vars, and how this computer reaches
// package indexes.
func (w *builder) environment() map[string]string {
	vars := map[string]string{"LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1", "STACK": "heroku-24", "HOME": w.dir}
	for _, pair := range os.Environ() {
		name, value, _ := strings.Cut(pair, "=")
		for _, prefix := range []string{"PIP_", "UV_", "SSL_CERT", "REQUESTS_CA", "CURL_CA", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"} {
			if strings.HasPrefix(name, prefix) {
				vars[name] = value
			}
		}
	}
	for name, value := range w.vars {
		if name != "PATH" && name != "PYTHONHOME" {
			vars[name] = value
		}
	}
	return vars
}

// indent puts what a program prints below the step that runs it.
func indent(w io.Writer) io.Writer { return &indented{w: w, fresh: true} }

type indented struct {
	w     io.Writer
	fresh bool
}

// Write takes any part of the text.
func (i *indented) Write(p []byte) (int, error) {
	for line := range strings.SplitAfterSeq(string(p), "\n") {
		if line == "" {
			continue
		}
		if i.fresh {
			line = "       " + line
		}
		i.fresh = strings.HasSuffix(line, "\n")
		if _, err := io.WriteString(i.w, line); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}
