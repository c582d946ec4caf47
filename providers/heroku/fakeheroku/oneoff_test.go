package fakeheroku_test

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/url"
	"os"
	"strings"
	"testing"

	client "github.com/heroku/heroku-go/v6"

	"slipway/providers/heroku/fakeheroku"
)

// attach connects to a one-off dyno and reads its greeting.
func (a account) attach(app string, options client.DynoCreateOpts) (*tls.Conn, *bufio.Reader) {
	a.t.Helper()
	options.Attach = new(true)
	d := must(a.DynoCreate(a.t.Context(), app, options))
	u := must(url.Parse(*d.AttachURL))
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(must(os.ReadFile(a.CAFile())))
	connection, err := (&tls.Dialer{Config: &tls.Config{RootCAs: roots}}).DialContext(a.t.Context(), "tcp", u.Host)
	if err != nil {
		a.t.Fatal(err)
	}
	a.t.Cleanup(func() { _ = connection.Close() })
	must(io.WriteString(connection, strings.TrimPrefix(u.Path, "/")+"\r\n"))
	in := bufio.NewReader(connection)
	if greeting := must(in.ReadString('\n')); greeting != "rendezvous\r\n" {
		a.t.Fatalf("the rendezvous greets with %q", greeting)
	}
	return connection.(*tls.Conn), in
}

func TestOneOffDynos(t *testing.T) {
	a := open(t, fakeheroku.Options{})
	a.app("once-in-it")
	a.build("once-in-it", app("one"))

	t.Run("without a terminal", func(t *testing.T) {
		connection, in := a.attach("once-in-it", client.DynoCreateOpts{
			Command: "cat; ls; echo to stderr >&2; test -t 0; echo status $?", ForceNoTty: new(true), Env: map[string]string{"A": "b"},
		})
		must(io.WriteString(connection, "typed\n\x04"))
		if got := string(must(io.ReadAll(in))); got != "typed\nProcfile\napp.py\nrequirements.txt\nto stderr\nstatus 1\n" {
			t.Errorf("it printed %q", got)
		}
	})
	t.Run("with a terminal", func(t *testing.T) {
		connection, in := a.attach("once-in-it", client.DynoCreateOpts{
			Command: `stty size; echo $TERM; read word; echo got $word`, Env: map[string]string{"TERM": "xterm", "COLUMNS": "100", "LINES": "40"},
		})
		must(io.WriteString(connection, "typed\n"))
		got := string(must(io.ReadAll(in)))
		if !strings.Contains(got, "40 100\r\n") || !strings.Contains(got, "xterm\r\n") || !strings.HasSuffix(got, "got typed\r\n") {
			t.Errorf("it printed %q", got)
		}
	})
	t.Run("the client goes", func(*testing.T) {
		connection, _ := a.attach("once-in-it", client.DynoCreateOpts{Command: "sleep 600"})
		_ = connection.Close()
	})
	t.Run("detached", func(t *testing.T) {
		must(a.DynoCreate(t.Context(), "once-in-it", client.DynoCreateOpts{Command: "echo from $DYNO; exit 3"}))
	})
	until(t, "the end of the one-off dynos", func() bool { return len(a.Contents().Dynos) == 1 })
	session := must(a.LogSessionCreate(t.Context(), "once-in-it", client.LogSessionCreateOpts{Lines: new(1500)}))
	_, log := get(t, session.LogplexURL)
	for _, line := range []string{"app[run.1004]: from run.1004\n", "heroku[run.1004]: Process exited with status 3\n", "app[api]: Release v3 created by user"} {
		if !strings.Contains(log, line) {
			t.Errorf("the log has no %q:\n%s", line, log)
		}
	}
}

func TestLogSessions(t *testing.T) {
	a := open(t, fakeheroku.Options{})
	made := a.app("logs-of-it")
	a.build("logs-of-it", app("one"))
	get(t, *made.WebURL+"first")
	lines := func(o client.LogSessionCreateOpts) []string {
		session := must(a.LogSessionCreate(t.Context(), "logs-of-it", o))
		_, log := get(t, session.LogplexURL)
		return strings.Split(strings.TrimSpace(log), "\n")
	}
	until(t, "the line of a visit", func() bool {
		got := lines(client.LogSessionCreateOpts{Source: new("app"), DynoName: new("web.1"), Lines: new(1)})
		return len(got) == 1 && strings.HasSuffix(got[0], "app[web.1]: served /first")
	})
	if got := lines(client.LogSessionCreateOpts{Source: new("heroku"), Type: new("router")}); len(got) != 1 || !strings.Contains(got[0], `path="/first"`) {
		t.Errorf("the router's log is %q", got)
	}
	session := must(a.LogSessionCreate(t.Context(), "logs-of-it", client.LogSessionCreateOpts{Tail: new(true), Lines: new(0), Source: new("app")}))
	in := bufio.NewReader(stream(t, session.LogplexURL))
	get(t, *made.WebURL+"second")
	if line := must(in.ReadString('\n')); !strings.HasSuffix(line, "served /second\n") {
		t.Errorf("the log goes on with %q", line)
	}
}
