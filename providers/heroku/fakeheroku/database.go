package fakeheroku

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"slipway/providers/child"
)

// databases is a PostgreSQL server for all of the account's databases, if this computer has
// PostgreSQL. It is started for the first one.
type databases struct {
	h        *Heroku
	programs string // the folder of postgres, initdb and psql; "" if there are none
	mu       sync.Mutex
	port     string // of the server that runs; "" if none does
}

// HasPostgres tells whether the addresses of heroku-postgresql are those of real
// databases. Without PostgreSQL on this computer, or without Options.Databases, nothing
// answers there.
func (h *Heroku) HasPostgres() bool { return h.databases.programs != "" }

// postgresPrograms finds PostgreSQL where packages put it.
func postgresPrograms() string {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	slices.Reverse(found)
	if path, err := exec.LookPath("initdb"); err == nil {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			found = append(found, filepath.Dir(real))
		}
	}
	for _, dir := range found {
		if exists(dir, "initdb") && exists(dir, "postgres") {
			return dir
		}
	}
	return ""
}

// create makes a database with its owner and returns its address.
func (d *databases) create(ctx context.Context, name string) (string, error) {
	port, err := d.serve(ctx)
	if err != nil {
		return "", err
	}
	password := idOf("password of " + name)
	for _, line := range []string{
		"DROP DATABASE IF EXISTS " + name, "DROP ROLE IF EXISTS " + name, // of a try that was broken off
		fmt.Sprintf("CREATE ROLE %s LOGIN PASSWORD '%s'", name, password),
		fmt.Sprintf("CREATE DATABASE %s OWNER %s", name, name),
	} {
		if err := d.say(ctx, port, line); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("postgres://%s:%s@127.0.0.1:%s/%s", name, password, port, name), nil
}

// drop removes a database and its owner.
func (d *databases) drop(ctx context.Context, name string) {
	port, err := d.serve(ctx)
	if err != nil {
		return
	}
	for _, line := range []string{"DROP DATABASE IF EXISTS " + name + " WITH (FORCE)", "DROP ROLE IF EXISTS " + name} {
		if err := d.say(ctx, port, line); err != nil && ctx.Err() == nil {
			d.h.options.Log("the database %s is left: %v", name, err)
		}
	}
}

func (d *databases) say(ctx context.Context, port, line string) error {
	out, err := exec.CommandContext(ctx, "psql", "-h", "127.0.0.1", "-p", port, "-U", "postgres", "-d", "postgres", "-q", "-c", line).CombinedOutput()
	if err != nil {
		return fmt.Errorf("psql: %w: %s", err, out)
	}
	return nil
}

// serve starts the server, unless it runs, and returns its port.
func (d *databases) serve(ctx context.Context) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.port != "" {
		return d.port, nil
	}
	dir := d.h.folder("postgres")
	if err := d.initialize(ctx, dir); err != nil {
		return "", err
	}
	port, err := d.keptPort()
	if err != nil {
		return "", err
	}
	cmd := exec.Command(filepath.Join(d.programs, "postgres"), "-D", dir, "-p", port, //nolint:noctx // it is ended in good order
		"-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off", "-c", "logging_collector=off",
		"-c", "ssl=on", "-c", "ssl_cert_file="+d.h.CAFile(), "-c", "ssl_key_file="+d.h.keyFile())
	ordinary(cmd)
	log := &tailWriter{}
	cmd.Stdout, cmd.Stderr = log, log
	if err := child.Tie(cmd, syscall.SIGKILL, cmd.Start); err != nil {
		return "", err
	}
	done := make(chan struct{})
	d.h.work.Go(func() { _ = cmd.Wait(); close(done) }) // the log says how it ended
	d.h.work.Go(func() { d.end(cmd, done) })
	if err := d.answers(ctx, port, done); err != nil {
		return "", fmt.Errorf("%w: %s", err, log)
	}
	d.port = port
	return port, nil
}

// end ends the server with the simulation: fast, but in good order.
func (d *databases) end(cmd *exec.Cmd, done <-chan struct{}) {
	select {
	case <-done:
		return
	case <-d.h.ctx.Done():
	}
	_ = cmd.Process.Signal(os.Interrupt) // it may have ended
	select {
	case <-done:
	case <-time.After(5 * time.Second):
		_ = cmd.Process.Kill()
	}
}

func (d *databases) answers(ctx context.Context, port string, done <-chan struct{}) error {
	for {
		err := d.say(ctx, port, "SELECT 1")
		if err == nil {
			return nil
		}
		select {
		case <-done:
			return errors.New("postgres ended at once")
		case <-ctx.Done():
			return err
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// initialize makes the server's folder.
func (d *databases) initialize(ctx context.Context, dir string) error {
	if exists(dir, "PG_VERSION") {
		return nil
	}
	// Half a folder is of no use.
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, filepath.Join(d.programs, "initdb"), "-D", dir, "-U", "postgres", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C")
	ordinary(cmd)
	if out, err := child.CombinedOutput(cmd); err != nil {
		_ = os.RemoveAll(dir) // the next try does it
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	return nil
}

// keptPort is the same for all servers of a folder, since config vars name it.
func (d *databases) keptPort() (string, error) {
	file := d.h.folder("postgres.port")
	text, err := os.ReadFile(file)
	if err == nil {
		return strings.TrimSpace(string(text)), nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	listener, err := (&net.ListenConfig{}).Listen(d.h.ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err = errors.Join(err, listener.Close()); err != nil {
		return "", err
	}
	return port, os.WriteFile(file, []byte(port), 0o600)
}

// tailWriter keeps the end of what a program prints.
type tailWriter struct {
	mu   sync.Mutex
	text []byte
}

// Write takes any part of the text.
func (w *tailWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	const kept = 2 << 10
	w.text = append(w.text, p...)
	w.text = w.text[max(len(w.text)-kept, 0):]
	return len(p), nil
}

func (w *tailWriter) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return string(w.text)
}
