package speed

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// request is what clients ask for.
const request = "GET / HTTP/1.1\r\nHost: test\r\n\r\n"

// ask sends a request on a connection and reads its answer, which must be the app's.
func ask(conn net.Conn, reader *bufio.Reader) error {
	if _, err := io.WriteString(conn, request); err != nil {
		return err
	}
	response, err := http.ReadResponse(reader, nil)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", response.StatusCode)
	}
	return nil
}

// perSecond asks an address on 32 connections that are kept, for three seconds, and returns how
// many requests a second were answered. Every request must be answered well.
func perSecond(ctx context.Context, address string) (float64, error) {
	const clients, long = 32, 3 * time.Second
	conns := make([]net.Conn, clients)
	for i := range conns {
		var d net.Dialer
		conn, err := d.DialContext(ctx, "tcp", address)
		if err != nil {
			return 0, err
		}
		defer conn.Close()
		if err := conn.SetDeadline(time.Now().Add(2 * time.Minute)); err != nil {
			return 0, err
		}
		conns[i] = conn
	}
	var answered atomic.Int64
	failures := make([]error, clients)
	var wait sync.WaitGroup
	began := time.Now()
	for i, conn := range conns {
		wait.Go(func() {
			reader := bufio.NewReader(conn)
			for time.Since(began) < long && failures[i] == nil {
				failures[i] = ask(conn, reader)
				answered.Add(1)
			}
		})
	}
	wait.Wait()
	return float64(answered.Load()) / time.Since(began).Seconds(), errors.Join(failures...)
}

// burst opens as many connections at the same instant, each with a request, and returns how long
// it took until the last was answered. Those without an answer after a minute are counted.
func burst(ctx context.Context, address string, connections int) (took time.Duration, unanswered int64) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	var failed atomic.Int64
	var wait sync.WaitGroup
	start := make(chan struct{})
	for range connections {
		wait.Go(func() {
			<-start
			if askOnce(ctx, address) != nil {
				failed.Add(1)
			}
		})
	}
	began := time.Now()
	close(start)
	wait.Wait()
	return time.Since(began), failed.Load()
}

// askOnce asks on a connection of its own.
func askOnce(ctx context.Context, address string) error {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			return err
		}
	}
	return ask(conn, bufio.NewReader(conn))
}
