// Package releases tests that releases take over from each other without losing
// a request, and what becomes of those that are broken.
package releases

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

const (
	// loadConnections is how many clients ask at the same time, each on a
	// connection that it keeps.
	loadConnections = 32
	// loadPause is how long each waits after an answer: a steady load that leaves
	// a computer with two processors some time for the deployments themselves.
	loadPause = 100 * time.Millisecond
	// answerLimit is how long an answer may take before it counts as lost: longer
	// than nginx waits for the app.
	answerLimit = 90 * time.Second
)

// load is a constant load on a server. It speaks HTTP by itself, since the
// clients of libraries hide failures by asking again.
type load struct {
	host string
	stop context.CancelFunc
	wait sync.WaitGroup

	mu       sync.Mutex
	answered int
	longest  time.Duration
	failures []string
}

// startLoad begins to ask a server, with all connections at the same instant, and
// returns once each client had its first answer. Each request must be answered with
// status 200 and a body that begins with want.
func startLoad(ctx context.Context, host, want string) *load {
	ctx, stop := context.WithCancel(ctx)
	l := &load{host: host, stop: stop}
	var ready sync.WaitGroup
	for i := range loadConnections {
		ready.Add(1)
		l.wait.Go(func() { l.client(ctx, i, want, ready.Done) })
	}
	ready.Wait()
	return l
}

// end stops the load once every request that was begun has ended.
func (l *load) end() {
	l.stop()
	l.wait.Wait()
}

// client asks again and again on one connection, which it makes anew only when
// the server has said that it closes it.
func (l *load) client(ctx context.Context, number int, want string, ready func()) {
	var conn net.Conn
	var reader *bufio.Reader
	ready = sync.OnceFunc(ready)
	defer ready()
	for turn := number * 7; ctx.Err() == nil; turn++ {
		began, request := time.Now(), requests(turn)
		closes, err := l.ask(&conn, &reader, request, want)
		l.count(began, request, err)
		ready()
		if (err != nil || closes) && conn != nil {
			conn.Close()
			conn = nil
		}
		select {
		case <-ctx.Done():
		case <-time.After(loadPause):
		}
	}
	if conn != nil {
		conn.Close()
	}
}

// requests are what is asked: quick ones, half of which must not be sent twice,
// and now and then one that is under way while releases change.
func requests(turn int) string {
	const get, post, slow = "GET / HTTP/1.1\r\nHost: test\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nhello",
		"GET /slow HTTP/1.1\r\nHost: test\r\n\r\n"
	switch {
	case turn%50 == 0:
		return slow
	case turn%2 == 0:
		return get
	}
	return post
}

func (l *load) ask(conn *net.Conn, reader **bufio.Reader, request, want string) (closes bool, err error) {
	if *conn == nil {
		if *conn, err = net.DialTimeout("tcp", net.JoinHostPort(l.host, "80"), answerLimit); err != nil {
			return false, err
		}
		*reader = bufio.NewReader(*conn)
	}
	if err := (*conn).SetDeadline(time.Now().Add(answerLimit)); err != nil {
		return false, err
	}
	if _, err := io.WriteString(*conn, request); err != nil {
		return false, err
	}
	response, err := http.ReadResponse(*reader, nil)
	if err != nil {
		return false, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return false, err
	}
	if response.StatusCode != http.StatusOK || !strings.HasPrefix(string(body), want) {
		return response.Close, fmt.Errorf("status %d: %.80s", response.StatusCode, body)
	}
	return response.Close, nil
}

func (l *load) count(began time.Time, request string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil {
		l.failures = append(l.failures, fmt.Sprintf("%s: %.10s… after %s: %v", began.Format("15:04:05.000"), request, time.Since(began), err))
		return
	}
	l.answered++
	l.longest = max(l.longest, time.Since(began))
}

// report ends the load, and fails the test for each request that was lost.
func (l *load) report(t *testing.T) {
	l.end()
	t.Logf("%d requests on %d connections, %d failed, the longest took %s",
		l.answered+len(l.failures), loadConnections, len(l.failures), l.longest.Round(time.Millisecond))
	for _, failure := range l.failures[:min(20, len(l.failures))] {
		t.Error(failure)
	}
}
