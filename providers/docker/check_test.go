package docker

import (
	"errors"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"slipway/providers"
	"slipway/providers/docker/dockertest"
)

// TestCheckDisk: an engine whose disk is almost full is refused before anything is made.
func TestCheckDisk(t *testing.T) {
	engine := dockertest.Start(t, dockertest.Options{Size: 500 << 20})
	w := opened{engine: engine, spec: providers.Spec{Name: "shop", Tag: "slipway-shop-1"}}
	refuses(t, w.again().Check(t.Context(), w.spec), "MB left", "docker system df")
}

// TestCheckEngine: engines that can't be had for a test, of which only the greeting
// counts.
func TestCheckEngine(t *testing.T) {
	for name, c := range map[string]struct{ api, system, want, next string }{
		"too old":        {"1.40", "linux", "too old: its API is 1.40", "20.10"},
		"Windows's own":  {"1.47", "windows", "runs containers of windows", "Switch to Linux containers"},
		"nothing at all": {"", "", "", ""},
	} {
		socket := filepath.Join(t.TempDir(), "s")
		listener, err := net.Listen("unix", socket)
		if err != nil {
			t.Fatal(err)
		}
		server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("API-Version", c.api)
			w.Header().Set("OSType", c.system)
		})}
		go func() { _ = server.Serve(listener) }()
		p := New(Options{Getenv: func(key string) string { return map[string]string{"DOCKER_HOST": "unix://" + socket}[key] }})
		err = p.Check(t.Context(), providers.Spec{Name: "shop", Tag: "slipway-shop-1"})
		server.Close()
		if c.want == "" {
			if err == nil {
				t.Errorf("%s: an engine without a version will do", name)
			}
			continue
		}
		refuses(t, err, c.want, c.next)
	}
}

func refuses(t *testing.T, err error, want, next string) {
	t.Helper()
	refused, ok := errors.AsType[*providers.Refused](err)
	if !ok || !strings.Contains(refused.Error(), want) || !strings.Contains(refused.Next, next) {
		t.Errorf("got %v, want a refusal with %q and then %q", err, want, next)
	}
}
