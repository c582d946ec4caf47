package heroku

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	api "github.com/heroku/heroku-go/v6"

	"slipway/providers"
	"slipway/providers/rest"
)

// The states of dynos.
const (
	crashed = "crashed"
	running = "up"
	idle    = "idle" // an eco dyno without visitors
)

const processWeb = "web"

// moreThanEnough is added to a wait that ends by itself, with a better error.
const moreThanEnough = time.Minute

// webDynos are the dynos of the web process that run a release or a later one.
func (p *Provider) webDynos(ctx context.Context, app *api.App, of *api.Release) ([]api.Dyno, error) {
	all, err := list[api.Dyno](ctx, p, "list the dynos", "/apps/"+app.ID+"/dynos")
	return slices.DeleteFunc(all, func(d api.Dyno) bool { return d.Type != processWeb || d.Release.Version < of.Version }), err
}

// formation is how many dynos of which process are wanted. It is empty before the first
// release.
func (p *Provider) formation(ctx context.Context, app *api.App) (map[string]api.Formation, error) {
	all, err := list[api.Formation](ctx, p, "list the processes", "/apps/"+app.ID+"/formation")
	if err != nil {
		return nil, err
	}
	byType := map[string]api.Formation{}
	for _, f := range all {
		byType[f.Type] = f
	}
	return byType, nil
}

// ready tells whether as many web dynos run as are wanted; if not, state says why. An
// app that is to have no web dyno is ready.
func (p *Provider) ready(ctx context.Context, app *api.App, release *api.Release) (ready bool, state string, err error) {
	wanted, err := p.formation(ctx, app)
	if err != nil {
		return false, "", err
	}
	dynos, err := p.webDynos(ctx, app, release)
	if err != nil {
		return false, "", err
	}
	up := 0
	for _, d := range dynos {
		switch d.State {
		case crashed:
			return false, d.Name + " has " + crashed, nil
		case running, idle:
			up++
		}
	}
	if up >= wanted[processWeb].Quantity {
		return true, "", nil
	}
	return false, fmt.Sprintf("%d of %d web dynos run", up, wanted[processWeb].Quantity), nil
}

// up waits until a release's web dynos run and answer as health asks; without a path
// it does not ask. A release that does not come up is broken.
func (p *Provider) up(ctx context.Context, app *api.App, release *api.Release, health providers.Health, report func(string)) error {
	wanted, err := p.formation(ctx, app)
	if err != nil {
		return err
	}
	if web, ok := wanted[processWeb]; !ok {
		return broken{&providers.Failed{Err: fmt.Errorf("the release has no web process"), Next: "name one in the Procfile, then run the same command again"}}
	} else if web.Quantity == 0 {
		return nil
	}
	w := rest.Wait{What: "the web process to run", Within: p.options.BootWithin + moreThanEnough, Next: again, Report: report}
	start := p.pace.Clock.Now()
	err = p.pace.Until(ctx, w, func(ctx context.Context) (bool, string, error) {
		ready, state, err := p.ready(ctx, app, release)
		late := p.pace.Clock.Now().Sub(start) >= p.options.BootWithin
		if err == nil && !ready && (late || strings.HasSuffix(state, crashed)) {
			err = p.didNotStart(ctx, app, release, state)
		}
		return ready, state, err
	})
	if err != nil || health.Path == "" {
		return err
	}
	return p.healthy(ctx, app, release, health, report)
}

// healthy waits until the app answers as health asks.
func (p *Provider) healthy(ctx context.Context, app *api.App, release *api.Release, health providers.Health, report func(string)) error {
	within := health.Within
	if within == 0 {
		within = time.Minute
	}
	start := p.pace.Clock.Now()
	w := rest.Wait{What: "the app to answer", Within: within + moreThanEnough, Next: again, Report: report}
	return p.pace.Until(ctx, w, func(ctx context.Context) (bool, string, error) {
		state, err := p.ask(ctx, webURL(app)+health.Path, health.Status)
		if err != nil || state == "" {
			return err == nil, "", err
		}
		// A server may listen, and so be up, before it loads the app and ends.
		_, down, err := p.ready(ctx, app, release)
		if err == nil && strings.HasSuffix(down, crashed) {
			err = p.didNotStart(ctx, app, release, down)
		}
		if err != nil {
			return false, "", err
		}
		if p.pace.Clock.Now().Sub(start) >= within {
			return false, "", p.unhealthy(ctx, app, release, state)
		}
		return false, state, nil
	})
}

