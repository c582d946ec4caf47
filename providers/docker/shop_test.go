package docker

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"io"
	"testing"
	"time"

	"slipway/providers"
)

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

// shop is a deployment of that app in a real engine.
type shop struct {
	opened
	d deployment
	t *testing.T
}

func newShop(t *testing.T) *shop {
	w := newOpened(t)
	return &shop{w, w.in(t), t}
}

// shopApp is a release of the app, or of another text.
func shopApp(release, text string, variables map[string]string) providers.App {
	dockerfile := "FROM python:3.13-slim\nENV RELEASE=" + release + "\nRUN install -d -o 10001 /data/state\n" +
		"COPY app.py /app/\nWORKDIR /app\nUSER 10001\nCMD [\"python3\", \"app.py\"]\n"
	return providers.App{
		Release: release, Variables: variables, Data: []string{"/data/state"}, Stop: time.Second,
		Health:    providers.Health{Path: "/", Within: 20 * time.Second},
		Processes: map[string]string{"worker": "echo worker of $RELEASE, $COLOUR; exec sleep 1000"},
		Archive: func(w io.Writer) error {
			packed := gzip.NewWriter(w)
			archive := tar.NewWriter(packed)
			for name, text := range map[string]string{"Dockerfile": dockerfile, "app.py": text} {
				err := archive.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(text))})
				if err == nil {
					_, err = io.WriteString(archive, text)
				}
				if err != nil {
					return err
				}
			}
			return errors.Join(archive.Close(), packed.Close())
		},
	}
}

// release lets a release of the app take the traffic.
func (s *shop) release(name string, variables map[string]string) {
	s.t.Helper()
	s.mustDeliver(s.t, shopApp(name, shopText, variables))
}

// wants fails the test if a visitor gets another page.
func (s *shop) wants(page string) {
	s.t.Helper()
	if got := s.get(s.t, "/"); got != page {
		s.t.Errorf("the app answers %q, want %q", got, page)
	}
}
