package appplatform

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/digitalocean/godo"

	"slipway/providers"
	"slipway/providers/digitalocean/account"
	"slipway/providers/rest"
)

var _ providers.Logger = (*Provider)(nil)

const (
	// quietFor is how long nothing may come of a log that is not followed until it is taken
	// to be over.
	quietFor = 15 * time.Second
	// lookEvery is how often a log that is followed is asked whether another release took the
	// traffic: the log is that of one.
	lookEvery = 15 * time.Second
	// mostBroken is how often in a row a log that is followed may break off at once.
	mostBroken = 5
	allLines   = -1
)

// Logs writes what the instances of the release that has the traffic print, with the time
// and the component in front. With Follow it goes on with those of later releases.
func (p *Provider) Logs(ctx context.Context, spec providers.Spec, wanted providers.LogQuery, w io.Writer) error {
	app, err := p.serving(ctx, spec)
	if err != nil {
		return err
	}
	seen := &seenLines{since: wanted.Since}
	tail := allLines
	if wanted.Since.IsZero() {
		tail = wanted.Lines
	}
	if wanted.Follow {
		return p.followLog(ctx, spec, app, tail, seen, w)
	}
	if tail == 0 {
		return nil
	}
	var lines []logLine
	err = p.readLog(ctx, app.ID, tail, false, func(line string) error {
		l := parsedLine(line)
		switch {
		case !seen.isNew(l):
			return nil
		case tail == allLines:
			return l.write(w)
		}
		lines = append(lines, l)
		if len(lines) > 2*tail {
			lines = append(lines[:0], lines[len(lines)-tail:]...)
		}
		return nil
	})
	for _, l := range lines[max(0, len(lines)-max(tail, 0)):] {
		if err := l.write(w); err != nil {
			return err
		}
	}
	return err
}

// followLog writes lines as they come. A connection that ends is made again; lines that
// were written are not written again.
func (p *Provider) followLog(ctx context.Context, spec providers.Spec, app *godo.App, tail int, seen *seenLines, w io.Writer) error {
	var broke error
	for broken := 0; broken < mostBroken; {
		came := false
		reading, stop := context.WithCancel(ctx)
		go p.stopAtNextRelease(reading, spec, app.ActiveDeployment.ID, stop)
		err := p.readLog(reading, app.ID, tail, true, func(line string) error {
			l := parsedLine(line)
			if !seen.isNew(l) {
				return nil
			}
			came = true
			broke = l.write(w)
			return broke
		})
		stop()
		if broke != nil || ctx.Err() != nil {
			return errors.Join(broke, ctx.Err())
		}
		if broken++; came || err == nil {
			broken = 0
		} else if broken == mostBroken {
			return err
		}
		if err := p.api.Pace.Clock.Sleep(ctx, p.api.Pace.Every); err != nil {
			return err
		}
		if app, err = p.serving(ctx, spec); err != nil {
			return err
		}
		tail = allLines // some may have come meanwhile
		seen.again()
	}
	return nil
}

// stopAtNextRelease calls stop once another deployment has the traffic.
func (p *Provider) stopAtNextRelease(ctx context.Context, spec providers.Spec, deploymentID string, stop func()) {
	for p.api.Pace.Clock.Sleep(ctx, lookEvery) == nil {
		app, err := p.serving(ctx, spec)
		if errors.Is(err, providers.ErrNoApp) || err == nil && app.ActiveDeployment.ID != deploymentID {
			stop()
			return
		}
	}
}

// readLog reads the log of the release that has the traffic to its end: by its live address,
// or, where it has none, by those of what was kept.
func (p *Provider) readLog(ctx context.Context, appID string, tail int, follow bool, do func(line string) error) error {
	const doing = "read the app's log"
	logs, err := account.Whole(p.api.Apps.GetLogs(ctx, appID, "", "", godo.AppLogTypeRun, follow, tail))
	if err != nil {
		return p.failed(doing, err)
	}
	if logs.LiveURL != "" {
		err = p.liveLog(ctx, logs.LiveURL, follow, do)
	} else {
		for _, at := range logs.HistoricURLs {
			if err = p.keptLog(ctx, at, do); err != nil {
				break
			}
		}
	}
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	}
	if own, ok := errors.AsType[unwritten](err); ok {
		return own.error
	}
	return &providers.Failed{Err: fmt.Errorf("%s: %w", doing, err), Next: "check that the network lets websockets out, then run the same command again"}
}

// liveLog reads what a live address sends.
func (p *Provider) liveLog(ctx context.Context, at string, follow bool, do func(line string) error) error {
	connection, err := connect(ctx, p.api.BaseURL.String(), at)
	if err != nil {
		return err
	}
	defer func() { _ = connection.CloseNow() }()
	split := &lineSplitter{do: do}
	for {
		waiting, cancel := context.WithCancel(ctx)
		if !follow {
			waiting, cancel = context.WithTimeout(ctx, quietFor)
		}
		piece, err := receive(waiting, connection)
		quiet := waiting.Err() != nil && ctx.Err() == nil
		cancel()
		switch {
		case err == nil:
			err = split.add(piece)
		case goneAway(err) || quiet:
			return split.end()
		default:
			err = errors.Join(split.end(), rest.WithoutAddress(err))
		}
		if err != nil {
			return err
		}
	}
}

// keptLog reads the file that an address leads to.
func (p *Provider) keptLog(ctx context.Context, at string, do func(line string) error) error {
	u, err := rest.Outside(at, p.api.BaseURL.String())
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return rest.WithoutAddress(err)
	}
	response, err := openClient().Do(request)
	if err != nil {
		return silent(u, err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answered with status %d", u.Host, response.StatusCode)
	}
	split := &lineSplitter{do: do}
	if _, err = io.Copy(split, response.Body); err != nil {
		return err
	}
	return split.end()
}
