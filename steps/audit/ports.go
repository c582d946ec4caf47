package audit

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// attacked are the TCP ports that attackers try first.
var attacked = []int{21, 22, 23, 25, 53, 80, 110, 111, 139, 143, 443, 445, 873, 1433, 1521, 2049, 2375, 2376, 3000, 3306, 3389, 5000,
	5432, 5900, 5984, 6379, 8000, 8080, 8443, 8888, 9000, 9090, 9200, 11211, 27017}

// answerLimit is how long a port has to accept a connection, and then to answer.
const answerLimit = 2 * time.Second

// answer is how a port responds to a connection from outside.
type answer int

const (
	closed answer = iota
	silent        // accepts a connection and sends nothing
	open          // sends something
)

// Outside tries the ports of an address from this computer: those that attackers
// try first, those that may answer, and those on which the server says it listens.
// If ctx ends the verdict is Unknown.
func Outside(ctx context.Context, address string, s Subject, listeners []Listener) Result {
	const what = "from outside only what is to be reached can be"
	listening := map[int]bool{}
	for _, l := range listeners {
		if l.Protocol == "tcp" {
			listening[l.Port] = true
		}
	}
	ports := slices.Concat(attacked, s.Ports)
	for port := range listening {
		ports = append(ports, port)
	}
	slices.Sort(ports)
	ports = slices.Compact(ports)
	answers := probeAll(ctx, address, ports)
	if ctx.Err() != nil {
		return Result{Topic: "outside", Check: what, Verdict: Unknown, Found: "it was interrupted"}
	}
	var found, others []string
	for _, port := range ports {
		// A forwarder on the way may accept a connection although no program on the
		// server does.
		reached := answers[port] == open || answers[port] == silent && listening[port]
		if !reached {
			continue
		}
		found = append(found, strconv.Itoa(port))
		if !slices.Contains(s.Ports, port) {
			others = append(others, strconv.Itoa(port))
		}
	}
	result := judged(what, len(others) == 0, "tcp "+strings.Join(found, ", "))
	if len(others) > 0 {
		result.Found += fmt.Sprintf("; these should not answer: %s", strings.Join(others, ", "))
	}
	result.Topic = "outside"
	return result
}

func probeAll(ctx context.Context, address string, ports []int) map[int]answer {
	answers := map[int]answer{}
	var mu sync.Mutex
	var probing sync.WaitGroup
	for _, port := range ports {
		probing.Go(func() {
			a := probe(ctx, net.JoinHostPort(address, strconv.Itoa(port)))
			mu.Lock()
			defer mu.Unlock()
			answers[port] = a
		})
	}
	probing.Wait()
	return answers
}

// probe connects, sends a line that most servers answer, and waits.
func probe(ctx context.Context, target string) answer {
	dialer := net.Dialer{Timeout: answerLimit}
	conn, err := dialer.DialContext(ctx, "tcp", target)
	if err != nil {
		return closed
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	conn.SetDeadline(time.Now().Add(answerLimit)) //nolint:errcheck // where it can't be set, ctx ends it
	if _, err := conn.Write([]byte("GET / HTTP/1.0\r\n\r\n")); err != nil {
		return closed
	}
	n, err := conn.Read(make([]byte, 1))
	switch {
	case n > 0:
		return open
	case errors.Is(err, os.ErrDeadlineExceeded):
		return silent
	}
	return closed
}
