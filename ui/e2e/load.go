package e2e

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// Load asks an app all the time, and keeps what went wrong. A failed request is not sent
// again.
type Load struct {
	address string
	stop    context.CancelFunc
	wait    sync.WaitGroup

	mu       sync.Mutex
	answers  map[string]int
	failures []string
}

// StartLoad asks the app of a URL from six connections at a time: two thirds of them for /,
// the others for /slow.
func StartLoad(t testing.TB, url string) *Load {
	address := strings.TrimPrefix(url, "http://")
	if !strings.Contains(address, ":") {
		address += ":80"
	}
	ctx, stop := context.WithCancel(t.Context())
	l := &Load{address: address, stop: stop, answers: map[string]int{}}
	for n := range 6 {
		l.wait.Go(func() { l.client(ctx, []string{"/", "/", "/slow"}[n%3], []string{"GET", "POST", "GET"}[n%3]) })
	}
	return l
}

// Stop ends the load, and returns how often each text was the answer and what went wrong.
func (l *Load) Stop() (answers map[string]int, failures []string) {
	l.stop()
	l.wait.Wait()
	return l.answers, l.failures
}

// Answers is how many answers there were by now.
func (l *Load) Answers() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := 0
	for _, count := range l.answers {
		n += count
	}
	return n
}

// ask sends one request on a connection and reads its answer.
func (l *Load) ask(conn net.Conn, reader *bufio.Reader, request string) error {
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		return err
	}
	body, err := Exchange(conn, reader, request)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.answers[string(body)]++
	return nil
}

// Exchange sends one request on a connection and returns the body of its answer. A status
// other than 200 is an error.
func Exchange(conn net.Conn, reader *bufio.Reader, request string) ([]byte, error) {
	if _, err := io.WriteString(conn, request); err != nil {
		return nil, err
	}
	response, err := http.ReadResponse(reader, nil)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %d, %.80s", response.StatusCode, body)
	}
	return body, err
}

// client asks on connections of its own, as long as ctx lasts.
func (l *Load) client(ctx context.Context, path, method string) {
	for ctx.Err() == nil {
		began := time.Now()
		conn, err := net.DialTimeout("tcp", l.address, 10*time.Second)
		if err == nil {
			reader := bufio.NewReader(conn)
			err = l.ask(conn, reader, method+" "+path+" HTTP/1.1\r\nHost: "+strings.TrimSuffix(l.address, ":80")+"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
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
