package appplatform

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/coder/websocket"
	"github.com/digitalocean/godo"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"slipway/providers"
	"slipway/providers/digitalocean/account"
	"slipway/providers/digitalocean/fakecloud"
)

// talkative answers a websocket's handshake, and then sends what the test says.
func talkative(t *testing.T, send func(say func(text string) bool)) *httptest.Server {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := websocket.Accept(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = c.CloseNow() }()
		go func() { // what is typed is read and forgotten
			for {
				if _, _, err := c.Read(r.Context()); err != nil {
					return
				}
			}
		}()
		send(func(text string) bool { return c.Write(r.Context(), websocket.MessageText, []byte(text)) == nil })
		_ = c.Close(websocket.StatusNormalClosure, "")
	}))
	t.Cleanup(server.Close)
	return server
}

// TestHostileConsole: what a console sends is the program's lines of a limited size, or the
// end of the command. An endless line is no reason to wait, and is not kept.
func TestHostileConsole(t *testing.T) {
	t.Parallel()
	ready := mark + "ready\n"
	line := func(kind, data string) string {
		return mark + kind + base64.StdEncoding.EncodeToString([]byte(data)) + "\n"
	}
	for name, c := range map[string]struct {
		sends []string
		out   string
		fails string
	}{
		"a whole command":      {[]string{ready, line("o", "hello"), line("x", "3")}, "hello", ""},
		"lines of another":     {[]string{ready, "slipway\n" + line("o", "a") + "x" + mark + "xMA==\n", line("x", "3")}, "a", ""},
		"no status":            {[]string{ready, line("x", "three")}, "", "invalid syntax"},
		"no base64":            {[]string{ready, mark + "o\x1b]0;x\n"}, "", "illegal base64"},
		"a status before it":   {[]string{line("x", "0"), ready, line("x", "3")}, "", ""},
		"a line without end":   {[]string{ready, strings.Repeat("y", longestLine+1), "", ""}, "", "a line that does not end"},
		"an end before a line": {[]string{ready}, "", "it was closed there"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := talkative(t, func(say func(string) bool) {
				for _, text := range c.sends {
					body, _ := json.Marshal(message{Data: text})
					say(string(body))
				}
			})
			s := &shellServer{Server: server}
			var out bytes.Buffer
			status, err := s.console(t.Context(), providers.Command{Words: []string{"true"}, Stdout: &out})
			if c.fails == "" && (err != nil || status != 3) || c.fails != "" && (err == nil || !strings.Contains(err.Error(), c.fails)) {
				t.Errorf("status %d, %v", status, err)
			}
			if out.String() != c.out || err != nil && len(err.Error()) > 1000 {
				t.Errorf("it printed %q, and the error is %.2000q", out.String(), err)
			}
		})
	}
}

// TestHostileLog: an address of a log that the API names is followed to one place only, its
// lines have a limited size, and no token goes there.
func TestHostileLog(t *testing.T) {
	t.Parallel()
	var elsewhere atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	t.Cleanup(other.Close)
	log := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			t.Error("the log's address got a token")
		}
		if r.URL.Path == "/elsewhere" {
			http.Redirect(w, r, other.URL, http.StatusFound)
			return
		}
		_, _ = io.WriteString(w, strings.Repeat("x", 3*longestLine)+"\nlast\n")
	}))
	t.Cleanup(log.Close)
	open := func(api string) *Provider {
		p, err := New(Options{Options: account.Options{Token: testToken, APIURL: api}})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	var lines []string
	read := func(api, at string) error {
		lines = nil
		return open(api).keptLog(t.Context(), at, func(line string) error { lines = append(lines, line); return nil })
	}
	if err := read(log.URL, log.URL+"/?token=s3cret"); err != nil || len(lines) != 2 || len(lines[0]) != longestLine || lines[1] != "last" {
		t.Errorf("%d lines: %v", len(lines), err)
	}
	for _, c := range []struct{ api, at, fails string }{
		{log.URL, log.URL + "/elsewhere?token=s3cret", "answered with status 302"},
		{"", log.URL + "/?token=s3cret", "this computer"},
		{"", "http://logs.example.com/?token=s3cret", "not encrypted"},
		{log.URL, "http://127.0.0.1:1/?token=s3cret", "does not answer"},
	} {
		err := read(c.api, c.at)
		if err == nil || !strings.Contains(err.Error(), c.fails) || strings.Contains(err.Error(), "s3cret") || len(lines) > 0 {
			t.Errorf("%s: %v, %d lines", c.at, err, len(lines))
		}
	}
	if n := elsewhere.Load(); n != 0 {
		t.Errorf("another host was asked %d times", n)
	}
}

