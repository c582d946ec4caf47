package commands

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"slipway/providers"
	"slipway/state"
	"slipway/steps"
	"slipway/steps/engine"
	"slipway/steps/plan"
	"slipway/steps/release"
	"slipway/steps/service"
	"slipway/ui"
	"slipway/ui/text"
)

func (c *command) doctor() *cobra.Command {
	var mend, yes, asJSON bool
	cmd := &cobra.Command{
		Use: "doctor [NAME]", Short: "Find drift: what on the server is no longer as it was deployed", Args: most(1),
		Long: `Compare the server with what was deployed, and show the drift: a setting that somebody
edited, a firewall that was flushed, a unit that was stopped. Nothing is changed unless
you confirm it or give --mend; then the same steps as in a deployment put it right. The
app's folder is not needed.

The exit code is 0 if there is no drift or all of it was mended, and the backups, if they
are on, are good: made in the last day, and one restored and compared in the last week.
Else it is 1.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			home, name, err := c.about(args)
			if err != nil {
				return err
			}
			plan, err := steps.DeployedPlan(cmd.Context(), name, home, c.providers(home, yes))
			if err != nil {
				return err
			}
			mended, err := c.examine(cmd.Context(), plan, home, examination{mend: mend || yes, ask: c.streams.Terminal && !asJSON, json: asJSON})
			if _, drifts := errors.AsType[*drifted](err); err != nil && !drifts {
				return err
			}
			show := c.out
			switch {
			case asJSON:
				show = text.Writer{Out: io.Discard}
			case mended: // the last line of stdout is the URL, as after every deployment
				show = c.err
			}
			return errors.Join(err, c.checkBackups(cmd, name, show))
		},
	}
	cmd.Flags().BoolVar(&mend, "mend", false, "put the drift right without a question")
	cmd.Flags().BoolVarP(&yes, "yes", "y", false, "ask nothing; the same as --mend")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print events as JSON lines on stdout, as a deployment does")
	return cmd
}

// examination is how to look for drift: mend it, ask whether to mend it, print JSON.
type examination struct{ mend, ask, json bool }

// examine looks for drift and mends it if want says so or the person confirms it.
// Drift that stays is a *drifted.
func (c *command) examine(ctx context.Context, plan plan.Plan, home state.Home, want examination) (mended bool, err error) {
	var face ui.Face
	if want.json {
		face = ui.NewJSON(c.streams.Out)
		defer face.Close()
	}
	found := drift{name: plan.Name}
	began := time.Now()
	outcome, err := steps.Preview(ctx, plan, home, c.providers(home, want.mend), func(e engine.Event) {
		found.add(e)
		if face != nil {
			face.Event(e)
		}
	})
	if err != nil {
		return false, err
	}
	if face != nil {
		face.Event(engine.Event{Kind: engine.KindPlanned, Time: time.Now(), Seconds: time.Since(began).Seconds(), Outcome: &outcome})
	} else {
		found.print(c.out)
	}
	switch {
	case len(found.steps) == 0:
		return false, nil
	case want.mend, want.ask && c.confirmed("mend it?"):
		return true, c.follow(ctx, &deployFlags{yes: want.mend, json: want.json}, plan, home)
	}
	return false, &drifted{found}
}

// drift is how a server differs from what was deployed.
type drift struct {
	name string
	// unchanged is how many steps have no drift; steps are those that have.
	unchanged int
	steps     []engine.Event
	// notes are what is no drift and yet needs somebody.
	notes []string
}

func (d *drift) add(e engine.Event) {
	switch {
	case e.Kind == engine.KindNote && (e.Step == release.Dependencies.Name || service.IsFact(e.Step)):
		d.notes = append(d.notes, e.Line)
	case e.Kind != engine.KindStep:
	case e.Status == engine.Unchanged:
		d.unchanged++
	case e.Status == engine.WouldChange:
		d.steps = append(d.steps, e)
	}
}

func (d *drift) print(w io.Writer) {
	defer func() {
		for _, note := range d.notes {
			text.Fprintf(w, "note: %s\n", note)
		}
	}()
	if len(d.steps) == 0 {
		text.Fprintf(w, "%s is as it was deployed: %d of %d steps unchanged\n", d.name, d.unchanged, d.unchanged)
		return
	}
	text.Fprintf(w, "%s drifted from what was deployed: %d of %d steps unchanged\n", d.name, d.unchanged, d.unchanged+len(d.steps))
	for _, s := range d.steps {
		text.Fprintf(w, "  %s: %s\n", s.Step, s.Title)
		for _, change := range s.Changes {
			text.Fprintf(w, "    to mend: %s\n", describeDrift(change))
		}
	}
}

// describeDrift is what mends a drift, and what the server has now.
func describeDrift(c providers.Change) string {
	if c.Was == "" {
		return c.What
	}
	return fmt.Sprintf("%s (now: %s)", c.What, c.Was)
}

// drifted says that there is drift that was not mended.
type drifted struct{ drift }

func (d *drifted) Error() string {
	if n := len(d.steps); n > 1 {
		return fmt.Sprintf("%d steps of %s are not as they were deployed", n, d.name)
	}
	return fmt.Sprintf("one step of %s is not as it was deployed", d.name)
}

// Hint is what to type next.
func (d *drifted) Hint() string { return "slipway doctor " + d.name + " --mend mends it" }
