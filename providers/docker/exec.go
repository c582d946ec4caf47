package docker

import (
	"bytes"
	"context"
	"io"
	"strings"
	"time"

	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/client"
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
	for {
		state, err := d.api.ExecInspect(ctx, made.ID, client.ExecInspectOptions{})
		if err != nil {
			return 0, "", d.failed("ask for a command's status in "+name, err)
		}
		if !state.Running {
			return state.ExitCode, text, nil
		}
		if err := pause(ctx, 20*time.Millisecond); err != nil {
			return 0, "", err
		}
	}
}

// pause waits, but not longer than ctx.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
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
