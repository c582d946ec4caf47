package docker

import (
	"bytes"
	"context"
	"io"
	"strings"
	"time"

	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/client"

	"slipway/providers"
	"slipway/providers/rest"
)

// exec runs words in a container that runs and returns their status and output. They end
// by themselves: an engine can't end them.
func (d deployment) exec(ctx context.Context, name, user string, words ...string) (status int, output string, err error) {
	made, err := d.api.ExecCreate(ctx, name, client.ExecCreateOptions{User: user, Cmd: words, AttachStdout: true, AttachStderr: true})
	if err != nil {
		return 0, "", d.failed("run a command in "+name, err)
	}
	attached, err := d.api.ExecAttach(ctx, made.ID, client.ExecAttachOptions{})
	if err != nil {
		return 0, "", d.failed("run a command in "+name, err)
	}
	defer attached.Close()
	defer context.AfterFunc(ctx, attached.Close)()
	text, err := plain(attached.Reader)
	if ctx.Err() != nil {
		return 0, "", context.Cause(ctx)
	}
	if err != nil {
		return 0, "", d.failed("read what a command in "+name+" prints", err)
	}
	status, err = d.ended(ctx, name, made.ID)
	return status, text, err
}

// ended waits until a command in a container has ended, and returns its status.
func (d deployment) ended(ctx context.Context, name, id string) (int, error) {
	for {
		state, err := d.api.ExecInspect(ctx, id, client.ExecInspectOptions{})
		if err != nil {
			return 0, d.failed("ask for a command's status in "+name, err)
		}
		if !state.Running {
			return state.ExitCode, nil
		}
		if err := rest.Pause(ctx, 20*time.Millisecond); err != nil {
			return 0, err
		}
	}
}

// execDetachKeys are what detachKeys is to a container: here they are characters, and this
// row of them nobody types. The engine's own would swallow Ctrl-P.
const execDetachKeys = "ctrl-],ctrl-^,ctrl-],ctrl-^,ctrl-]"

// attach runs a command in a container that runs, with the caller's streams, and returns
// its status. Its input ends with ctx; the engine can't end more of it.
func (d deployment) attach(ctx context.Context, name string, command providers.Command) (int, error) {
	terminal := command.Terminal
	options := client.ExecCreateOptions{Cmd: command.Words, AttachStdin: command.Stdin != nil, AttachStdout: true, AttachStderr: true, TTY: terminal != nil, DetachKeys: execDetachKeys}
	if terminal != nil && terminal.Type != "" {
		options.Env = []string{"TERM=" + terminal.Type}
	}
	made, err := d.api.ExecCreate(ctx, name, options)
	if err != nil {
		return 0, d.failed("run a command in "+name, err)
	}
	attached, err := d.api.ExecAttach(ctx, made.ID, client.ExecAttachOptions{TTY: terminal != nil})
	if err != nil {
		return 0, d.failed("run a command in "+name, err)
	}
	defer attached.Close()
	defer context.AfterFunc(ctx, attached.Close)()
	if command.Stdin != nil {
		// It ends with the connection, or with the next that is typed.
		go func() {
			_, _ = io.Copy(attached.Conn, command.Stdin)
			_ = attached.CloseWrite()
		}()
	}
	resizes, stop := context.WithCancel(ctx)
	defer stop()
	go followSize(resizes, terminal, func(ctx context.Context, columns, rows uint) {
		// A command that ended has no size; what else goes wrong is no reason to end it.
		_, _ = d.api.ExecResize(ctx, made.ID, client.ExecResizeOptions{Width: columns, Height: rows})
	})
	err = output(attached.Reader, command)
	if ctx.Err() != nil {
		return 0, context.Cause(ctx)
	}
	if err != nil {
		return 0, d.failed("read what a command in "+name+" prints", err)
	}
	return d.ended(ctx, name, made.ID)
}

// plain is what a container or a command printed on either stream, as one text.
func plain(stream io.Reader) (string, error) {
	var text bytes.Buffer
	_, err := stdcopy.StdCopy(&text, &text, stream)
	return strings.ToValidUTF8(text.String(), ""), err
}

// lastLines is how much of what a container printed an error has: each of a web server's
// workers and then the server itself may end with a traceback.
const lastLines = "400"

// lastLines are the last lines that a container printed.
func (d deployment) lastLines(ctx context.Context, name string) ([]string, error) {
	stream, err := d.api.ContainerLogs(ctx, name, client.ContainerLogsOptions{ShowStdout: true, ShowStderr: true, Tail: lastLines})
	if err != nil {
		return nil, d.failed("read the log of the container "+name, err)
	}
	defer stream.Close()
	text, err := plain(stream)
	if err != nil {
		return nil, d.failed("read the log of the container "+name, err)
	}
	return strings.Split(strings.TrimRight(text, "\n"), "\n"), nil
}
