package docker

import (
	"context"
	"io"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"slipway/providers"
)

// Run runs a command in a container of its own, as those of the release that takes the
// traffic are. The container goes with the command, and the command with ctx.
func (p *Provider) Run(ctx context.Context, spec providers.Spec, command providers.Command) (int, error) {
	d, err := p.open(spec)
	if err != nil {
		return 0, err
	}
	r, found, err := d.current(ctx)
	if err != nil {
		return 0, err
	}
	if !found {
		return 0, providers.ErrNoApp
	}
	return d.run(ctx, r, command)
}

// runStop is how long a command may take to end when its caller does, and what is done in
// the engine then.
const runStop, runStopLimit = 5, 15 * time.Second

// detachKeys are the bytes that detach a terminal: none that a keyboard sends. The engine's own
// would swallow Ctrl-P.
const detachKeys = "\xff,\xfe"

func (d deployment) run(ctx context.Context, r release, command providers.Command) (int, error) {
	made, err := d.api.ContainerCreate(ctx, d.commandContainer(r, command))
	if err != nil {
		return 0, d.failed("make a container for the command", err)
	}
	defer d.end(ctx, made.ID)
	attached, err := d.api.ContainerAttach(ctx, made.ID, client.ContainerAttachOptions{
		Stream: true, Stdin: command.Stdin != nil, Stdout: true, Stderr: true, DetachKeys: detachKeys,
	})
	if err != nil {
		return 0, d.failed("attach to the command's container", err)
	}
	defer attached.Close()
	defer context.AfterFunc(ctx, attached.Close)()
	// Asked before the start: the container goes with the command's end.
	ended := d.api.ContainerWait(ctx, made.ID, client.ContainerWaitOptions{Condition: container.WaitConditionRemoved})
	if _, err := d.api.ContainerStart(ctx, made.ID, client.ContainerStartOptions{}); err != nil {
		return 0, d.failed("start the command's container", err)
	}
	printed := make(chan error, 1)
	go func() { printed <- output(attached.Reader, command) }()
	if command.Stdin != nil {
		// It ends with the connection, or with the next that is typed.
		go func() {
			_, _ = io.Copy(attached.Conn, command.Stdin)
			_ = attached.CloseWrite()
		}()
	}
	resizes, stop := context.WithCancel(ctx)
	defer stop()
	go followSize(resizes, command.Terminal, func(ctx context.Context, columns, rows uint) {
		// A command that ended has no size; what else goes wrong is no reason to end it.
		_, _ = d.api.ContainerResize(ctx, made.ID, client.ContainerResizeOptions{Width: columns, Height: rows})
	})
	err = <-printed
	if ctx.Err() != nil {
		return 0, context.Cause(ctx)
	}
	if err != nil {
		return 0, d.failed("read what the command prints", err)
	}
	select {
	case answer := <-ended.Result:
		return int(answer.StatusCode), nil
	case err := <-ended.Error:
		if ctx.Err() != nil {
			return 0, context.Cause(ctx)
		}
		return 0, d.failed("wait for the command", err)
	}
}

// processRun tells a command that somebody waits for from those of a delivery.
const processRun = "run"

// commandContainer is a container of the release that runs a command for its caller.
func (d deployment) commandContainer(r release, command providers.Command) client.ContainerCreateOptions {
	options := d.container(r, roleOnce, processRun, command.Words...)
	options.Name = d.onceName()
	c, terminal := options.Config, command.Terminal
	c.AttachStdin, c.AttachStdout, c.AttachStderr = command.Stdin != nil, true, true
	c.OpenStdin, c.StdinOnce = command.Stdin != nil, true
	c.Tty = terminal != nil
	if terminal != nil && terminal.Type != "" {
		c.Env = append(c.Env, "TERM="+terminal.Type)
	}
	if terminal != nil && terminal.Size != nil { // older engines only resize
		columns, rows := terminal.Size()
		options.HostConfig.ConsoleSize = [2]uint{uint(max(rows, 0)), uint(max(columns, 0))}
	}
	// What it prints is the caller's alone.
	options.HostConfig.LogConfig = container.LogConfig{Type: "none"}
	// Also if this program is killed.
	options.HostConfig.AutoRemove = true
	return options
}

// output passes on what a command prints, to its end.
func output(from io.Reader, command providers.Command) error {
	stdout, stderr := writer(command.Stdout), writer(command.Stderr)
	if command.Terminal != nil {
		_, err := io.Copy(stdout, from)
		return err
	}
	_, err := stdcopy.StdCopy(stdout, stderr, from)
	return err
}

func writer(w io.Writer) io.Writer {
	if w == nil {
		return io.Discard
	}
	return w
}

// followSize gives a terminal elsewhere the caller's size, again with each change.
func followSize(ctx context.Context, terminal *providers.Terminal, resize func(ctx context.Context, columns, rows uint)) {
	if terminal == nil || terminal.Size == nil {
		return
	}
	for {
		columns, rows := terminal.Size()
		if columns > 0 && rows > 0 {
			resize(ctx, uint(columns), uint(rows))
		}
		select {
		case <-ctx.Done():
			return
		case _, more := <-terminal.Resized:
			if !more {
				return
			}
		}
	}
}

// end removes a command's container, and with it the command if it still runs as its
// caller does not wait any more.
func (d deployment) end(ctx context.Context, id string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), runStopLimit)
	defer cancel()
	seconds := runStop
	if _, err := d.api.ContainerStop(ctx, id, client.ContainerStopOptions{Timeout: &seconds}); cerrdefs.IsNotFound(err) {
		return
	}
	_ = d.remove(ctx, id)
	// The engine may be removing it by itself.
	gone := d.api.ContainerWait(ctx, id, client.ContainerWaitOptions{Condition: container.WaitConditionRemoved})
	select {
	case <-gone.Result:
	case <-gone.Error: //nolint:errcheck // it is gone, or nothing can be done any more
	}
}
