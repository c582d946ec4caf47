package steps

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"slipway/providers/rest"
	"slipway/state"
	"slipway/steps/app"
	"slipway/steps/engine"
	"slipway/steps/plan"
)

const (
	// nextSuffix ends the name that a new place has until it takes over, oldSuffix that of
	// the place that was left.
	nextSuffix, oldSuffix = "-next", "-old"
)

// Move is a deployment on its way to another place: a server, a region, a provider. The new
// place is a deployment of its own, made beside the old one. In the end they exchange their
// names on this computer, and the old one stays until it is destroyed.
type Move struct {
	// Name is the deployment's, Next the one that the new place has until it takes over.
	Name, Next string
	// Plan is what the new place is to be, with the app's domains left out.
	Plan plan.Plan
	// Phase is how far an earlier run has come; empty if there was none.
	Phase state.MovePhase

	// back is true if Next is the place that the app has left before.
	back bool
	// over is true if the new place has the name already, and only its last run is missing.
	over   bool
	domain string
	asked  plan.Asked
	record state.Record
	home   state.Home
	open   engine.OpenProvider
	emit   func(engine.Event)
	// clock is the one by which the domains are waited for; nil is the computer's.
	clock rest.Clock
}

// placeKeys are the settings that say where an app runs.
var placeKeys = []string{plan.KeyProvider, plan.KeyRegion, plan.KeySize, plan.KeyImage, plan.KeyEngine, plan.KeyHost, plan.KeyTeam, plan.KeyInstances}

// OpenMove finds out how far a move has come and what the new place is to be. asked has the
// flags; of the deployment it takes over the app and all other settings. It changes nothing.
func OpenMove(ctx context.Context, name string, asked plan.Asked, home state.Home, open engine.OpenProvider) (*Move, error) {
	record, err := read(home, name)
	if err != nil {
		return nil, err
	}
	m := &Move{Name: name, Next: name + nextSuffix, asked: asked, record: record, home: home, open: open}
	if err := m.resume(asked); err != nil {
		return nil, err
	}
	if asked, err = m.ask(asked); err != nil {
		return nil, err
	}
	if m.Plan, err = plan.Make(ctx, asked, home); err != nil {
		return nil, err
	}
	return m, m.refusePlaces()
}

// Begins tells whether the move is to be begun, and is not one that an earlier run has begun.
func (m *Move) Begins() bool { return m.Phase == "" && !m.over }

// Standing says in a few words how far a move is that an earlier run has begun.
func (m *Move) Standing() string { return describeMoving(m.record) }

// resume finds out what an earlier run has done.
func (m *Move) resume(asked plan.Asked) error {
	moving := m.record.Moving
	switch {
	case !moving.Serves(m.Name) && moving.New:
		return plan.Usagef("slipway move "+moving.Of+" goes on", "%s is where %s moves to", m.Name, moving.Of)
	case !moving.Serves(m.Name):
		return plan.Usagef(fmt.Sprintf("slipway move %s --back has it serve again; slipway destroy %s removes it", moving.Of, m.Name),
			"%s is what %s was before it moved", m.Name, moving.Of)
	case moving != nil && moving.New:
		m.over, m.domain, m.Phase = true, moving.Domain, state.MoveCopied
		return nil
	case moving != nil:
		m.Phase, m.domain = moving.Phase, moving.Domain
		m.back = m.isNew(m.Name + oldSuffix)
		if m.back {
			m.Next = m.Name + oldSuffix
		}
		return nil
	case m.record.Finished.IsZero():
		return plan.Usagef("run the command that deploys it first", "%s is not deployed yet", m.Name)
	case m.home.Exists(m.Name + oldSuffix):
		return plan.Usagef(fmt.Sprintf("slipway move %s --back goes back there; slipway destroy %s removes it", m.Name, m.Name+oldSuffix),
			"%s is still there, which %s has left", m.Name+oldSuffix, m.Name)
	}
	m.domain = m.record.Settings[plan.KeyDomain]
	if domain, given := asked.Flags[plan.KeyDomain]; given {
		m.domain = domain
	}
	for _, key := range placeKeys {
		if asked.Flags[key] != "" {
			return nil
		}
	}
	return plan.Usagef("give --provider, --region, --size or --host", "no flag says where %s is to move", m.Name)
}

// isNew tells whether a deployment is the place to which this one moves.
func (m *Move) isNew(name string) bool {
	record, err := m.home.Read(name)
	return err == nil && record.Moving != nil && record.Moving.New && record.Moving.Of == m.Name
}

// ask is what is asked for of the new place.
func (m *Move) ask(asked plan.Asked) (plan.Asked, error) {
	asked.Flags = maps.Clone(asked.Flags)
	if err := takeApp(&asked, plan.OfRecord(m.record), m.Name, "deploy the app from its folder once, then move it"); err != nil {
		return asked, err
	}
	if m.over {
		asked.Flags[plan.KeyName] = m.Name
		m.askDomains(asked.Flags)
		return asked, nil
	}
	asked.Flags[plan.KeyName] = m.Next
	asked.Flags[plan.KeyDomain] = "" // slipway.toml may have it too
	if err := plan.CheckName(m.Next); err != nil {
		return asked, plan.Usagef("deploy it under a shorter name first", "while %s moves, the new place is %s: %v", m.Name, m.Next, err)
	}
	asked.Earlier = maps.Clone(m.record.Settings)
	delete(asked.Earlier, plan.KeyDomain)
	if provider := asked.Flags[plan.KeyProvider]; provider != "" && provider != m.record.Settings[plan.KeyProvider] {
		for _, key := range placeKeys {
			delete(asked.Earlier, key)
		}
	}
	if asked.Flags[plan.KeyRegion] != "" {
		delete(asked.Earlier, plan.KeyVPC) // it is of a region
	}
	if asked.Flags[plan.KeyHost] != "" {
		delete(asked.Earlier, plan.KeyFingerprint)
	}
	return asked, nil
}

