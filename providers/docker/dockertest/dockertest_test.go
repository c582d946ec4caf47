package dockertest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestMain(m *testing.M) { os.Exit(Main(m.Run)) }

// docker runs the docker command, as whoever the words in front say.
func docker(t *testing.T, e *Engine, front []string, args ...string) (string, error) {
	t.Helper()
	argv := append(append([]string{}, front...), append([]string{"docker"}, args...)...)
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Env = append(append(os.Environ(), e.Env()...), "HOME=/nonexistent")
	out, err := cmd.CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

// TestEngine: a container of the image of Python answers on an address of its own, and
// reaches the outside; a member of the group may use the engine, others may not.
func TestEngine(t *testing.T) {
	e := Start(t, Options{Images: []string{"python:3.13-slim"}})
	out, err := docker(t, e, e.Member(), "run", "--rm", "--read-only", "--cap-drop=ALL", "--user=10001", "python:3.13-slim",
		"python3", "-c", "import sys, ensurepip; print(*sys.version_info[:2])")
	if err != nil || out != "3 13" {
		t.Errorf("a member of the group: %v: %s", err, out)
	}
	if out, err := docker(t, e, e.Stranger(), "ps"); err == nil || !strings.Contains(out, "permission denied") {
		t.Errorf("a stranger: %v: %s", err, out)
	}
	if out, err := docker(t, e, nil, "run", "--detach", "--publish=127.77.0.1:80:8000", "python:3.13-slim",
		"python3", "-m", "http.server", "8000"); err != nil {
		t.Fatal(err, out)
	}
	out, err = docker(t, e, nil, "run", "--rm", "python:3.13-slim", "pip", "download", "--no-deps", "--dest=/tmp", "click==8.1.8")
	if err != nil {
		t.Errorf("a container does not reach the package index: %v: %s", err, out)
	}
	answer, err := exec.Command("python3", "-c", "import urllib.request; print(urllib.request.urlopen('http://127.77.0.1/').status)").CombinedOutput()
	if err != nil || strings.TrimSpace(string(answer)) != "200" {
		t.Errorf("the published address: %v: %s", err, answer)
	}
}

// TestSize: an engine that was given little room runs out of it.
func TestSize(t *testing.T) {
	e := Start(t, Options{Images: []string{"debian:13-slim"}, Size: 400 << 20})
	out, err := docker(t, e, nil, "run", "--rm", "debian:13-slim", "dd", "if=/dev/zero", "of=/zeros", "bs=1M", "count=500")
	if err == nil || !strings.Contains(out, "No space left on device") {
		t.Errorf("500 MB fit: %v: %s", err, out)
	}
}

// TestNothingStays: the engine's folder is gone once it is closed, and this
// computer's own control groups know nothing of its containers.
func TestNothingStays(t *testing.T) {
	Need(t)
	closeShared()
	e, err := Launch(t.Context(), Options{Images: []string{"debian:13-slim"}})
	if err != nil {
		t.Fatal(err)
	}
	if out, err := docker(t, e, nil, "run", "--detach", "debian:13-slim", "sleep", "1000"); err != nil {
		t.Error(err, out)
	}
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(e.Folder); !os.IsNotExist(err) {
		t.Errorf("%s is still there: %v", e.Folder, err)
	}
	if out, err := exec.Command("pgrep", "-f", "sleep 1000|[d]ockerd|[c]ontainerd").Output(); err == nil {
		t.Errorf("processes are left: %s", out)
	}
	folder := os.Getenv("DOCKERTEST_FOLDER")
	if left, err := filepath.Glob(folder + "/[0-9]*"); err != nil || len(left) > 0 {
		t.Errorf("files are left: %v, %v", left, err)
	}
}

// TestUnknown: an image that nothing stands in for is named with those that there are.
func TestUnknown(t *testing.T) {
	_, err := find("python:2.7-slim")
	if err == nil || !strings.Contains(err.Error(), "python:2.7-slim") || !strings.Contains(err.Error(), "python:3.13-slim") {
		t.Errorf("it says %v", err)
	}
}
