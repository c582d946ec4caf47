package heroku

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"al.essio.dev/pkg/shellescape"
	api "github.com/heroku/heroku-go/v6"

	"slipway/providers"
	"slipway/providers/rest"
)

// Run runs a command in a dyno of its own, with the app's source, packages and
// variables. Heroku tells a terminal's size only at the start.
func (p *Provider) Run(ctx context.Context, spec providers.Spec, command providers.Command) (status int, err error) {
	s, err := p.standing(ctx, spec)
	if err != nil {
		return 0, err
	}
	if s.current() == nil {
		return 0, providers.ErrNoApp
	}
	mark := "\uffff slipway-" + rand.Text() + ": "
	dyno, err := p.oneOff(ctx, s.app, command, mark)
	if err != nil {
		return 0, err
	}
	defer func() {
		if ctx.Err() != nil || err != nil {
			p.stop(ctx, s.app, dyno.Name)
		}
	}()
	connection, err := p.attach(ctx, dyno)
	if err != nil {
		return 0, err
	}
	defer connection.Close()
	return talk(ctx, connection, command, mark)
}

// oneOff starts a dyno that waits for somebody to attach. The call is sent once; a dyno
// of a call whose answer was lost is stopped.
func (p *Provider) oneOff(ctx context.Context, app *api.App, command providers.Command, mark string) (*api.Dyno, error) {
	o := api.DynoCreateOpts{
		Attach: new(true), TimeToLive: new(int((24 * time.Hour).Seconds())),
		// The shell tells the status: the connection does not. The command stands in a shell
		// of its own, so that no word of it ends this one.
		Command: "(exec " + shellescape.QuoteCommand(command.Words) + "); printf '%s%s\\n' " + shellescape.Quote(mark) + " $?",
	}
	if t := command.Terminal; t != nil {
		columns, rows := t.Size()
		o.Env = map[string]string{"TERM": t.Type, "COLUMNS": strconv.Itoa(columns), "LINES": strconv.Itoa(rows)}
	} else {
		o.ForceNoTty = new(true)
	}
	dyno, err := p.api.DynoCreate(ctx, app.ID, o)
	if err = p.plain(err); err == nil && dyno.AttachURL != nil {
		return dyno, nil
	}
	if err == nil {
		p.stop(ctx, app, dyno.Name)
		return nil, &providers.Failed{Err: errors.New("start a one-off dyno: Heroku does not tell how to attach to it"), Next: again}
	}
	if rest.IsUncertain(err) {
		all, _ := list[api.Dyno](context.WithoutCancel(ctx), p, "list the dynos", "/apps/"+app.ID+"/dynos") // err is what is told
		for _, d := range all {
			if d.Command == o.Command {
				p.stop(ctx, app, d.Name)
			}
		}
	}
	return nil, p.failed("start a one-off dyno", err)
}

// stop ends a dyno, also after ctx has ended. Heroku ends one without a connection by
// itself, so an error changes nothing.
func (p *Provider) stop(ctx context.Context, app *api.App, dyno string) {
	const within = 10 * time.Second
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), within)
	defer cancel()
	_, _ = p.api.DynoStop(ending, app.ID, dyno)
}

// attach connects to a dyno that waits for it, by the protocol of Heroku's own command:
// rendezvous://HOST:PORT/SECRET over TLS, where the secret is said first.
func (p *Provider) attach(ctx context.Context, dyno *api.Dyno) (net.Conn, error) {
	const doing, within = "attach to the dyno", 30 * time.Second
	u, err := url.Parse(*dyno.AttachURL)
	if err != nil || u.Scheme != "rendezvous" || u.Port() == "" {
		return nil, p.failed(doing, errors.New("the address that the API names can't be used"))
	}
	dialing, cancel := context.WithTimeoutCause(ctx, within, fmt.Errorf("no answer within %s", within))
	defer cancel()
	dialer := tls.Dialer{Config: &tls.Config{RootCAs: p.options.Roots, MinVersion: tls.VersionTLS12}}
	connection, err := dialer.DialContext(dialing, "tcp", u.Host)
	if err == nil {
		_, err = io.WriteString(connection, strings.TrimPrefix(u.Path, "/")+"\r\n")
	}
	if err != nil {
		return nil, &providers.Failed{Err: fmt.Errorf("%s: %s does not answer: %w", doing, u.Host, err), Next: "check that the network lets connections to port " + u.Port() + " out, then run the same command again"}
	}
	return connection, nil
}

// endOfInput is how the end of the input is told.
const endOfInput = "\x04"

// talk passes input and output between a command and its dyno, until the mark comes
// with the command's exit status.
func talk(ctx context.Context, connection net.Conn, command providers.Command, mark string) (status int, err error) {
	ended := context.AfterFunc(ctx, func() { _ = connection.Close() })
	defer ended()
	from := bufio.NewReader(connection)
	greeting, err := from.ReadString('\n')
	if err == nil && strings.TrimSpace(greeting) != "rendezvous" {
		err = errors.New("it does not greet as Heroku's does")
	}
	if err != nil {
		return 0, brokeOff(ctx, err)
	}
	go func() {
		// A read of the caller's input may outlast the command: nobody waits for it.
		if command.Stdin != nil {
			_, _ = io.Copy(connection, command.Stdin)
		}
		_, _ = io.WriteString(connection, endOfInput)
	}()
	out := &marked{to: command.Stdout, mark: []byte(mark)}
	if out.to == nil {
		out.to = io.Discard
	}
	_, err = io.Copy(out, from)
	if status, ok := out.status(); ok {
		return status, out.err
	}
	if err = errors.Join(out.err, err); err == nil {
		err = io.ErrUnexpectedEOF
	}
	return 0, brokeOff(ctx, err)
}

func brokeOff(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("run the command: %w", ctx.Err())
	}
	return &providers.Failed{Err: fmt.Errorf("run the command: the connection to the dyno ended before the command did: %w", err), Next: "run the same command again"}
}
