package steps

import (
	"context"
	"strings"

	"slipway/providers"
	"slipway/state"
	"slipway/steps/engine"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/release"
	"slipway/steps/shell"
)

// SetVariables gives the current release the variables in set and takes those in
// unset away. An instance of the release must answer with them first; if it does
// not, everything stays as it was. SetVariables tells whether anything was changed.
// The values go to the server and nowhere else.
func SetVariables(ctx context.Context, name string, set map[string]string, unset []string, home state.Home, open engine.OpenProvider, emit func(engine.Event)) (changed bool, err error) {
	d, err := holdSettled(home, name)
	if err != nil {
		return false, err
	}
	defer d.Close()
	platform, err := OpenPlatform(name, home, open)
	if err != nil {
		return false, err
	}
	if platform != nil {
		return platform.setVariables(ctx, set, unset, emit)
	}
	plan, err := deployedPlan(ctx, name, serving, providers.ToSetVars, home, open)
	if err != nil {
		return false, err
	}
	plan.Env, plan.Unset = set, unset
	run, err := engine.Begin(plan, graph(plan), home, open, emit)
	if err != nil {
		return false, err
	}
	if err := run.Hold(d); err != nil {
		return false, err
	}
	defer run.Disconnect()
	err = run.Do(ctx, []engine.Stage{engine.OneStep{Step: engine.Connection{}}, engine.Facts{release.Variables}})
	return run.Changed(), err
}

// Variables lists the names of the app's variables, sorted.
func (s *Session) Variables(ctx context.Context) ([]string, error) {
	out, err := s.Client.Output(ctx, shell.Lines(
		release.FindServing(layout.Of(s.plan.ServerName())),
		release.VariableRecords,
		`[ ! -e `+layout.VariablesFolder+`/"$serving.env" ] || records `+layout.VariablesFolder+`/"$serving.env" | sed -n 's/^\([A-Za-z_][A-Za-z0-9_]*\)=.*/\1/p' | sort`))
	return strings.Fields(out), err
}

// ListVariables lists the names of a deployment's variables, sorted. A name that is not
// known is a *providers.Usage.
func ListVariables(ctx context.Context, name string, home state.Home, open engine.OpenProvider) ([]string, error) {
	platform, err := OpenPlatform(name, home, open)
	if err != nil {
		return nil, err
	}
	if platform != nil {
		return platform.Variables(ctx)
	}
	s, err := OpenSession(ctx, name, providers.ToSetVars, home, open)
	if err != nil {
		return nil, err
	}
	defer s.Client.Close()
	return s.Variables(ctx)
}

// ReadVariables reads variables as slipway env set takes them: pairs of KEY=VALUE,
// and a file of such lines if path is not empty. The last one wins.
func ReadVariables(ctx context.Context, pairs []string, path string) (map[string]string, error) {
	env := map[string]string{}
	if err := plan.ReadVariableFile(ctx, env, path, "--file"); err != nil {
		return nil, err
	}
	for _, pair := range pairs {
		key, value, _ := strings.Cut(pair, "=")
		if err := plan.SetVariable(env, key, value, "what was given"); err != nil {
			return nil, err
		}
	}
	return env, plan.CheckVariables(env)
}
