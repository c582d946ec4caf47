package appplatform

import (
	"bytes"
	"cmp"
	"compress/zlib"
	"context"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/coder/websocket"
	"github.com/digitalocean/godo"

	"slipway/providers"
	"slipway/providers/digitalocean/account"
	"slipway/providers/rest"
)

// runText is the program that runs a command in an instance. What App Platform connects to
// is a shell on a terminal, which passes text only: the program passes the command's input,
// output, errors and exit status through it as they are.
//
//go:embed run.py
var runText string

var _ providers.Runner = (*Provider)(nil)

const (
	// readyWithin is how long the program may take to start.
	readyWithin = 30 * time.Second
	// keptAlive is how often something is sent, so that a silent connection is not closed,
	// and the program knows that its caller is there.
	keptAlive = 30 * time.Second
	// endWithin is how long a command may take to end when its caller does, longer than the
	// program gives it.
	endWithin = 8 * time.Second
	// mark begins the program's lines. The line that starts it does not contain it.
	mark = "slipway:"
	// mostTyped is how many bytes of the input are sent in one line.
	mostTyped = 1500
)

// Run runs a command in an instance of the web app, with the release's packages, variables
// and files, and returns its exit status. It ends with ctx, or when the instance is replaced.
func (p *Provider) Run(ctx context.Context, spec providers.Spec, command providers.Command) (status int, err error) {
	app, err := p.serving(ctx, spec)
	if err != nil {
		return 0, err
	}
	const doing = "open a console in an instance of the app"
	exec, err := account.Whole(p.api.Apps.GetExecWithOpts(ctx, app.ID, webComponent, &godo.AppGetExecOptions{DeploymentID: app.ActiveDeployment.ID}))
	if err != nil {
		return 0, p.failed(doing, err)
	}
	connection, err := connect(ctx, p.api.BaseURL.String(), exec.URL)
	if err != nil {
		return 0, consoleFailed(ctx, doing, err)
	}
	defer func() { _ = connection.CloseNow() }()
	c := &console{connection: connection, command: command}
	return c.run(ctx)
}

func consoleFailed(ctx context.Context, doing string, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", doing, ctx.Err())
	}
	return &providers.Failed{Err: fmt.Errorf("%s: %w", doing, err), Next: "check that the network lets websockets out, then run the same command again"}
}

// console is a connection to a shell in an instance.
type console struct {
	connection *websocket.Conn
	command    providers.Command
	// rest is what was received and is no whole line yet.
	rest string
	// said are the last lines that are not the program's: the shell's.
	said []string
}

func (c *console) run(ctx context.Context) (int, error) {
	if err := c.start(ctx); err != nil {
		return 0, err
	}
	feeding, cancel := context.WithCancel(ctx)
	defer cancel()
	go c.feed(feeding)
	// The connection outlasts ctx, so that the command can be ended.
	open, shut := context.WithCancel(context.WithoutCancel(ctx))
	defer shut()
	defer context.AfterFunc(ctx, func() { c.end(open, shut) })()
	status, err := c.pump(open)
	if err != nil {
		c.end(open, shut)
	}
	if ctx.Err() != nil || err != nil {
		return 0, c.broke(ctx, err)
	}
	return status, nil
}

// end ends the command, and the connection if that does not.
func (c *console) end(ctx context.Context, shut func()) {
	ctx, cancel := context.WithTimeout(ctx, endWithin)
	defer cancel()
	time.AfterFunc(endWithin, shut)
	_ = c.tell(ctx, 'k', nil) // if it is lost, the program hears nothing more and ends it
}

// pump passes on what the command prints until it ends, and returns its exit status.
func (c *console) pump(ctx context.Context) (int, error) {
	for {
		kind, data, err := c.next(ctx)
		if err != nil {
			return 0, err
		}
		to := c.command.Stdout
		switch kind {
		case 'x':
			return strconv.Atoi(string(data))
		case 'r':
			to = c.command.Stderr
		}
		if to == nil {
			continue
		}
		if _, err := to.Write(data); err != nil {
			return 0, unwritten{err}
		}
	}
}

// unwritten says that the caller does not take what the command prints.
type unwritten struct{ error }

func (e unwritten) Unwrap() error { return e.error }

