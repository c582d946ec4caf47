package platform

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"slipway/providers/child"
	"slipway/providers/rest"
)

// balancer is an HAProxy in front of a service's instances. They come and go by its runtime
// API; only another health check makes it read its configuration anew, and then it hands
// its sockets on.
type balancer struct {
	folder, address, log string
	// check and settings are the parts of the configuration that belong to the service: how
	// HAProxy asks, and what each server has.
	check, settings string
	cmd             *exec.Cmd
	ended           chan struct{}
}

// server is what HAProxy tells of an instance.
type server struct {
	// status is "UP", "DOWN", "DRAIN", "MAINT", maybe with more behind it.
	status, address string
	sessions        int
}

// backend is the name of the only one.
const backend = "instances"

// checkOf is the health check that HAProxy does itself. An answer that is wrong has kept an
// instance from starting; what counts here is that it answers.
func checkOf(c component) string {
	if c.health == nil || c.health.HTTPPath == "" {
		return ""
	}
	return fmt.Sprintf("\toption httpchk\n\thttp-check send meth GET uri %q ver HTTP/1.1 hdr Host health\n\thttp-check expect ! rstatus ^5\n", c.health.HTTPPath)
}

// open starts a balancer for a service at an address, without any server.
func open(ctx context.Context, folder, log, address string, c component) (*balancer, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	b := &balancer{folder: folder, log: log, address: address, check: checkOf(c), settings: settingsOf(c), ended: make(chan struct{})}
	if err := b.write(nil); err != nil {
		return nil, err
	}
	out, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	b.cmd = exec.Command("haproxy", "-W", "-S", b.path("master"), "-f", b.path("cfg")) //nolint:noctx // it outlives the call
	b.cmd.Stdout, b.cmd.Stderr = out, out
	b.cmd.SysProcAttr = ownGroup()
	if err := child.Tie(b.cmd, syscall.SIGTERM, b.cmd.Start); err != nil {
		return nil, fmt.Errorf("start haproxy: %w", err)
	}
	go func() {
		defer close(b.ended)
		_ = b.cmd.Wait() // its state tells how it ended
	}()
	if err := b.await(ctx, ""); err != nil {
		return nil, errors.Join(err, b.close())
	}
	return b, nil
}

func (b *balancer) path(name string) string { return filepath.Join(b.folder, name) }

// write writes the configuration with the servers that there are.
func (b *balancer) write(servers map[string]server) error {
	var text strings.Builder
	fmt.Fprintf(&text, `global
	stats socket %s mode 600 level admin expose-fd listeners
	log stdout format raw local0
	hard-stop-after 1m
defaults
	mode http
	log global
	option httplog
	option forwardfor
	option idle-close-on-response
	option redispatch 1
	retries 3
	timeout connect 1s
	timeout check 5s
	timeout client 60s
	timeout http-keep-alive 60s
	timeout http-request 10s
	timeout queue 5s
	timeout server 100s
	timeout tunnel 1h
frontend visitors
	bind %s:80
	http-request set-header X-Forwarded-Proto http
	http-request set-header Do-Connecting-Ip %%[src]
	default_backend %s
backend %s
	balance roundrobin
%s`, b.path("stats"), b.address, backend, backend, b.check)
	for name, s := range servers {
		fmt.Fprintf(&text, "\tserver %s %s %s\n", name, s.address, b.settings)
	}
	return os.WriteFile(b.path("cfg"), []byte(text.String()), 0o600)
}

// settingsOf are how each server is watched: it is taken out after two checks, at once if
// requests don't reach it. An app that is slow to answer a check is not gone.
func settingsOf(c component) string {
	settings := "check inter 500ms fall 2 rise 1 observe layer4 error-limit 1 on-error mark-down"
	if c.health != nil && c.health.Port > 0 {
		settings += fmt.Sprint(" port ", c.health.Port)
	}
	return settings
}

// await waits until a worker answers that is not the former one.
func (b *balancer) await(ctx context.Context, former string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, 10*time.Second, errors.New("haproxy does not answer"))
	defer cancel()
	for {
		if pid, err := b.worker(); err == nil && pid != former {
			return nil
		}
		select {
		case <-b.ended:
			text, _ := os.ReadFile(b.log)
			return fmt.Errorf("haproxy ended: %s: %s", b.cmd.ProcessState, text[max(0, len(text)-1000):])
		default:
		}
		if err := rest.Pause(ctx, 20*time.Millisecond); err != nil {
			return err
		}
	}
}

// worker is the number of the process that answers.
func (b *balancer) worker() (string, error) {
	info, err := b.ask("stats", "show info")
	for line := range strings.SplitSeq(info, "\n") {
		if pid, found := strings.CutPrefix(line, "Pid: "); found {
			return pid, nil
		}
	}
	return "", errors.Join(err, errors.New("haproxy does not tell its number"))
}

