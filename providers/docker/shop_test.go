package docker

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/moby/moby/client"

	"slipway/providers"
	"slipway/providers/docker/dockertest"
)

// python is the image of the apps of these tests.
const python = "python:3.13-slim"

// shopText is an app that answers with its release and a variable, prints each request,
// and ends at once if it is told to.
const shopText = `import http.server, os, sys
if os.environ.get("BREAK"):
    raise RuntimeError("broken by a variable")
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        print("asked for", self.path, flush=True)
        if self.path == "/long":
            print("x" * 50000, flush=True)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(("%s %s" % (os.environ["RELEASE"], os.environ.get("COLOUR"))).encode())
    def log_message(self, *args):
        pass
print("release", os.environ["RELEASE"], "starts", flush=True)
http.server.ThreadingHTTPServer(("", 8000), Handler).serve_forever()
`

// shop is a deployment in a real engine.
type shop struct {
	t *testing.T
	e *dockertest.Engine
	p *Provider
	deployment
}

func newShop(t *testing.T) *shop {
	e := dockertest.Shared(t, python)
	p := New(Options{Getenv: func(name string) string {
		if name == client.EnvOverrideHost {
			return e.Host
		}
		return ""
	}})
	spec := providers.Spec{Name: "shop", Tag: fmt.Sprintf("slipway-shop-%d", time.Now().UnixNano())}
	d, err := p.open(spec)
	if err != nil {
		t.Fatal(err)
	}
	s := &shop{t, e, p, d}
	t.Cleanup(func() {
		if err := p.Destroy(context.WithoutCancel(t.Context()), spec, func(string) {}); err != nil {
			t.Error(err)
		}
	})
	for _, r := range p.Resources(spec) {
		if err := r.Make(t.Context(), quiet); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// image builds the image of a release, with more lines of its Dockerfile.
func (s *shop) image(r release, more ...string) {
	s.t.Helper()
	files := map[string]string{
		"Dockerfile": "FROM " + python + "\nENV RELEASE=" + r.name + "\nRUN mkdir -p /data/state && chown 10001 /data/state\n" +
			"COPY app.py /app/\n" + strings.Join(more, "\n") + "\nWORKDIR /app\nUSER 10001\nCMD [\"python3\", \"app.py\"]\n",
		"app.py": shopText,
	}
	var tarred bytes.Buffer
	archive := tar.NewWriter(&tarred)
	for name, text := range files {
		if err := archive.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(text))}); err != nil {
			s.t.Fatal(err)
		}
		if _, err := io.WriteString(archive, text); err != nil {
			s.t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		s.t.Fatal(err)
	}
	mine := labels(s.spec)
	maps.Copy(mine, map[string]string{labelRelease: r.name, labelApp: r.text()})
	answer, err := s.api.ImageBuild(s.t.Context(), &tarred, client.ImageBuildOptions{
		Version: "1", Tags: []string{imageName(s.spec, r.name)}, Labels: mine, Remove: true,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	if err := followBuild(answer.Body, s.at, quiet); err != nil {
		s.t.Fatal(err)
	}
}

// deliver lets a release of the app take the traffic.
func (s *shop) deliver(name string, variables map[string]string) {
	s.t.Helper()
	settings, err := settingsOf(s.spec, providers.App{
		Data: []string{"/data/state"}, Stop: time.Second, Health: providers.Health{Path: "/", Within: 20 * time.Second},
		Processes: map[string]string{"worker": "echo worker of $RELEASE, $COLOUR; exec sleep 1000"},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	r := release{name: name, settings: settings, variables: variables}
	s.image(r)
	if err := s.takeOver(s.t.Context(), r, quiet); err != nil {
		s.t.Fatal(err)
	}
}

// page is what a visitor gets.
func (s *shop) page(at string) string {
	s.t.Helper()
	url, err := s.p.URL(s.t.Context(), s.spec)
	if err != nil {
		s.t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, url+path.Join("/", at), nil)
	if err != nil {
		s.t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(text)
}

// wants fails the test if a visitor gets another page.
func (s *shop) wants(page string) {
	s.t.Helper()
	if got := s.page("/"); got != page {
		s.t.Errorf("the app answers %q, want %q", got, page)
	}
}

// running are the names of the containers of a role, without the tag.
func (s *shop) running(as role) []string {
	s.t.Helper()
	all, err := s.containers(s.t.Context(), as)
	if err != nil {
		s.t.Fatal(err)
	}
	var names []string
	for _, c := range all {
		names = append(names, strings.TrimPrefix(nameOf(c), s.spec.Tag+"-"))
	}
	return names
}
