package release

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"slipway/providers"
	"slipway/steps/cpython"
	"slipway/steps/fact"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

//go:embed bringpython.sh
var bringPythonText string

// What lies on the server between the upload of a Python's archive and its unpacking: a
// table for uv, with the archive's address and sum, and a folder in the form of a
// mirror; and what uv said.
const (
	pythonTable    = cacheFolder + "/python.json"
	pythonArchives = cacheFolder + "/python"
	pythonLog      = cacheFolder + "/python.log"
)

// managedPython is the version of the Python that is brought for this plan on this
// system; "" if it uses the system's own.
func managedPython(v fact.View) string { return v.Plan.App.ManagedOn(v.System.Python) }

// pythonFolder is the folder of a managed Python; "" without a version.
func pythonFolder(version string) string {
	if version == "" {
		return ""
	}
	return layout.PythonsFolder + "/" + version
}

// lacksPython tells whether a Python must be brought.
func lacksPython(v fact.View) bool {
	version := managedPython(v)
	return version != "" && !slices.Contains(shell.SplitLines(v.Looked), "complete "+pythonFolder(version))
}

// serversMirror is the mirror that the server's uv is told to use; "" if there is none,
// or if only this computer may or can ask it.
func serversMirror(m plan.PythonMirror) string {
	if place, err := readMirror(m.Address); err == nil && !place.near {
		return m.Address
	}
	return ""
}

// uploadPython prepares for a Python from a mirror. The mirror names the sum of its
// archive, which uv then checks; if it names none, the sum is the one that uv knows. An
// archive that only this computer can fetch is uploaded. Without a mirror there is
// nothing to do: uv knows the place and the sum.
func uploadPython(ctx context.Context, s fact.Server) error {
	version := managedPython(s.View)
	if !lacksPython(s.View) || s.Plan.PythonMirror == (plan.PythonMirror{}) {
		return nil
	}
	release, known := cpython.Newest(cpython.Minor(version))
	if !known || release.Version != version {
		return nil // of a release that an earlier slipway made: uv may know it
	}
	machine := s.System.Machine
	if machine == "" {
		machine = "x86_64"
	}
	s.Report("looking for Python " + version + " at its mirror")
	a, err := findArchive(ctx, s.Plan.PythonMirror, release, machine)
	switch {
	case err != nil && serversMirror(s.Plan.PythonMirror) != "" && s.Plan.PythonMirror.Table == "":
		s.Report("this computer can't ask the mirror, so the sum is the one that uv knows: " + err.Error())
		return nil
	case err != nil:
		return &providers.Failed{Err: fmt.Errorf("the archive of Python %s can't be had from its mirror: %w", version, err),
			Next: "check UV_PYTHON_INSTALL_MIRROR, or set app.python in slipway.toml to the server's own Python"}
	}
	if a.content != nil {
		path := path.Join(pythonArchives, release.Archive(machine))
		s.Report(fmt.Sprintf("uploading Python %s, %d MB", version, len(a.content)>>20))
		if err := s.Client.Upload(ctx, path, a.content); err != nil {
			return err
		}
		a.url = "file://" + strings.ReplaceAll(path, "+", "%2B")
	}
	if a.sum == "" {
		return nil
	}
	table, err := a.table(release, machine)
	if err != nil {
		return err
	}
	return s.Client.Upload(ctx, pythonTable, table)
}

// table is a table of downloads for uv with this archive alone.
func (a archive) table(release cpython.Release, machine string) ([]byte, error) {
	var major, minor, patch int
	if _, err := fmt.Sscanf(release.Version, "%d.%d.%d", &major, &minor, &patch); err != nil {
		return nil, fmt.Errorf("the version of Python %q can't be understood: %w", release.Version, err)
	}
	return json.Marshal(map[string]any{"cpython-" + release.Version + "-linux-" + machine + "-gnu": map[string]any{
		"name": "cpython", "arch": map[string]any{"family": machine, "variant": nil}, "os": "linux", "libc": "gnu",
		"major": major, "minor": minor, "patch": patch, "prerelease": "", "variant": nil, "build": release.Build,
		"url": a.url, "sha256": a.sum,
	}})
}

// LookPython is shell text that prints which Python the release that takes the traffic
// runs on. ParsePython reads it.
func LookPython(l layout.Layout) string {
	return `cat ` + shell.Quote(l.Current()+"/venv/pyvenv.cfg") + ` 2>/dev/null || :`
}

// ParsePython reads what LookPython printed: the interpreter's version, "3.12.3", and
// whether Slipway brought it. The version is "" if it is not known.
func ParsePython(out string) (version string, managed bool) {
	for _, line := range shell.SplitLines(out) {
		key, value, _ := strings.Cut(line, " = ")
		switch key {
		case "version", "version_info":
			version = value
		case "home":
			managed = strings.HasPrefix(value, layout.PythonsFolder+"/")
		}
	}
	return version, managed
}

// pythonNotes say when the managed Python needs its owner: this release keeps it, and a
// deployment brings a newer one.
func pythonNotes(v fact.View) []string {
	if advice := cpython.Judge(managedPython(v), true, time.Now()).Advice(); managedPython(v) != "" && advice != "" {
		return []string{advice}
	}
	return nil
}