// refusePlaces refuses what can't be carried from here to there.
func (m *Move) refusePlaces() error {
	old := plan.OfRecord(m.record)
	for _, p := range []plan.Plan{old, m.Plan} {
		if provider := p.Value(plan.KeyProvider); p.OnPlatform() && provider != plan.ProviderAppPlatform {
			return plan.Usagef("choose a server or --provider app-platform", "a move to or from %s is not built", provider)
		}
	}
	if host := m.Plan.Value(plan.KeyHost); host != "" && host == old.Value(plan.KeyHost) && !m.back && !m.over {
		return plan.Usagef("give another --host", "%s is there already: %s", m.Name, host)
	}
	if !old.OnPlatform() && !m.Plan.OnPlatform() || m.over {
		return nil
	}
	if old.OnPlatform() && m.Plan.OnPlatform() {
		return plan.Usagef("slipway --name "+m.Name+" --size or --instances changes it where it is", "%s is on App Platform already", m.Name)
	}
	for _, kind := range append(old.Services(), m.Plan.Services()...) {
		if kind != app.Postgres {
			return plan.Usagef("slipway db dump saves it", "only PostgreSQL goes to App Platform or comes from there, and %s has %s", m.Name, kind)
		}
	}
	return nil
}

// Do brings the move about, or goes on with it. Until the new place takes over, the old one
// serves: whatever fails, it writes again, and the same command goes on. The outcome is that of
// the new place's last run.
func (m *Move) Do(ctx context.Context, emit func(engine.Event)) (engine.Outcome, error) {
	m.emit = emit
	if !m.over {
		if err := m.carry(ctx); err != nil {
			return engine.Outcome{}, err
		}
	}
	return m.finish(ctx)
}

// carry comes as far as the exchange of the names.
func (m *Move) carry(ctx context.Context) error {
	d, err := hold(m.home, m.Name)
	if err != nil {
		return err
	}
	defer d.Close()
	if m.Phase == "" {
		err = d.Update(func(r *state.Record) {
			r.Moving = &state.Moving{Of: m.Name, Phase: state.MoveMaking, Domain: m.domain}
		})
		if err != nil {
			return err
		}
	}
	c, err := m.reach(ctx, d)
	if err != nil {
		return err
	}
	defer c.close()
	if err := c.lastCopy(ctx); err != nil {
		return errors.Join(err, c.goOn(ctx))
	}
	return c.takeOver(ctx)
}

// finish has the new place be all that the old one was: with the app's domains and its
// processes.
func (m *Move) finish(ctx context.Context) (engine.Outcome, error) {
	record, err := read(m.home, m.Name)
	if err != nil {
		return engine.Outcome{}, err
	}
	m.over, m.record = true, record
	if err := m.nameOld(); err != nil {
		return engine.Outcome{}, err
	}
	asked := m.asked
	asked.Flags = map[string]string{}
	if asked, err = m.ask(asked); err != nil {
		return engine.Outcome{}, err
	}
	p, err := plan.Make(ctx, asked, m.home)
	if err != nil {
		return engine.Outcome{}, err
	}
	outcome, err := m.deployLast(ctx, p)
	if err != nil {
		return outcome, err
	}
	d, err := m.home.Open(m.Name, time.Now())
	if err != nil {
		return outcome, err
	}
	defer d.Close()
	outcome.Changed = true
	return outcome, d.Update(func(r *state.Record) { r.Moving = nil })
}

// deployLast deploys the new place with the domains, and returns once they lead there.
func (m *Move) deployLast(ctx context.Context, p plan.Plan) (engine.Outcome, error) {
	m.carryCertificate(ctx, p)
	outcome, err := deploy(ctx, p, m.home, m.open, m.emit)
	if err != nil {
		return outcome, err
	}
	waited, err := m.settleDomains(ctx, p)
	if err != nil {
		return engine.Outcome{}, err
	}
	if waited { // it may ask for a certificate now
		if outcome, err = deploy(ctx, p, m.home, m.open, m.emit); err != nil {
			return outcome, err
		}
	}
	return outcome, m.leaveDomains(ctx)
}

// nameOld gives the place that was left its name, if a run was killed before that.
func (m *Move) nameOld() error {
	between, left := m.Name+nextSuffix, m.Name+oldSuffix
	record, err := m.home.Read(between)
	if err != nil || record.Moving.Serves(between) || record.Moving.New || m.home.Exists(left) {
		return nil //nolint:nilerr // there is none
	}
	return m.home.Rename(time.Now(), state.Renaming{From: between, To: left})
}
