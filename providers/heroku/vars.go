package heroku

import (
	"context"
	"maps"
	"slices"
	"slipway/providers/rest"

	api "github.com/heroku/heroku-go/v6"
)

// vars are the variables of an app. Their values are secret.
func (p *Provider) vars(ctx context.Context, app *api.App) (map[string]string, error) {
	var answer api.ConfigVarInfoForAppResult
	err := p.patient(ctx, "ask for the app's variables", func() (err error) {
		answer, err = p.api.ConfigVarInfoForApp(ctx, app.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	vars := map[string]string{}
	for name, value := range answer {
		if value != nil {
			vars[name] = *value
		}
	}
	return vars, nil
}

// setVars sets variables, and takes away those that are nil. To do it twice is the
// same as once, but it makes a release of its own: so it is sent again only if a look
// shows that it was not done.
func (p *Provider) setVars(ctx context.Context, app *api.App, changed map[string]*string) error {
	const doing, tries = "set the app's variables", 3
	for try := 1; ; try++ {
		vars, err := p.vars(ctx, app)
		if err != nil {
			return err
		}
		left := differing(vars, changed)
		if len(left) == 0 {
			return nil
		}
		_, err = p.api.ConfigVarUpdate(ctx, app.ID, left)
		if err = p.plain(err); err == nil {
			return nil
		}
		if !rest.IsUncertain(err) || ctx.Err() != nil || try == tries {
			return p.failed(doing, err)
		}
		if err := p.pace.Clock.Sleep(ctx, p.pace.Every); err != nil {
			return p.failed(doing, err)
		}
	}
}

// differing are the changes that are not in effect.
func differing(vars map[string]string, changed map[string]*string) map[string]*string {
	left := map[string]*string{}
	for name, want := range changed {
		have, ok := vars[name]
		if want == nil && ok || want != nil && (!ok || have != *want) {
			left[name] = want
		}
	}
	return left
}

// wantedVars are changes of variables as setVars takes them.
func wantedVars(set map[string]string, unset []string) map[string]*string {
	changed := map[string]*string{}
	for _, name := range unset {
		changed[name] = nil
	}
	for name, value := range set {
		changed[name] = &value
	}
	// The mark is not the app's to change.
	delete(changed, TagVariable)
	return changed
}

// asBefore are the changes that bring variables back to what they were.
func asBefore(before map[string]string, changed map[string]*string) map[string]*string {
	back := map[string]*string{}
	for name := range changed {
		back[name] = nil
		if value, ok := before[name]; ok {
			back[name] = &value
		}
	}
	return back
}

// namesOf are the names of changed variables, sorted.
func namesOf(changed map[string]*string) []string { return slices.Sorted(maps.Keys(changed)) }
