package appplatform

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/creack/pty"

	"slipway/providers"
)

// shellServer answers as App Platform's console does: with a shell on a terminal.
type shellServer struct {
	*httptest.Server
	// words are the shell's; ended is closed when it has ended.
	words []string
	ended chan struct{}
}

func newShellServer(t *testing.T, words ...string) *shellServer {
	s := &shellServer{words: words, ended: make(chan struct{})}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := websocket.Accept(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		c.SetReadLimit(1 << 20)
		s.serve(r.Context(), c)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *shellServer) serve(ctx context.Context, c *websocket.Conn) {
	defer close(s.ended)
	shell := exec.Command(s.words[0], s.words[1:]...)
	shell.Env = append(os.Environ(), "PS1=# ")
	terminal, err := pty.Start(shell)
	if err != nil {
		_ = c.Close(websocket.StatusInternalError, err.Error())
		return
	}
	go func() {
		for {
			_, body, err := c.Read(ctx)
			var m typed
			if err != nil || json.Unmarshal(body, &m) != nil {
				_ = terminal.Close()
				return
			}
			_, _ = terminal.WriteString(m.Data)
		}
	}()
	buffer := make([]byte, 700)
	for {
		n, err := terminal.Read(buffer)
		if n > 0 {
			body, _ := json.Marshal(message{Data: string(buffer[:n])})
			_ = c.Write(ctx, websocket.MessageText, body)
		}
		if err != nil {
			break
		}
	}
	_ = shell.Wait()
	_ = c.Close(websocket.StatusNormalClosure, "")
}

// console runs a command there.
func (s *shellServer) console(ctx context.Context, command providers.Command) (int, error) {
	connection, err := connect(ctx, s.URL, strings.Replace(s.URL, "http:", "ws:", 1))
	if err != nil {
		return 0, err
	}
	defer func() { _ = connection.CloseNow() }()
	return (&console{connection: connection, command: command}).run(ctx)
}

func TestRunPassesAllAsItIs(t *testing.T) {
	t.Parallel()
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	big := bytes.Repeat(every, 2000)
	for name, c := range map[string]struct {
		words               []string
		in                  []byte
		out, complaint, any string
		status              int
	}{
		"words":      {words: []string{"printf", "%s|", "a b", "it's", `"$HOME"`, "ü\n"}, out: "a b|it's|\"$HOME\"|ü\n|"},
		"status":     {words: []string{"sh", "-c", "echo no >&2; exit 7"}, complaint: "no\n", status: 7},
		"input":      {words: []string{"cat"}, in: big, out: string(big)},
		"no input":   {words: []string{"cat"}},
		"unread":     {words: []string{"true"}, in: big},
		"missing":    {words: []string{"no-such-program"}, complaint: "no-such-program: command not found\n", status: 127},
		"killed":     {words: []string{"sh", "-c", "kill -9 $$"}, status: 137},
		"no shell":   {words: []string{"test", "-t", "0"}, status: 1},
		"left alone": {words: []string{"sh", "-c", "sleep 60 & echo up"}, out: "up\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out, complaint bytes.Buffer
			command := providers.Command{Words: c.words, Stdout: &out, Stderr: &complaint}
			if c.in != nil {
				command.Stdin = bytes.NewReader(c.in)
			}
			status, err := newShellServer(t, "sh").console(t.Context(), command)
			if err != nil || status != c.status {
				t.Errorf("status is %d, %v; want %d", status, err, c.status)
			}
			if out.String() != c.out || complaint.String() != c.complaint {
				t.Errorf("it printed %d bytes %.80q and %.80q; want %d bytes %.80q and %.80q", out.Len(), out.String(), complaint.String(), len(c.out), c.out, c.complaint)
			}
		})
	}
}

// watched is a writer that tells what was written.
type watched struct {
	mu  sync.Mutex
	got bytes.Buffer
	is  chan struct{}
}

func (w *watched) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	defer func() {
		select {
		case w.is <- struct{}{}:
		default:
		}
	}()
	return w.got.Write(b)
}