// start starts the program and has it run the command.
func (c *console) start(ctx context.Context) error {
	starting, cancel := context.WithTimeoutCause(ctx, readyWithin, fmt.Errorf("the shell in the instance started nothing within %s", readyWithin))
	defer cancel()
	line, err := startLine()
	if err == nil {
		err = send(starting, c.connection, line)
	}
	for err == nil {
		var kind byte
		if kind, _, err = c.next(starting); err == nil && kind == 0 {
			break
		}
	}
	if err != nil {
		if ctx.Err() == nil && starting.Err() != nil {
			err = context.Cause(starting)
		}
		return c.broke(ctx, err)
	}
	wanted := struct {
		Words []string `json:"words"`
		Term  string   `json:"term"`
		Size  string   `json:"size"`
	}{Words: c.command.Words}
	if t := c.command.Terminal; t != nil {
		wanted.Term, wanted.Size = cmp.Or(t.Type, "dumb"), terminalSize(t)
	}
	body, err := json.Marshal(wanted)
	if err != nil {
		return err
	}
	if err := c.tell(ctx, 's', body); err != nil {
		return c.broke(ctx, err)
	}
	return nil
}

// startLine is what is typed to start the program: less than the 4095 bytes that a line of
// a terminal may have.
func startLine() (string, error) {
	var packed bytes.Buffer
	w, err := zlib.NewWriterLevel(&packed, zlib.BestCompression)
	if err == nil {
		_, err = io.WriteString(w, runText)
		err = errors.Join(err, w.Close())
	}
	if err != nil {
		return "", fmt.Errorf("pack the program that runs the command: %w", err)
	}
	return ` exec python3 -I -S -c 'import base64,zlib;exec(zlib.decompress(base64.b64decode("` + base64.StdEncoding.EncodeToString(packed.Bytes()) + `")))'` + "\n", nil
}

func terminalSize(t *providers.Terminal) string {
	columns, rows := t.Size()
	return fmt.Sprintf("%d,%d", columns, rows)
}

// tell sends the program a line.
func (c *console) tell(ctx context.Context, kind byte, data []byte) error {
	return send(ctx, c.connection, string(kind)+base64.StdEncoding.EncodeToString(data)+"\n")
}

// next is the program's next line: its kind, which is 0 for the first, and what it carries.
func (c *console) next(ctx context.Context) (kind byte, data []byte, err error) {
	const mostSaid, longestSaid = 20, 300
	for {
		line, rest, whole := strings.Cut(c.rest, "\n")
		if !whole {
			if len(c.rest) > longestLine {
				return 0, nil, errors.New("it sent a line that does not end")
			}
			piece, err := receive(ctx, c.connection)
			if err != nil {
				return 0, nil, err
			}
			c.rest += piece
			continue
		}
		c.rest = rest
		line = strings.TrimRight(line, "\r")
		told, ours := strings.CutPrefix(line, mark)
		switch {
		case !ours:
			if line != "" && len(line) < longestSaid { // a longer one is what was typed
				c.said = append(c.said, line)
				c.said = c.said[max(0, len(c.said)-mostSaid):]
			}
		case told == "ready":
			return 0, nil, nil
		case told != "":
			data, err := base64.StdEncoding.DecodeString(told[1:])
			return told[0], data, err
		}
	}
}

// feed sends what is typed, and the size of the terminal when it changes, until ctx ends.
// Nobody waits for it: a read of the caller's input may outlast the command.
func (c *console) feed(ctx context.Context) {
	go c.pass(ctx)
	var resized <-chan struct{}
	if c.command.Terminal != nil {
		resized = c.command.Terminal.Resized
	}
	alive := time.NewTicker(keptAlive)
	defer alive.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case <-alive.C:
			err = c.tell(ctx, 'a', nil)
		case _, more := <-resized:
			if !more {
				resized = nil
				continue
			}
			err = c.tell(ctx, 'w', []byte(terminalSize(c.command.Terminal)))
		}
		if err != nil {
			return // the connection's reader says why
		}
	}
}

// pass sends the caller's input to its end.
func (c *console) pass(ctx context.Context) {
	buffer := make([]byte, mostTyped)
	for c.command.Stdin != nil {
		n, err := c.command.Stdin.Read(buffer)
		if n > 0 && c.tell(ctx, 'i', buffer[:n]) != nil {
			return
		}
		if err != nil {
			break
		}
	}
	_ = c.tell(ctx, 'e', nil) // if it is lost, the connection's reader says why
}

// broke is the error of a connection that ended before the command did.
func (c *console) broke(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("run the command: %w", ctx.Err())
	}
	if own, ok := errors.AsType[unwritten](err); ok {
		return fmt.Errorf("pass on what the command prints: %w", own.error)
	}
	if goneAway(err) {
		err = errors.New("it was closed there")
	}
	said := ""
	if len(c.said) > 0 {
		said = "; the shell in the instance said: " + strings.Join(c.said, "\n")
	}
	return &providers.Failed{
		Err:  fmt.Errorf("run the command: the connection to the instance ended before the command did: %w%s", rest.WithoutAddress(err), said),
		Next: "look with slipway status whether the app runs, then run the same command again",
	}
}