// TestHostileLiveLog: a log that sends without an end of a line is kept up to a size.
func TestHostileLiveLog(t *testing.T) {
	t.Parallel()
	server := talkative(t, func(say func(string) bool) {
		for range 8 {
			say(strings.Repeat("z", longestLine))
		}
		say("\nlast")
	})
	p, err := New(Options{Options: account.Options{Token: testToken, APIURL: server.URL}})
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	err = p.liveLog(t.Context(), server.URL, true, func(line string) error { lines = append(lines, line); return nil })
	if len(lines) != 2 || len(lines[0]) != longestLine || lines[1] != "last" {
		t.Errorf("%d lines: %v", len(lines), err)
	}
}

// TestHostileDeployment: reasons and names in an answer are shown up to a length, and an app
// has an address of the web.
func TestHostileDeployment(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("0123456789", 10_000)
	w := newWorld(t, fakecloud.Faults{})
	step := &godo.DeploymentProgressStep{
		Name: long, ComponentName: long, Status: godo.DeploymentProgressStepStatus_Error,
		Reason: &godo.DeploymentProgressStepReason{Code: long, Message: long},
	}
	d := &godo.Deployment{ID: "x", Phase: godo.DeploymentPhase_Error, Progress: &godo.DeploymentProgress{Steps: []*godo.DeploymentProgressStep{step}}}
	if err := w.open().deploymentFailed(t.Context(), "none", d); err == nil || len(err.Error()) > 2000 {
		t.Errorf("an error of %d bytes", len(fmt.Sprint(err)))
	}
	step.Reason = nil
	if err := w.open().deploymentFailed(t.Context(), "none", d); err == nil || len(err.Error()) > 2000 {
		t.Errorf("an error of %d bytes", len(fmt.Sprint(err)))
	}
}

// TestHostileAddress: what App Platform says is the app's address is one of the web.
func TestHostileAddress(t *testing.T) {
	t.Parallel()
	for at, want := range map[string]bool{
		"https://hello.ondigitalocean.app": true, "http://127.3.2.1/hello": true,
		"http://hello.example.com": false, "javascript:alert(1)": false, "https://x\x1b[31m": false, "hello": false, "https://": false,
	} {
		app := &godo.App{ID: "x", LiveURL: at, ActiveDeployment: &godo.Deployment{}}
		if got, err := addressOf(app); (err == nil) != want || want && got != at {
			t.Errorf("%q: %q, %v", at, got, err)
		}
	}
}

// TestHostileRegistry: the login to the registry goes to no host without encryption, and
// what the registry says is shown up to a length.
func TestHostileRegistry(t *testing.T) {
	t.Parallel()
	for server, want := range map[string]bool{
		"registry.digitalocean.com": true, "localhost:5000": false, "127.0.0.1:5000": false, "10.1.2.3": false,
		"registry": false, "": false, "registry.example.com/other": false, "-x": false,
	} {
		if _, err := repositoryAt(server, "account", "app", ""); (err == nil) != want {
			t.Errorf("%q: %v", server, err)
		}
	}
	w := newWorld(t, fakecloud.Faults{})
	w.must(release("one"))
	s, err := w.open().store(t.Context(), w.spec, false)
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("0123456789", 10_000)
	for _, cause := range []error{
		fmt.Errorf("%s", long), &transport.Error{StatusCode: http.StatusForbidden, Errors: []transport.Diagnostic{{Message: long}}},
	} {
		if err := s.failed("push", cause); len(err.Error()) > 1000 {
			t.Errorf("an error of %d bytes", len(err.Error()))
		}
	}
	endless := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			_, _ = w.Write(make([]byte, 1<<20))
		}
	}))
	t.Cleanup(endless.Close)
	response, err := (&http.Client{Transport: bounded{http.DefaultTransport}}).Get(endless.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if n, err := io.Copy(io.Discard, response.Body); n != mostAnswered || err != nil {
		t.Errorf("%d bytes were read: %v", n, err)
	}
}
