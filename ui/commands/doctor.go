package commands

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"slipway/providers"
	"slipway/state"
	"slipway/steps"
	"slipway/steps/engine"
	"slipway/steps/plan"
	"slipway/ui"
)

func (c *command) doctor() *cobra.Command {
	var mend, yes, asJSON bool
	cmd := &cobra.Command{
		Use: "doctor [NAME]", Short: "Show what drifted from what was deployed, and mend it on request", Args: most(1),
		Long: `Look at everything that the deployment is to have on its server, and show what is not
so any more: a setting that was edited, a firewall that was flushed, a unit that was
stopped. Nothing is changed, unless you confirm it or give --mend: then the facts are
brought about again, as a deployment does. The app's folder is not needed.

Exit code 0 if nothing has drifted or all of it was mended, 1 if something has.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			home, name, err := c.about(args)
			if err != nil {
				return err
			}
			plan, err := steps.DeployedPlan(cmd.Context(), name, home, c.providers(home, yes))
			if err != nil {
				return err
			}
			return c.examine(cmd.Context(), plan, home, examination{mend: mend || yes, ask: c.streams.Terminal && !asJSON, json: asJSON})
		},
	}
	cmd.Flags().BoolVar(&mend, "mend", false, "mend what drifted, without a question")
	cmd.Flags().BoolVarP(&yes, "yes", "y", false, "ask nothing; the same as --mend")
	cmd.Flags().BoolVar(&asJSON, "json", false, "events as JSON lines on stdout, as a deployment prints them")
	return cmd
}

// examination is what is wanted of a look for drift.
type examination struct{ mend, ask, json bool }

// examine looks for drift, and mends it if that is wanted.
func (c *command) examine(ctx context.Context, plan plan.Plan, home state.Home, want examination) error {
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
		return err
	}
	if face != nil {
		face.Event(engine.Event{Kind: engine.KindPlanned, Time: time.Now(), Seconds: time.Since(began).Seconds(), Outcome: &outcome})
	} else {
		found.print(c.streams.Out)
	}
	switch {
	case len(found.steps) == 0:
		return nil
	case want.mend, want.ask && c.confirmed("mend it?"):
		return c.follow(ctx, &deployFlags{yes: want.mend, json: want.json}, plan, home)
	}
	return &drifted{found}
}

// drift is what a look found not to be so any more.
type drift struct {
	name  string
	holds int
	steps []engine.Event
}

func (d *drift) add(e engine.Event) {
	switch {
	case e.Kind != engine.KindStep:
	case e.Status == engine.Unchanged:
		d.holds++
	case e.Status == engine.WouldChange:
		d.steps = append(d.steps, e)
	}
}

func (d *drift) print(w io.Writer) {
	if len(d.steps) == 0 {
		fmt.Fprintf(w, "%s is as it was deployed: %d of %d steps hold\n", d.name, d.holds, d.holds)
		return
	}
	fmt.Fprintf(w, "%s drifted from what was deployed: %d of %d steps hold\n", d.name, d.holds, d.holds+len(d.steps))
	for _, s := range d.steps {
		fmt.Fprintf(w, "  %s: %s\n", s.Step, s.Title)
		for _, change := range s.Changes {
			fmt.Fprintf(w, "    to mend: %s\n", describeDrift(change))
		}
	}
}

// describeDrift is what would be done and what is there now.
func describeDrift(c providers.Change) string {
	if c.Was == "" {
		return c.What
	}
	return fmt.Sprintf("%s (now: %s)", c.What, c.Was)
}

// drifted says that something is not as it was deployed and was not mended.
type drifted struct{ drift }

func (d *drifted) Error() string {
	if n := len(d.steps); n > 1 {
		return fmt.Sprintf("%d steps of %s are not as they were deployed", n, d.name)
	}
	return fmt.Sprintf("one step of %s is not as it was deployed", d.name)
}

// Hint is what to type next.
func (d *drifted) Hint() string { return "slipway doctor " + d.name + " --mend mends it" }
