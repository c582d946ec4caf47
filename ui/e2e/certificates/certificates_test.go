//go:build linux

// Package certificates tests certificates end to end: a real machine, and a
// real ACME server that reaches it from outside.
package certificates

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"slipway/providers/local/localtest"
	"slipway/ui/e2e"
)

func TestMain(m *testing.M) { os.Exit(e2e.Main(m)) }

const (
	app = "app.slipway.test"
	www = "www.slipway.test"
)

// TestCertificates takes one server from plain HTTP through all that can become
// of its certificate and back. Each part builds on those before.
func TestCertificates(t *testing.T) {
	localtest.NeedMachines(t)
	for _, image := range []string{"debian-13", "debian-12"} {
		t.Run(image, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, image)
			for _, part := range []struct {
				name string
				test func(t *testing.T, s *site)
			}{
				{"names that lead nowhere", leadNowhere},
				{"the server goes over by itself", goesOver},
				{"the domain is given up", givenUp},
				{"the authority can't reach the name", refused},
				{"the authority was asked too much", limited},
				{"obtained", obtained},
				{"nothing to do", nothingToDo},
				{"renewed by the timer", renewed},
				{"a name less", nameLess},
			} {
				if !t.Run(part.name, func(t *testing.T) { part.test(t, s.in(t)) }) {
					return
				}
			}
		})
	}
}

// site is a deployment with an authority.
type site struct {
	*e2e.Operator
	t         *testing.T
	authority *authority
	host      string
	args      []string // of each run, but for the domains
}

func newSite(t *testing.T, image string) *site {
	t.Helper()
	s := &site{Operator: e2e.NewOperator(t, 6*time.Minute), t: t, authority: newAuthority(t)}
	s.Plain = image != "debian-13" // the one machine of another system is not worth an image
	s.Env = []string{"SSL_CERT_FILE=" + s.authority.roots}
	s.args = []string{"--yes", "--sample", "hello", "--image", image, "--acme-directory", directory, "--email", "me@slipway.test"}
	s.Must(s.args...)
	record, err := s.State().Read("hello")
	if err != nil {
		t.Fatal(err)
	}
	s.host = record.Server.Address
	s.authority.openDoor(s.Operator, "hello")
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(s.Root("hello", "journalctl -o cat -n 40 -u slipway-certificate.service; tail -n 30 /var/lib/slipway-acme/refused || :"))
		}
	})
	return s
}

// in is the site in a part of the test.
func (s *site) in(t *testing.T) *site {
	part, operator := *s, *s.Operator
	operator.T = t
	part.Operator, part.t = &operator, t
	return &part
}

// deploy runs slipway with domains; none is what was used before.
func (s *site) deploy(domains ...string) e2e.Result {
	s.t.Helper()
	args := slices.Clone(s.args)
	for _, domain := range domains {
		args = append(args, "--domain", domain)
	}
	return s.Run(args...)
}

// resolve has the server's own resolver know where names lead.
func (s *site) resolve(names ...string) {
	s.t.Helper()
	s.Root("hello", "echo '"+s.host+" "+strings.Join(names, " ")+"' >>/etc/hosts")
}

// wantURL fails the test unless a run succeeded and its last line is the URL.
func (s *site) wantURL(r e2e.Result, url string) {
	s.t.Helper()
	if r.Code != 0 || strings.TrimSpace(r.Stdout) != url {
		s.t.Fatalf("exit %d and %q, want 0 and %s\n%s", r.Code, r.Stdout, url, r.Stderr)
	}
}

// wantPlain fails the test unless the app answers over HTTP and nothing over
// HTTPS.
func (s *site) wantPlain() {
	s.t.Helper()
	if status, body := e2e.Ask(s.t, "http://"+s.host+"/"); status != http.StatusOK {
		s.t.Errorf("over HTTP it answers with status %d: %s", status, body)
	}
	if _, err := s.handshake(app, nil); err == nil {
		s.t.Error("something answers over HTTPS")
	}
}

// handshake connects to the server as to a name and returns how that ended. The
// chain must lead to the authority's root.
func (s *site) handshake(name string, config *tls.Config) (tls.ConnectionState, error) {
	s.t.Helper()
	if config == nil {
		config = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	config.ServerName, config.RootCAs = name, s.roots()
	conn, err := tls.DialWithDialer(&net.Dialer{Timeout: 10 * time.Second}, "tcp", net.JoinHostPort(s.host, "443"), config)
	if err != nil {
		return tls.ConnectionState{}, err
	}
	defer conn.Close()
	return conn.ConnectionState(), nil
}

func (s *site) roots() *x509.CertPool {
	s.t.Helper()
	data, err := os.ReadFile(s.authority.roots)
	if err != nil {
		s.t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(data)
	return pool
}

// answer is what a server answered.
type answer struct {
	protocol, status string
	header           http.Header
	body             string
}

// get asks the server for a URL, whatever its name leads to from here, and
// follows nothing.
func (s *site) get(url string) answer {
	s.t.Helper()
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	transport := &http.Transport{ForceAttemptHTTP2: true, DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: s.roots()}}
	transport.DialContext = dialAt(dialer, s.host)
	client := &http.Client{Transport: transport, Timeout: 20 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Get(url)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return answer{response.Proto, response.Status, response.Header, string(body)}
}
