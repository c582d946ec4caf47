package heroku

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	api "github.com/heroku/heroku-go/v6"

	"slipway/providers"
	"slipway/providers/rest"
)

// mostLogLines is how much of a log Heroku keeps.
const mostLogLines = 1500

// logLine is a line of a log, as "2026-01-31T14:00:00.000000+00:00 app[web.1]: text".
type logLine struct {
	time time.Time
	// process is a dyno's name, "router", or whatever else Heroku names.
	process, text string
	// whole is the line as it came.
	whole string
}

var logForm = regexp.MustCompile(`^(\S+) [\w-]+\[([^\]]*)\]: ?(.*)$`)

// Logs writes the app's log: what its processes print, what Heroku says of them, and
// its router's line for each request. Heroku keeps the last 1500 lines.
func (p *Provider) Logs(ctx context.Context, spec providers.Spec, wanted providers.LogQuery, w io.Writer) error {
	app, err := p.app(ctx, spec, time.Time{})
	if err != nil {
		return err
	}
	if app == nil {
		return providers.ErrNoApp
	}
	lines := mostLogLines
	if wanted.Since.IsZero() {
		lines = min(max(wanted.Lines, 1), mostLogLines)
	}
	seen := after{time: wanted.Since}
	var broke error
	write := func(l logLine) {
		if broke == nil && seen.isNew(l) {
			_, broke = fmt.Fprintln(w, l.whole)
		}
	}
	for {
		err := p.logLines(ctx, app, api.LogSessionCreateOpts{Lines: &lines, Tail: new(wanted.Follow)}, write)
		if err = errors.Join(err, broke); err != nil || !wanted.Follow {
			return err
		}
		// Heroku ends a session after a while. The next one begins with lines that were seen.
		if err := p.pace.Clock.Sleep(ctx, p.pace.Every); err != nil {
			return err
		}
		lines = mostLogLines
	}
}

// after tells the lines that were seen from those that are new.
type after struct {
	// time is that of the newest line, or when the wanted ones begin.
	time time.Time
	// same are the lines of that time.
	same map[string]bool
}

func (a *after) isNew(l logLine) bool {
	switch {
	case l.time.IsZero():
		return true
	case l.time.Before(a.time), l.time.Equal(a.time) && a.same[l.whole]:
		return false
	case l.time.After(a.time):
		a.time, a.same = l.time, map[string]bool{}
	}
	if a.same == nil {
		a.same = map[string]bool{}
	}
	a.same[l.whole] = true
	return true
}

// logLines reads the lines of a log session to its end.
func (p *Provider) logLines(ctx context.Context, app *api.App, o api.LogSessionCreateOpts, do func(l logLine)) error {
	const doing = "read the app's log"
	session, err := p.api.LogSessionCreate(ctx, app.ID, o)
	if err != nil {
		return p.failed(doing, err)
	}
	u, err := rest.Outside(session.LogplexURL, p.api.URL)
	if err != nil {
		return p.failed(doing, err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return p.failed(doing, err)
	}
	response, err := p.open.Do(request)
	if err != nil {
		// The address is secret: whoever has it may read the log.
		if lost, ok := errors.AsType[*url.Error](err); ok {
			err = lost.Err
		}
		return p.failed(doing, err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return p.failed(doing, fmt.Errorf("%s answered with status %d", u.Host, response.StatusCode))
	}
	_, err = eachLine(bufio.NewReaderSize(withoutZeros{response.Body}, 16<<10), func(line string) {
		line = strings.TrimRight(line, "\r\n")
		if line != "" {
			do(parsed(line))
		}
	})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if o.Tail != nil && *o.Tail {
		return nil // a session that broke is as good as one that ended
	}
	return p.failed(doing, err)
}

func parsed(line string) logLine {
	l := logLine{whole: line, text: line}
	if parts := logForm.FindStringSubmatch(line); parts != nil {
		if at, err := time.Parse(time.RFC3339Nano, parts[1]); err == nil {
			l.time, l.process, l.text = at, parts[2], parts[3]
		}
	}
	return l
}
