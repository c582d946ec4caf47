package docker

import (
	"encoding/json"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/docker/cli/cli/context/docker"
	"github.com/docker/cli/cli/context/store"

	"slipway/providers"
)

// world is an operator's home folder with docker's settings, and the environment.
type world struct {
	t    *testing.T
	home string
	env  map[string]string
}

func newWorld(t *testing.T) *world {
	home, err := os.MkdirTemp("", "h") // sockets have short names only
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(home) })
	return &world{t, home, map[string]string{"HOME": home, "USERPROFILE": home}}
}

func (w *world) getenv(name string) string { return w.env[name] }

// current writes docker's settings with that context as the current one.
func (w *world) current(name string) {
	w.t.Helper()
	text, err := json.Marshal(map[string]any{"auths": map[string]any{}, "currentContext": name})
	if err != nil {
		w.t.Fatal(err)
	}
	w.settings(string(text))
}

func (w *world) settings(text string) {
	w.t.Helper()
	w.write(filepath.Join(w.home, ".docker", "config.json"), text)
}

func (w *world) write(path, text string) {
	w.t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// context makes a docker context as `docker context create` does.
func (w *world) context(name, host string) {
	w.t.Helper()
	contexts := store.New(filepath.Join(w.home, ".docker", "contexts"), store.NewConfig(func() any { return &map[string]any{} }))
	err := contexts.CreateOrUpdate(store.Metadata{
		Name: name, Endpoints: map[string]any{docker.DockerEndpoint: docker.EndpointMeta{Host: host}},
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// listen makes a socket below the home folder.
func (w *world) listen(path string) {
	w.t.Helper()
	path = filepath.Join(w.home, path)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		w.t.Fatal(err)
	}
	listener, err := net.Listen("unix", path)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = listener.Close() })
}

var found = map[string]struct {
	given              func(w *world)
	host, name, source string
}{
	"DOCKER_HOST": {func(w *world) { w.env["DOCKER_HOST"] = "unix:///run/x.sock" }, "unix:///run/x.sock", "default", "DOCKER_HOST"},
	"DOCKER_HOST wins over contexts": {func(w *world) {
		w.env["DOCKER_HOST"], w.env["DOCKER_CONTEXT"] = "unix:///run/x.sock", "other"
		w.current("third")
	}, "unix:///run/x.sock", "default", "DOCKER_HOST"},
	"without protocol and port": {func(w *world) { w.env["DOCKER_HOST"] = "127.0.0.1" }, "tcp://127.0.0.1:2375", "default", "DOCKER_HOST"},
	"by IPv6":                   {func(w *world) { w.env["DOCKER_HOST"] = "tcp://[::1]:99" }, "tcp://[::1]:99", "default", "DOCKER_HOST"},
	"a pipe":                    {func(w *world) { w.env["DOCKER_HOST"] = "npipe:////./pipe/docker_engine" }, "npipe:////./pipe/docker_engine", "default", "DOCKER_HOST"},
	"DOCKER_CONTEXT": {func(w *world) {
		w.env["DOCKER_CONTEXT"] = "mine"
		w.context("mine", "unix:///run/mine.sock")
		w.current("other")
	}, "unix:///run/mine.sock", "mine", `the docker context "mine"`},
	"the current context": {func(w *world) {
		w.context("desktop-linux", "unix:///home/u/.docker/desktop/docker.sock")
		w.current("desktop-linux")
	}, "unix:///home/u/.docker/desktop/docker.sock", "desktop-linux", `the docker context "desktop-linux"`},
	"DOCKER_CONTEXT=default": {func(w *world) {
		w.env["DOCKER_CONTEXT"] = "default"
		w.context("mine", "unix:///run/mine.sock")
		w.current("mine")
		w.listen(".docker/run/docker.sock")
	}, "unix://HOME/.docker/run/docker.sock", "default", "the socket of Docker Desktop"},
	"settings elsewhere": {func(w *world) {
		w.env["DOCKER_CONFIG"] = filepath.Join(w.home, ".docker")
		w.env["HOME"], w.env["USERPROFILE"] = "", ""
		w.context("mine", "unix:///run/mine.sock")
		w.current("mine")
	}, "unix:///run/mine.sock", "mine", `the docker context "mine"`},
	"a rootless engine": {func(w *world) {
		w.env["XDG_RUNTIME_DIR"] = filepath.Join(w.home, "run")
		w.listen("run/docker.sock")
		w.listen(".docker/desktop/docker.sock")
	}, "unix://HOME/run/docker.sock", "default", "the socket of a rootless engine"},
	"Docker Desktop": {func(w *world) { w.listen(".docker/desktop/docker.sock") },
		"unix://HOME/.docker/desktop/docker.sock", "default", "the socket of Docker Desktop"},
	"a file in a socket's place": {func(w *world) {
		w.write(filepath.Join(w.home, ".docker/run/docker.sock"), "")
		w.listen(".docker/desktop/docker.sock")
	}, "unix://HOME/.docker/desktop/docker.sock", "default", "the socket of Docker Desktop"},
}

func TestFind(t *testing.T) {
	for name, test := range found {
		t.Run(name, func(t *testing.T) {
			if strings.HasPrefix(test.source, "the socket of") && present("/var/run/docker.sock") {
				t.Skip("this computer has the default socket")
			}
			w := newWorld(t)
			test.given(w)
			e, err := Find(w.getenv)
			if err != nil {
				t.Fatal(err)
			}
			host := strings.ReplaceAll(test.host, "HOME", w.home)
			if e.Host != host || e.Name != test.name || e.Source != test.source || !e.Local {
				t.Errorf("found %+v, want %s, %s, %s", e, host, test.name, test.source)
			}
			if _, err := open(e); err != nil && !strings.HasPrefix(host, "npipe") {
				t.Error(err)
			}
		})
	}
}

func TestFindDefaultSocket(t *testing.T) {
	w := newWorld(t)
	e, err := Find(w.getenv)
	if err != nil || e.Source != "the default socket" || !e.Local || !strings.Contains(e.Host, "docker") {
		t.Errorf("Find = %+v, %v", e, err)
	}
}

func TestFindRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		given func(w *world)
		want  string
	}{
		"another computer's engine": {func(w *world) { w.env["DOCKER_HOST"] = "tcp://192.0.2.7:2375" }, "tcp://192.0.2.7:2375 (from DOCKER_HOST) is on another computer"},
		"by a name":                 {func(w *world) { w.env["DOCKER_HOST"] = "tcp://build.example:2375" }, "slipway eject docker"},
		"by ssh, with a password":   {func(w *world) { w.env["DOCKER_HOST"] = "ssh://me:secret@localhost" }, "ssh://me:xxxxx@localhost"},
		"a context of another computer": {func(w *world) {
			w.context("away", "ssh://me@192.0.2.7")
			w.current("away")
		}, `the docker context "away") is on another computer`},
		"another computer's pipe": {func(w *world) { w.env["DOCKER_HOST"] = "npipe:////server/pipe/docker_engine" }, "on another computer"},
		"no address":              {func(w *world) { w.env["DOCKER_HOST"] = "unix://" }, "DOCKER_HOST is \"unix://\", which is no address"},
		"an unknown context":      {func(w *world) { w.env["DOCKER_CONTEXT"] = "gone" }, `DOCKER_CONTEXT names the docker context "gone", and there is none`},
		"a current context that was removed": {func(w *world) { w.current("gone") },
			`config.json names the docker context "gone", and there is none`},
		"damaged settings": {func(w *world) { w.settings("{") }, "config.json can't be read"},
		"a damaged context": {func(w *world) {
			w.context("mine", "unix:///x")
			w.current("mine")
			files, err := filepath.Glob(filepath.Join(w.home, ".docker/contexts/meta/*/meta.json"))
			if err != nil || len(files) != 1 {
				w.t.Fatal(files, err)
			}
			w.write(files[0], `{"Name":"mine","Endpoints":{}}`)
		}, `the docker context "mine" can't be read`},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			test.given(w)
			e, err := Find(w.getenv)
			var usage *providers.Usage
			if !errors.As(err, &usage) || usage.Next == "" || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "secret") {
				t.Errorf("Find = %+v, %v, want a usage error with %q", e, err, test.want)
			}
		})
	}
}

func TestFindCertificates(t *testing.T) {
	w := newWorld(t)
	w.env["DOCKER_HOST"], w.env["DOCKER_TLS_VERIFY"] = "tcp://localhost", "1"
	w.env["DOCKER_CERT_PATH"] = filepath.Join(w.home, "certs")
	w.write(filepath.Join(w.home, "certs", "ca.pem"), "not one")
	e, err := Find(w.getenv)
	if err != nil || e.Host != "tcp://localhost:2376" {
		t.Fatalf("Find = %+v, %v", e, err)
	}
	var usage *providers.Usage
	if _, err := open(e); !errors.As(err, &usage) || !strings.Contains(err.Error(), "ca.pem seems invalid") {
		t.Errorf("open with a damaged certificate: %v", err)
	}
	delete(w.env, "DOCKER_TLS_VERIFY")
	w.env["DOCKER_TLS"] = "1"
	if e, err = Find(w.getenv); err != nil || !e.unchecked {
		t.Errorf("DOCKER_TLS alone: %+v, %v, want an unchecked certificate", e, err)
	}
}
