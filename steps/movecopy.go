package steps

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"slipway/providers"
	"slipway/state"
	"slipway/steps/backup"
	"slipway/steps/engine"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/release"
	"slipway/steps/remote"
	"slipway/steps/shell"
)

// carrier carries the data of a deployment from its place to the next.
type carrier struct {
	*Move
	deployment *state.Deployment
	// from and to are the two servers; nil for App Platform, which has none: then what is there
	// is in cloud, as soon as there is something.
	from, to *Session
	cloud    *cloudDatabase
	// data is true if the app keeps any.
	data bool
	// since is from when on the old one has not written.
	since string
}

// reach has both places be there: the new one works with a copy of the data.
func (m *Move) reach(ctx context.Context, d *state.Deployment) (*carrier, error) {
	c := &carrier{Move: m, deployment: d}
	if err := c.prepare(ctx); err != nil {
		return nil, errors.Join(err, c.close())
	}
	return c, nil
}

func (c *carrier) close() error {
	err := c.shut()
	for _, s := range []*Session{c.from, c.to} {
		if s != nil {
			err = errors.Join(err, s.Client.Close())
		}
	}
	return err
}

// begin has the old place be ready to give its data.
func (c *carrier) begin(ctx context.Context) error {
	if plan.OfRecord(c.record).OnPlatform() {
		c.data = len(plan.OfRecord(c.record).Services()) > 0
		return nil
	}
	var err error
	if c.from, err = OpenSession(ctx, c.Name, providers.ToBackUp, c.home, c.open); err != nil {
		return err
	}
	if err := c.upToDate(ctx, c.deployment, c.from); err != nil || !c.Plan.OnPlatform() {
		return err
	}
	return c.refuseFiles(ctx)
}

// prepare has both places be there, the new one with a copy of the data.
func (c *carrier) prepare(ctx context.Context) error {
	if err := c.begin(ctx); err != nil {
		return err
	}
	if c.Phase == "" || c.Phase == state.MoveMaking {
		if err := c.makeNext(ctx); err != nil {
			return err
		}
	}
	if !c.Plan.OnPlatform() {
		var err error
		if c.to, err = OpenSession(ctx, c.Next, providers.ToBackUp, c.home, c.open); err != nil {
			return err
		}
	}
	if c.back {
		if err := c.takeBack(ctx); err != nil {
			return err
		}
	}
	if err := c.openCloud(ctx); err != nil {
		return err
	}
	switch {
	case c.Phase != "" && c.Phase != state.MoveMaking:
		return nil
	case !c.data:
		return c.reached(state.MoveTried)
	}
	began := time.Now()
	err := c.step("copy", "a copy of the data, while the old place serves", func(report func(string)) (string, error) {
		return c.copy(ctx, report)
	})
	if err != nil {
		return err
	}
	if err := c.answers(ctx); err != nil {
		return err
	}
	return c.deployment.Update(func(r *state.Record) { r.Moving.Phase, r.Moving.Seconds = state.MoveTried, time.Since(began).Seconds() })
}

// takeBack has the place that the app has left before be the one to which it moves.
func (c *carrier) takeBack(ctx context.Context) error {
	next, err := hold(c.home, c.Next)
	if err != nil {
		return err
	}
	defer next.Close()
	if err := next.Update(func(r *state.Record) { r.Moving = &state.Moving{Of: c.Name, New: true, Back: true, Domain: c.domain} }); err != nil {
		return err
	}
	if c.to == nil {
		return nil
	}
	return c.upToDate(ctx, next, c.to)
}

// reached puts on record how far the move has come, unless it is further already.
func (c *carrier) reached(phase state.MovePhase) error {
	if c.deployment.Record().Moving.Phase == phase {
		return nil
	}
	return c.deployment.Update(func(r *state.Record) { r.Moving.Phase = phase })
}

// upToDate has a server have this version of the program that handles its data.
func (c *carrier) upToDate(ctx context.Context, d *state.Deployment, s *Session) error {
	p, err := s.deployed(ctx, serving)
	if err != nil {
		return err
	}
	if c.data = backup.Wanted(p); !c.data {
		return nil
	}
	p.BackupKey = readBackupKey(c.home, p.Name)
	run, err := engine.Begin(p, graph(p), c.home, c.open, func(e engine.Event) {
		if e.Kind != engine.KindStart && e.Status != engine.Unchanged {
			c.emit(e)
		}
	})
	if err != nil {
		return err
	}
	if err := run.Hold(d); err != nil {
		return err
	}
	defer run.Disconnect()
	return run.Do(ctx, []engine.Stage{engine.OneStep{Step: engine.Connection{}}, engine.Facts{backup.Tools}})
}

// makeNext deploys the app at the new place. What runs beside it there rests until it takes
// over: two of one process never run at a time.
func (c *carrier) makeNext(ctx context.Context) error {
	if c.back {
		return nil
	}
	p := c.Plan
	p.ProcessesRest = true
	p.OnServer = c.record.ServerName()
	p.BackupKey = readBackupKey(c.home, c.Name)
	own, err := c.variables(ctx)
	if err != nil {
		return err
	}
	maps.Copy(own, p.Env)
	p.Env = own
	if _, err := deploy(ctx, p, c.home, c.open, c.emit); err != nil {
		return err
	}
	next, err := c.home.Open(c.Next, time.Now())
	if err != nil {
		return err
	}
	defer next.Close()
	return next.Update(func(r *state.Record) {
		r.Moving = &state.Moving{Of: c.Name, New: true, Domain: c.domain}
	})
}

// variablePattern is a variable in an environment file as Slipway writes it.
var variablePattern = regexp.MustCompile(`(?s)([A-Za-z_][A-Za-z0-9_]*)="((?:[^"\\]|\\.)*)"\n`)

