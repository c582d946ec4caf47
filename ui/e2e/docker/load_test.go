package docker

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// clock is an app of which each release says its number.
const clock = `import time

from flask import Flask

app = Flask(__name__)


@app.route("/", methods=["GET", "POST"])
def front():
    return "release %d"


@app.get("/slow")
def slow():
    time.sleep(3)
    return "release %[1]d"
`

// load asks an address all the time, and keeps what went wrong. A failed request is not
// sent again.
type load struct {
	address string
	wait    sync.WaitGroup

	mu       sync.Mutex
	answers  map[string]int
	failures []string
}

// ask sends one request on a connection and reads its answer.
func (l *load) ask(conn net.Conn, reader *bufio.Reader, request string) error {
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		return err
	}
	if _, err := io.WriteString(conn, request); err != nil {
		return err
	}
	response, err := http.ReadResponse(reader, nil)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %d, %.80s", response.StatusCode, body)
	}
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.answers[string(body)]++
	return nil
}

// client asks on connections of its own, as long as ctx lasts.
func (l *load) client(ctx context.Context, path, method string) {
	for ctx.Err() == nil {
		began := time.Now()
		conn, err := net.DialTimeout("tcp", l.address, 10*time.Second)
		if err == nil {
			reader := bufio.NewReader(conn)
			err = l.ask(conn, reader, method+" "+path+" HTTP/1.1\r\nHost: test\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
			conn.Close()
		}
		if err != nil {
			l.mu.Lock()
			l.failures = append(l.failures, fmt.Sprintf("%s after %s: %s %s: %v", began.Format("15:04:05.000"), time.Since(began), method, path, err))
			l.mu.Unlock()
		}
		select {
		case <-ctx.Done():
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// TestUnderLoad has three releases and a rollback lose no request.
func TestUnderLoad(t *testing.T) {
	o := newOperator(t)
	folder := t.TempDir()
	write := func(name, text string) { failOn(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600)) }
	write("requirements.txt", "flask\n")
	write("app.py", fmt.Sprintf(clock, 1))
	first := o.deploy(folder, "--name", "clock")
	address := strings.TrimPrefix(first.URL, "http://")
	if !strings.Contains(address, ":") {
		address += ":80"
	}
	ctx, stop := context.WithCancel(t.Context())
	l := &load{address: address, answers: map[string]int{}}
	for n := range 6 {
		l.wait.Go(func() { l.client(ctx, []string{"/", "/", "/slow"}[n%3], []string{"GET", "POST", "GET"}[n%3]) })
	}
	for n := 2; n <= 3; n++ {
		write("app.py", fmt.Sprintf(clock, n))
		o.deploy(folder, "--name", "clock")
		asks(t, first.URL, fmt.Sprintf("release %d", n))
	}
	o.Must("rollback", "clock")
	asks(t, first.URL, "release 2")
	stop()
	l.wait.Wait()
	t.Logf("answers: %v", l.answers)
	for _, failure := range l.failures[:min(20, len(l.failures))] {
		t.Error(failure)
	}
	if len(l.answers) != 3 {
		t.Errorf("the answers are %v, want those of three releases", l.answers)
	}
	if web := o.containers("clock", "web"); len(running(web)) != 1 {
		t.Errorf("these web containers run: %v", running(web))
	}
}
