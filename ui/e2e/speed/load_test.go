package speed

import (
	"bufio"
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"slipway/ui/e2e"
)

// request is what clients ask for.
const request = "GET / HTTP/1.1\r\nHost: test\r\n\r\n"

// ask sends a request on a connection and reads its answer, which must be the app's.
func ask(conn net.Conn, reader *bufio.Reader) error {
	_, err := e2e.Exchange(conn, reader, request)
	return err
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

// patience is how long a burst waits for its last answers.
const patience = 10 * time.Second

// burst opens as many connections at the same instant, each with a request. It returns how many
// were answered within a second, and how long it took until the last was answered or given up.
func burst(ctx context.Context, address string, connections int) (withinSecond int64, took time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var quick atomic.Int64
	var clients sync.WaitGroup
	var began time.Time
	start := make(chan struct{})
	for range connections {
		clients.Go(func() {
			<-start
			if err := askOnce(ctx, address); err == nil && time.Since(began) <= time.Second {
				quick.Add(1)
			}
		})
	}
	began = time.Now()
	close(start)
	clients.Wait()
	return quick.Load(), time.Since(began)
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

// startSteady has 32 clients ask an address, each on a connection that it keeps, with a tenth of
// a second after each answer. It returns once each had an answer. That no request is lost while
// releases change is for the tests of releases to see; this is only the load.
func startSteady(ctx context.Context, address string) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var clients, ready sync.WaitGroup
	for range 32 {
		ready.Add(1)
		answered := sync.OnceFunc(ready.Done)
		clients.Go(func() {
			defer answered()
			for ctx.Err() == nil {
				steadily(ctx, address, answered)
				pause(ctx)
			}
		})
	}
	ready.Wait()
	return func() {
		cancel()
		clients.Wait()
	}
}

// steadily asks on one connection until ctx or the connection ends.
func steadily(ctx context.Context, address string, answered func()) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return
	}
	defer conn.Close()
	if conn.SetDeadline(time.Now().Add(5*time.Minute)) != nil {
		return
	}
	reader := bufio.NewReader(conn)
	for ask(conn, reader) == nil {
		answered()
		if pause(ctx); ctx.Err() != nil {
			return
		}
	}
}

// pause waits a tenth of a second, or until ctx ends.
func pause(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(100 * time.Millisecond):
	}
}