// ask sends a command to one of the sockets and returns the answer.
func (b *balancer) ask(socket, command string) (string, error) {
	connection, err := net.DialTimeout("unix", b.path(socket), time.Second) //nolint:noctx // it is on this computer
	if err != nil {
		return "", err
	}
	defer connection.Close()
	_ = connection.SetDeadline(time.Now().Add(5 * time.Second)) // a socket of this computer has one
	if _, err := io.WriteString(connection, command+"\n"); err != nil {
		return "", err
	}
	answer, err := io.ReadAll(connection)
	return strings.TrimSpace(string(answer)), err
}

// tell sends a command whose answer says how it ended.
func (b *balancer) tell(command, good string) error {
	answer, err := b.ask("stats", command)
	if err == nil && answer != good {
		err = fmt.Errorf("haproxy answers %q to %q", answer, command)
	}
	return err
}

// servers are those that HAProxy has.
func (b *balancer) servers() (map[string]server, error) {
	answer, err := b.ask("stats", "show stat")
	if err != nil {
		return nil, err
	}
	table := csv.NewReader(strings.NewReader(strings.TrimPrefix(answer, "# ")))
	table.FieldsPerRecord = -1
	rows, err := table.ReadAll()
	if err != nil || len(rows) == 0 {
		return nil, fmt.Errorf("haproxy's statistics: %w", err)
	}
	column := map[string]int{}
	for at, name := range rows[0] {
		column[name] = at
	}
	found := map[string]server{}
	for _, row := range rows[1:] {
		if len(row) <= column["addr"] || row[0] != backend || row[1] == "BACKEND" {
			continue
		}
		sessions, _ := strconv.Atoi(row[column["scur"]])
		found[row[1]] = server{status: row[column["status"]], address: row[column["addr"]], sessions: sessions}
	}
	return found, nil
}

// shape gives the balancer the health check of a service, if it has another one.
func (b *balancer) shape(ctx context.Context, c component) error {
	check := checkOf(c)
	b.settings = settingsOf(c) // of the servers that come
	if check == b.check {
		return nil
	}
	servers, err := b.servers()
	if err != nil {
		return err
	}
	former, err := b.worker()
	if err != nil {
		return err
	}
	b.check = check
	if err := b.write(servers); err != nil {
		return err
	}
	if _, err := b.ask("master", "reload"); err != nil {
		return err
	}
	return b.await(ctx, former)
}

// add adds an instance, and waits until HAProxy's own check has found it up.
func (b *balancer) add(ctx context.Context, name, address string) error {
	if err := b.tell("add server "+backend+"/"+name+" "+address+" "+b.settings, "New server registered."); err != nil {
		return err
	}
	if err := b.tell("enable health "+backend+"/"+name, ""); err != nil {
		return err
	}
	if err := b.tell("enable server "+backend+"/"+name, ""); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, 30*time.Second, fmt.Errorf("haproxy does not find %s up", name))
	defer cancel()
	for {
		all, err := b.servers()
		if err != nil || all[name].status == "UP" {
			return err
		}
		if err := rest.Pause(ctx, 50*time.Millisecond); err != nil {
			return err
		}
	}
}

// drain sends no new requests to an instance, or sends them again.
func (b *balancer) drain(name string, on bool) error {
	state := "ready"
	if on {
		state = "drain"
	}
	return b.tell("set server "+backend+"/"+name+" state "+state, "")
}

// remove removes an instance once its requests are answered, but waits no longer than limit.
func (b *balancer) remove(ctx context.Context, name string, limit time.Duration) error {
	if err := b.drain(name, true); err != nil {
		return err
	}
	for until := time.Now().Add(limit); time.Now().Before(until); {
		all, err := b.servers()
		if err != nil {
			return err
		}
		if all[name].sessions == 0 {
			break
		}
		if err := rest.Pause(ctx, 50*time.Millisecond); err != nil {
			return err
		}
	}
	if err := b.tell("set server "+backend+"/"+name+" state maint", ""); err != nil {
		return err
	}
	for until := time.Now().Add(5 * time.Second); ; {
		_, _ = b.ask("stats", "shutdown sessions server "+backend+"/"+name) // those that were not done in time
		err := b.tell("del server "+backend+"/"+name, "Server deleted.")
		if err == nil || time.Now().After(until) {
			return err
		}
		if err := rest.Pause(ctx, 50*time.Millisecond); err != nil {
			return err
		}
	}
}

// close ends HAProxy.
func (b *balancer) close() error {
	if err := b.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case <-b.ended:
	case <-time.After(5 * time.Second):
		_ = b.cmd.Process.Kill()
		<-b.ended
	}
	return os.RemoveAll(b.folder)
}
