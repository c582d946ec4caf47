package steps

import (
	"context"
	"errors"
	"fmt"

	"slipway/providers"
	"slipway/state"
	"slipway/steps/app"
	"slipway/steps/backup"
	"slipway/steps/engine"
	"slipway/steps/plan"
)

// refuseMoving refuses to change a deployment that is on its way to another place, or the
// place that one has left.
func refuseMoving(home state.Home, name string) error {
	record, err := home.Read(name)
	if err != nil || record.Moving == nil {
		return nil //nolint:nilerr // who reads it next tells what is wrong with it
	}
	moving := record.Moving
	switch {
	case moving.Serves(name) && moving.New:
		return plan.Usagef("slipway move "+name+" -y", "%s has moved, and the move's last step is missing", name)
	case moving.Serves(name):
		return plan.Usagef(fmt.Sprintf("slipway move %s goes on, slipway move %[1]s --back gives it up", name), "%s is being moved", name)
	case moving.New:
		return plan.Usagef("slipway move "+moving.Of+" goes on", "%s is where %s moves to", name, moving.Of)
	}
	return plan.Usagef(fmt.Sprintf("slipway move %s --back has it serve again; slipway destroy %s removes it", moving.Of, name),
		"%s is what %s was before it moved", name, moving.Of)
}

// describeMoving says in a few words what a move means for a deployment; empty if there is none.
func describeMoving(r state.Record) string {
	moving := r.Moving
	switch {
	case moving == nil:
		return ""
	case moving.Serves(r.Name) && moving.New:
		return "serves; the last step of its move is missing"
	case moving.Serves(r.Name) && (moving.Phase == state.MoveStopping || moving.Phase == state.MoveCopied):
		return "serves without writing; it is being moved"
	case moving.Serves(r.Name):
		return "serves; it is being moved"
	case moving.New:
		return "is made for the move of " + moving.Of
	}
	return "is what " + moving.Of + " was before it moved; it does not serve"
}

// Outlook is what a move means, before anything is made.
type Outlook struct {
	// MonthlyHere is what the old place costs in US dollars a month. It is paid until that is
	// destroyed.
	MonthlyHere float64
	// Bytes is how much data goes along, Seconds about how long the writing stops; 0 if no
	// data does.
	Bytes   int64
	Seconds int
	// Notes are what else there is to know.
	Notes []string
}

// Look finds out what a move means. It changes nothing.
func (m *Move) Look(ctx context.Context) (Outlook, error) {
	var o Outlook
	p := plan.OfRecord(m.record)
	provider, err := m.open(p, m.home.Folder(m.Name))
	if err != nil {
		return o, err
	}
	held, err := provider.Holdings(ctx, plan.WithRecord(plan.SpecOf(p), m.record))
	if err != nil {
		return o, err
	}
	for _, h := range held {
		o.MonthlyHere += h.Monthly
	}
	if err := m.lookAtData(ctx, &o); err != nil {
		return o, err
	}
	if m.Plan.Release != m.record.Release {
		o.Notes = append(o.Notes, fmt.Sprintf("the new place gets release %s, of what is in the app's folder now; release %s serves", m.Plan.Release, m.record.Release))
	}
	o.Notes = append(o.Notes, m.aboutApp()...)
	return o, nil
}

// lookAtData finds out how much data goes along.
func (m *Move) lookAtData(ctx context.Context, o *Outlook) error {
	if plan.OfRecord(m.record).OnPlatform() {
		o.Seconds = 60
		return nil
	}
	s, err := OpenSession(ctx, m.Name, providers.ToBackUp, m.home, m.open)
	if err != nil {
		return err
	}
	defer s.Client.Close()
	deployed, err := s.deployed(ctx, serving)
	if err != nil || !backup.Wanted(deployed) {
		return err
	}
	var amounts backup.Amounts
	if err := ask(ctx, s.Client, &amounts, "look"); err != nil {
		return err
	}
	for _, amount := range amounts.Data {
		o.Bytes += amount.Bytes
	}
	o.Seconds = 10 + int(o.Bytes/(5<<20))
	if measured := int(m.moving().Seconds); measured > 0 {
		o.Seconds = measured + 5
	}
	return nil
}

