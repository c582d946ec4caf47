package platform

import (
	"context"
	"fmt"
	"io"

	"github.com/moby/moby/client"

	"slipway/providers/digitalocean/fakecloud"
)

// execDetachKeys are keys that nobody types: the engine's own would swallow Ctrl-P.
const execDetachKeys = "ctrl-],ctrl-^,ctrl-],ctrl-^,ctrl-]"

// Exec runs a shell with a terminal in an instance until it ends.
func (p *Platform) Exec(ctx context.Context, x fakecloud.AppExec) error {
	i, err := p.instance(x)
	if err != nil {
		return err
	}
	made, err := p.o.Client.ExecCreate(ctx, i.container, client.ExecCreateOptions{
		Cmd: []string{"/bin/sh"}, AttachStdin: true, AttachStdout: true, AttachStderr: true, TTY: true,
		Env: []string{"TERM=xterm"}, DetachKeys: execDetachKeys,
	})
	if err != nil {
		return err
	}
	attached, err := p.o.Client.ExecAttach(ctx, made.ID, client.ExecAttachOptions{TTY: true})
	if err != nil {
		return err
	}
	defer attached.Close()
	defer context.AfterFunc(ctx, attached.Close)()
	go func() {
		_, _ = io.Copy(attached.Conn, x.Stdin) // it ends with the connection
		_ = attached.CloseWrite()
	}()
	ended := make(chan struct{})
	defer close(ended)
	go func() {
		for {
			select {
			case size := <-x.Sizes:
				// A shell that ended has no size.
				_, _ = p.o.Client.ExecResize(ctx, made.ID, client.ExecResizeOptions{Width: size[0], Height: size[1]})
			case <-ended:
				return
			}
		}
	}()
	_, err = io.Copy(x.Stdout, attached.Reader)
	if ctx.Err() != nil {
		return nil // whoever asked has gone
	}
	return err
}

// instance is the one that a console is to run in.
func (p *Platform) instance(x fakecloud.AppExec) (*instance, error) {
	a := p.known(x.AppID)
	if a == nil {
		return nil, fmt.Errorf("the app %s does not run", x.AppID)
	}
	for _, i := range a.of(x.Component) {
		if (x.Instance == "" && i.isRunning(a)) || i.name == x.Instance {
			return i, nil
		}
	}
	return nil, fmt.Errorf("the component %s has no instance %s", x.Component, x.Instance)
}