// escapedPattern is a character of a value that is written with a backslash.
var escapedPattern = regexp.MustCompile(`(?s)\\(.)`)

// variableValues are the app's variables with their values, which are secret.
func (s *Session) variableValues(ctx context.Context) (map[string]string, error) {
	out, err := s.Client.Output(ctx, shell.Lines(
		release.FindServing(layout.Of(s.plan.ServerName())),
		`[ ! -e `+layout.VariablesFolder+`/"$serving.env" ] || cat `+layout.VariablesFolder+`/"$serving.env"`))
	if err != nil {
		return nil, err
	}
	values := map[string]string{}
	for _, found := range variablePattern.FindAllStringSubmatch(out, -1) {
		values[found[1]] = escapedPattern.ReplaceAllString(found[2], "$1")
	}
	return values, nil
}

// step tells of a step of the move's own.
func (m *Move) step(name, title string, do func(report func(line string)) (detail string, err error)) error {
	began := time.Now()
	tell := func(status engine.Status, detail string, changes ...providers.Change) {
		m.emit(engine.Event{Kind: engine.KindStep, Time: time.Now(), Step: name, Title: title, Status: status, Detail: detail, Changes: changes, Seconds: time.Since(began).Seconds()})
	}
	tell(engine.Looking, "")
	tell(engine.Changing, "", providers.Change{What: title})
	detail, err := do(func(line string) {
		m.emit(engine.Event{Kind: engine.KindLine, Time: time.Now(), Step: name, Line: line})
	})
	if err != nil {
		tell(engine.Failed, "")
		return &engine.StepError{Step: name, Err: err}
	}
	tell(engine.Changed, detail)
	return nil
}

// variables are the app's variables with their values, as far as the old place tells them.
func (c *carrier) variables(ctx context.Context) (map[string]string, error) {
	if c.from != nil {
		return c.from.variableValues(ctx)
	}
	names, err := ListVariables(ctx, c.Name, c.home, c.open)
	if err != nil || c.home.Exists(c.Next) {
		return map[string]string{}, err
	}
	names = slices.DeleteFunc(names, func(name string) bool { return c.Plan.Env[name] != "" })
	if len(names) > 0 {
		return nil, plan.Usagef("give them with --env-file FILE", "App Platform tells nobody the values of the app's variables: %s", strings.Join(names, ", "))
	}
	return map[string]string{}, nil
}

// copy has all data of the old place take the place of what the new one has, and says how
// much that was.
func (c *carrier) copy(ctx context.Context, report func(string)) (string, error) {
	if c.cloud != nil {
		return c.copyCloud(ctx, report)
	}
	if err := c.to.Client.AwaitEarlier(ctx, report, "apply"); err != nil {
		return "", err
	}
	bytes, err := c.transfer(ctx, report)
	if err != nil {
		return "", err
	}
	p, err := c.to.deployed(ctx, serving)
	if err != nil {
		return "", err
	}
	var words []string
	if script := release.AgainScript(p); script != "" {
		words = []string{p.Release, "--first", "--", "/bin/sh", "-euc", script}
	}
	var reader backup.Reader
	job := remote.Job{Name: "apply", Script: backup.Call("settle", words...), Look: shell.Section("settled", ":")}
	_, err = c.to.Client.Run(ctx, job, reader.Passing(report))
	if err = reader.Failure(err); err != nil {
		return "", fmt.Errorf("have the new place take the data: %w", err)
	}
	var done backup.Counted
	if err := reader.Answer(&done); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s (%s) are there, as many as in the old place", done, backup.Size(bytes)), nil
}

// transfer has the old server print its data, and the new one keep it.
func (c *carrier) transfer(ctx context.Context, report func(string)) (bytes int64, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	out, in := io.Pipe()
	given := make(chan error, 1)
	go func() {
		var reader backup.Reader
		said := &lines{line: reader.Passing(report)}
		err := c.from.Client.Attach(ctx, "sudo -n -- "+backup.Call("give"), nil, in, said)
		said.end()
		err = reader.Failure(err)
		in.CloseWithError(err)
		given <- err
	}()
	var reader backup.Reader
	answer := &lines{line: reader.Passing(report)}
	complaint := &lines{line: report}
	err = c.to.Client.Attach(ctx, "sudo -n -- "+backup.Call("take"), out, answer, complaint)
	answer.end()
	err = reader.Failure(err)
	out.CloseWithError(io.ErrClosedPipe)
	if err != nil {
		cancel(err) // what the old server prints goes nowhere
	}
	giveErr := <-given
	if _, said := errors.AsType[*providers.Failed](giveErr); said && !errors.Is(giveErr, err) || err == nil && giveErr != nil {
		return 0, fmt.Errorf("copy the data of %s: %w", c.Name, giveErr)
	}
	if err != nil {
		return 0, err
	}
	var kept struct{ Bytes int64 }
	err = reader.Answer(&kept)
	return kept.Bytes, err
}

// answers fails unless the new place answers from outside.
func (m *Move) answers(ctx context.Context) error {
	record, err := read(m.home, m.Next)
	if err != nil {
		return err
	}
	where := siteOnRecord(record.URL, record.Server.Address)
	ctx, cancel := context.WithTimeout(ctx, verifyLimit)
	defer cancel()
	for {
		_, err := where.check(ctx, plan.OfRecord(record))
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return &providers.Failed{Err: fmt.Errorf("the new place does not answer at %s: %w", record.URL, err), Next: "slipway logs " + m.Next + " shows why"}
		case <-time.After(300 * time.Millisecond):
		}
	}
}