func (m *Move) moving() state.Moving {
	if m.record.Moving == nil {
		return state.Moving{}
	}
	return *m.record.Moving
}

// aboutApp says what of the app a person has to know before it moves.
func (m *Move) aboutApp() []string {
	var notes []string
	if m.domain != "" {
		notes = append(notes, m.aboutDomains()...)
	} else {
		notes = append(notes, "the app has no domain, so its address changes")
	}
	if len(m.Plan.App.Processes) > 0 {
		notes = append(notes, "the processes beside the app run in the old place until its last copy, and in the new one once that has taken over")
	}
	if m.Plan.App.Server == app.ASGI {
		notes = append(notes, "no websocket is open while the writing is stopped")
	}
	return notes
}

// Back gives a move up that has not come to its end: the old place writes again, and what was
// made of the new one is removed. If the app has moved already, there is nothing to give up:
// then gone is true, and OpenReturn goes back.
func Back(ctx context.Context, name string, home state.Home, open engine.OpenProvider, report func(line string)) (gone bool, err error) {
	record, err := read(home, name)
	if err != nil {
		return false, err
	}
	moving := record.Moving
	switch {
	case moving == nil && home.Exists(name+oldSuffix), moving != nil && moving.Serves(name) && moving.New:
		return true, nil
	case moving == nil:
		return false, plan.Usagef("slipway list shows what there is", "%s is not being moved", name)
	case !moving.Serves(name):
		return false, plan.Usagef("slipway move "+moving.Of+" --back", "%s is not the name of the app that moves", name)
	}
	m := &Move{Name: name, Next: name + nextSuffix, record: record, home: home, open: open, emit: func(engine.Event) {}}
	if m.isNew(name + oldSuffix) {
		return true, nil
	}
	d, err := hold(home, name)
	if err != nil {
		return false, err
	}
	defer d.Close()
	if err := m.writeAgain(ctx, d, report); err != nil {
		return false, err
	}
	if err := m.removeNext(ctx, report); err != nil {
		return false, err
	}
	return false, d.Update(func(r *state.Record) { r.Moving = nil })
}

// writeAgain has the old place write again, if the move had come so far.
func (m *Move) writeAgain(ctx context.Context, d *state.Deployment, report func(string)) error {
	if phase := d.Record().Moving.Phase; phase != state.MoveStopping && phase != state.MoveCopied {
		return nil
	}
	c := &carrier{Move: m, deployment: d, data: true}
	defer c.close()
	if plan.OfRecord(m.record).OnPlatform() {
		var err error
		if c.to, err = OpenSession(ctx, m.Next, providers.ToBackUp, m.home, m.open); err != nil {
			return err
		}
		if err := c.openCloud(ctx); err != nil {
			return err
		}
		return c.goOn(ctx)
	}
	var err error
	if c.from, err = OpenSession(ctx, m.Name, providers.ToBackUp, m.home, m.open); err != nil {
		return err
	}
	report("the old place writes again")
	return c.goOn(ctx)
}

// removeNext removes what was made of the new place.
func (m *Move) removeNext(ctx context.Context, report func(string)) error {
	if !m.home.Exists(m.Next) {
		return nil
	}
	removal, err := openRemoval(ctx, m.Next, m.home, m.open)
	if err != nil {
		return err
	}
	return errors.Join(removal.Do(ctx, report), removal.Close())
}

// OpenReturn is OpenMove for the way back to the place that a deployment has left.
func OpenReturn(ctx context.Context, name string, asked plan.Asked, home state.Home, open engine.OpenProvider) (*Move, error) {
	record, err := read(home, name)
	if err != nil {
		return nil, err
	}
	m := &Move{Name: name, Next: name + oldSuffix, asked: asked, record: record, home: home, open: open, back: true, domain: record.Settings[plan.KeyDomain]}
	if moving := record.Moving; moving != nil {
		if moving.Serves(name) && moving.New && moving.Back {
			return OpenMove(ctx, name, asked, home, open) // it is back, and only the last run is missing
		}
		m.domain = moving.Domain
		if !moving.New {
			m.Phase = moving.Phase
		}
	}
	if asked, err = m.ask(asked); err != nil {
		return nil, err
	}
	if m.Plan, err = plan.Make(ctx, asked, home); err != nil {
		return nil, err
	}
	return m, m.refusePlaces()
}
