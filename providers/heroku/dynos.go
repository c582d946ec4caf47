package heroku

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	api "github.com/heroku/heroku-go/v6"

	"slipway/providers"
	"slipway/providers/rest"
)

// dynosDelivery is as many dynos as are wanted, of each process.
type dynosDelivery struct {
	p    *Provider
	spec providers.Spec
	app  providers.App
}

func (r *dynosDelivery) Kind() string           { return "dynos" }
func (r *dynosDelivery) Title() string          { return "the app's dynos" }
func (r *dynosDelivery) Phase() providers.Phase { return providers.PhaseBoot }

// counts are how many dynos each process of an app is to have.
func counts(app providers.App) map[string]int {
	counts := map[string]int{processWeb: 1}
	for process := range app.Processes {
		counts[process] = 1
	}
	for process := range counts {
		if n, ok := app.Counts[process]; ok {
			counts[process] = n
		}
	}
	return counts
}

// Look compares the dynos that Heroku is to run with those that are wanted. Where the
// source is not here, what is wanted is not known: there must be a web dyno.
func (r *dynosDelivery) Look(ctx context.Context, _ time.Time) (providers.Finding, error) {
	app, err := r.p.app(ctx, r.spec, time.Time{})
	if err != nil {
		return providers.Finding{}, err
	}
	formation := map[string]api.Formation{}
	if app != nil {
		if formation, err = r.p.formation(ctx, app); err != nil {
			return providers.Finding{}, err
		}
	}
	if r.app.Archive == nil && formation[processWeb].Quantity > 0 {
		return providers.Finding{Holds: true, Detail: shown(formation)}, nil
	}
	size, err := r.p.sizeFor(ctx, r.spec, counts(r.app))
	if err != nil {
		return providers.Finding{}, err
	}
	changes := r.changes(formation, size)
	if len(changes) > 0 {
		return providers.Finding{Changes: changes}, nil
	}
	notes, err := r.crashes(ctx, app)
	return providers.Finding{Holds: true, Detail: shown(formation), Notes: notes}, err
}

// changes say what is scaled, with what that costs more than what is there.
func (r *dynosDelivery) changes(formation map[string]api.Formation, size Size) []providers.Change {
	var changes []providers.Change
	wanted := counts(r.app)
	for _, process := range slices.Sorted(maps.Keys(wanted)) {
		n := wanted[process]
		have, ok := formation[process]
		same := strings.EqualFold(sizeOf(have), size.Name)
		if have.Quantity == n && (same || n == 0) {
			continue
		}
		c := providers.Change{What: fmt.Sprintf("run %d %s of size %s for the process %s", n, dynos(n), size.Name, process)}
		more := n
		if len(formation) == 0 && process == processWeb {
			more-- // the release starts one, and has its price
		}
		if ok && have.Quantity > 0 {
			c.Was = fmt.Sprintf("%d of size %s", have.Quantity, strings.ToLower(sizeOf(have)))
			if same {
				more = max(0, n-have.Quantity)
				c.Ends = providers.Rounded(float64(max(0, have.Quantity-n))*size.Monthly, 2)
			}
		}
		c.Monthly, c.Hourly = providers.Rounded(float64(more)*size.Monthly, 2), providers.Rounded(float64(more)*size.Hourly, 5)
		changes = append(changes, c)
	}
	return changes
}

func dynos(n int) string {
	if n == 1 {
		return "dyno"
	}
	return "dynos"
}

func sizeOf(f api.Formation) string {
	if f.DynoSize.Name != "" {
		return f.DynoSize.Name
	}
	return f.Size
}

// shown are the dynos in words: "2 standard-1x for web".
func shown(formation map[string]api.Formation) string {
	var all []string
	for _, process := range slices.Sorted(maps.Keys(formation)) {
		if f := formation[process]; f.Quantity > 0 {
			all = append(all, fmt.Sprintf("%d %s for %s", f.Quantity, strings.ToLower(sizeOf(f)), process))
		}
	}
	return strings.Join(all, ", ")
}

// crashes are notes about dynos beside the web's that have crashed: visitors are
// answered nevertheless.
func (r *dynosDelivery) crashes(ctx context.Context, app *api.App) ([]string, error) {
	all, err := list[api.Dyno](ctx, r.p, "list the dynos", "/apps/"+app.ID+"/dynos")
	var notes []string
	for _, d := range all {
		if _, ours := r.app.Processes[d.Type]; ours && d.State == crashed {
			notes = append(notes, fmt.Sprintf("the dyno %s has crashed; slipway logs %s shows why", d.Name, r.spec.Name))
		}
	}
	return notes, err
}

// update is one change of a formation, as the API takes it.
type update struct {
	Type     string            `json:"type"`
	Quantity int               `json:"quantity"`
	DynoSize map[string]string `json:"dyno_size,omitempty"`
}

// Make scales the processes and waits until the web process runs. To scale twice is the
// same as once.
func (r *dynosDelivery) Make(ctx context.Context, report func(string)) error {
	s, err := r.p.standing(ctx, r.spec)
	if err != nil {
		return fmt.Errorf("scale the dynos: %w", err)
	}
	current := s.current()
	if current == nil {
		return fmt.Errorf("scale the dynos: %w", providers.ErrNoApp)
	}
	size, err := r.p.sizeFor(ctx, r.spec, counts(r.app))
	if err != nil {
		return err
	}
	if err := r.scale(ctx, s.app, size); err != nil {
		return err
	}
	err = r.p.up(ctx, s.app, current, r.app.Health, report)
	if b, ok := errors.AsType[broken](err); ok {
		return b.Failed // the release was up before, with other dynos: it is not left for this
	}
	return err
}

// scale sends what is to run, and sends it again if a look shows that it was not done.
func (r *dynosDelivery) scale(ctx context.Context, app *api.App, size Size) error {
	const doing, tries = "scale the dynos", 3
	for try := 1; ; try++ {
		formation, err := r.p.formation(ctx, app)
		if err != nil {
			return err
		}
		if len(r.changes(formation, size)) == 0 {
			return nil
		}
		var updates []update
		wanted := counts(r.app)
		for _, process := range slices.Sorted(maps.Keys(wanted)) {
			if _, ok := formation[process]; !ok {
				return &providers.Failed{Err: fmt.Errorf("%s: Heroku's release has no process %s", doing, process), Next: "name it in the Procfile, then run the same command again"}
			}
			updates = append(updates, update{Type: process, Quantity: wanted[process], DynoSize: map[string]string{"name": size.sold}})
		}
		var scaled []api.Formation
		err = r.p.plain(r.p.api.Patch(ctx, &scaled, "/apps/"+app.ID+"/formation", map[string]any{"updates": updates}))
		if err == nil {
			return nil
		}
		if !rest.IsUncertain(err) || ctx.Err() != nil || try == tries {
			return r.p.failed(doing, err)
		}
		if err := r.p.pace.Clock.Sleep(ctx, r.p.pace.Every); err != nil {
			return r.p.failed(doing, err)
		}
	}
}