// until waits for a text.
func (w *watched) until(t *testing.T, text string) {
	t.Helper()
	for {
		w.mu.Lock()
		got := w.got.String()
		w.mu.Unlock()
		if strings.Contains(got, text) {
			return
		}
		select {
		case <-w.is:
		case <-time.After(20 * time.Second):
			t.Fatalf("it printed %q, and not %q", got, text)
		}
	}
}

func TestRunOnATerminal(t *testing.T) {
	t.Parallel()
	resized, columns := make(chan struct{}), 81
	var mu sync.Mutex
	in, typing := io.Pipe()
	out := &watched{is: make(chan struct{}, 1)}
	command := providers.Command{Words: []string{"sh"}, Stdin: in, Stdout: out, Terminal: &providers.Terminal{
		Type: "xterm-256color", Resized: resized, Size: func() (int, int) { mu.Lock(); defer mu.Unlock(); return columns, 25 },
	}}
	done := make(chan struct{})
	go func() {
		defer close(done)
		status, err := newShellServer(t, "sh").console(t.Context(), command)
		if err != nil || status != 3 {
			t.Errorf("status is %d, %v", status, err)
		}
	}()
	tell := func(line string) { _, _ = io.WriteString(typing, line) }
	tell("test -t 0 && echo \"on $TERM\"; stty size\n")
	out.until(t, "on xterm-256color")
	out.until(t, "25 81")
	mu.Lock()
	columns = 132
	mu.Unlock()
	resized <- struct{}{}
	tell("until [ \"$(stty size)\" = '25 132' ]; do :; done; echo wid\"\"er\n")
	out.until(t, "wider")
	tell("echo sleep\"\"ing; sleep 60\n")
	out.until(t, "sleeping")
	tell("\x03")
	out.until(t, "^C") // what is typed before it is lost
	tell("exit 3\n")
	<-done
}

func TestRunEndsWithItsCaller(t *testing.T) {
	t.Parallel()
	s := newShellServer(t, "sh")
	ctx, cancel := context.WithCancel(t.Context())
	out := &watched{is: make(chan struct{}, 1)}
	go func() {
		out.until(t, "\n")
		cancel()
	}()
	_, err := s.console(ctx, providers.Command{Words: []string{"sh", "-c", "echo $$; exec sleep 600"}, Stdout: out})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v", err)
	}
	<-s.ended
	pid := strings.TrimSpace(out.got.String())
	if body, err := os.ReadFile("/proc/" + pid + "/cmdline"); err == nil && bytes.Contains(body, []byte("sleep")) {
		t.Errorf("the command still runs: %q", body)
	}
}

func TestRunThatCantStart(t *testing.T) {
	t.Parallel()
	var failed *providers.Failed
	s := newShellServer(t, "sh", "-c", "read x; echo python3: not found; exit 1")
	_, err := s.console(t.Context(), providers.Command{Words: []string{"true"}})
	if !errors.As(err, &failed) || !strings.Contains(err.Error(), "the connection to the instance ended before the command did: it was closed there; the shell in the instance said: python3: not found") {
		t.Errorf("the error is %v", err)
	}
	refusing := httptest.NewServer(http.NotFoundHandler())
	defer refusing.Close()
	if _, err = connect(t.Context(), refusing.URL, refusing.URL+"/?token=s3cret"); err == nil || strings.Contains(err.Error(), "s3cret") || !strings.Contains(err.Error(), "answered with status 404") {
		t.Errorf("the error is %v", err)
	}
	refusing.Close()
	if _, err = connect(t.Context(), refusing.URL, refusing.URL+"/?token=s3cret"); err == nil || strings.Contains(err.Error(), "s3cret") || !strings.Contains(err.Error(), "does not answer") {
		t.Errorf("the error is %v", err)
	}
	if _, err = connect(t.Context(), refusing.URL, "ws://example.com/?token=s3cret"); err == nil || err.Error() != "an address that the API names is not encrypted" {
		t.Errorf("the error is %v", err)
	}
}