// ask asks for a page. state is empty if it is answered as wanted.
func (p *Provider) ask(ctx context.Context, page string, status int) (state string, err error) {
	const within = 35 * time.Second // Heroku answers itself after 30
	asking, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	request, err := http.NewRequestWithContext(asking, http.MethodGet, page, nil)
	if err != nil {
		return "", p.failed("ask for "+page, err)
	}
	request.Header.Set("User-Agent", "slipway")
	// What a redirect leads to is not what was asked for.
	visitor := &http.Client{Transport: p.open.Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := visitor.Do(request)
	if err != nil {
		return "it does not answer: " + p.plain(err).Error(), ctx.Err()
	}
	defer response.Body.Close()
	if status == response.StatusCode || status == 0 && response.StatusCode < http.StatusInternalServerError {
		return "", nil
	}
	return fmt.Sprintf("it answers %s with status %d", page, response.StatusCode), nil
}

var exitStatus = regexp.MustCompile(`Process exited with status (\d+)`)

// didNotStart is why a release did not come up, with what its web process printed.
func (p *Provider) didNotStart(ctx context.Context, app *api.App, release *api.Release, state string) error {
	lines, err := p.lastWords(ctx, app, release)
	if err != nil {
		return err
	}
	status, next := "1", "mend the app, then run the same command again"
	for _, line := range lines {
		if found := exitStatus.FindStringSubmatch(line); found != nil {
			status = found[1]
		}
		if strings.Contains(line, "Error R10") {
			next = "have the app listen on the port in $PORT at 0.0.0.0, within a minute; then run the same command again"
		}
	}
	return broken{&providers.Failed{Err: fmt.Errorf("%s; the web process failed with status %s: %s", state, status, printed(lines)), Next: next}}
}

// unhealthy is why a release that runs is not good enough, with what its web process
// printed.
func (p *Provider) unhealthy(ctx context.Context, app *api.App, release *api.Release, state string) error {
	lines, err := p.lastWords(ctx, app, release)
	if err != nil {
		return err
	}
	return broken{&providers.Failed{
		Err:  fmt.Errorf("%s; the health check failed with status 1: %s", state, printed(lines)),
		Next: "mend the app, or say under [health] in slipway.toml what it answers; then run the same command again",
	}}
}

func printed(lines []string) string {
	if len(lines) == 0 {
		return "the web process printed nothing"
	}
	return strings.Join(lines, "\n")
}

// lastWords is what the web process printed when it was started last, and what Heroku said
// of it, without the times.
func (p *Provider) lastWords(ctx context.Context, app *api.App, release *api.Release) ([]string, error) {
	const tries = 3 // what was printed comes to the log a moment later
	var words, before []string
	for try := 1; try <= tries; try++ {
		words, before = nil, nil
		ended := false
		err := p.logLines(ctx, app, api.LogSessionCreateOpts{Lines: new(mostLogLines)}, func(l logLine) {
			switch {
			case !strings.HasPrefix(l.process, processWeb+".") || l.time.Before(release.CreatedAt.Truncate(time.Second)):
			case strings.HasPrefix(l.text, "Starting process with command"):
				words, before, ended = nil, words, false
			case !strings.HasPrefix(l.text, "State changed from "):
				words = append(words, l.text)
				ended = ended || exitStatus.MatchString(l.text)
			}
		})
		if err != nil {
			return nil, err
		}
		if ended {
			break
		}
		if err := p.pace.Clock.Sleep(ctx, p.pace.Every); err != nil {
			return nil, err
		}
	}
	if len(words) == 0 {
		words = before
	}
	return words[max(0, len(words)-lastLines):], nil
}
