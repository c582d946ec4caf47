package commands

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"slipway/providers"
	"slipway/state"
	"slipway/steps"
	"slipway/steps/backup"
	"slipway/steps/engine"
	"slipway/steps/index"
	"slipway/ui"
)

func (c *command) move() *cobra.Command {
	var back bool
	cmd := &cobra.Command{
		Use: "move [NAME]", Short: "Move an app with its data to another server, size, region or provider", Args: most(1),
		Long: `Move an app with its data to another place: another server, another region, another size,
another provider. The flags say where; all else stays as it is. NAME can be left out if
there is one deployment.

The new place is made beside the old one, as NAME-next, and works with a copy of the data
before anything changes for visitors. Then the old one writes no more: pages go on, and
requests that write are answered with 503. The last copy is compared, row for row, and the
new place takes over the name and the domains. Their DNS records are changed by Slipway if
their zone is at DigitalOcean and the new place too; else it shows them and waits. The old
place is kept as NAME-old, without writing, until slipway destroy NAME-old.

Whatever fails before that, the old place writes again and serves. The same command goes on
where it stopped; NAME alone is enough then. --back gives the move up, or goes back with
the data of now if the app has moved already.`,
		Example: `  slipway move shop --provider digitalocean --region fra1   to a droplet
  slipway move shop --region nyc3 --plan                    show it, change nothing
  slipway move shop --host root@203.0.113.7                 to a server of yours
  slipway move shop --back                                  give it up, or go back`,
	}
	f := addDeployFlags(cmd)
	for _, name := range []string{"sample", "accessible", "name"} {
		cmd.Flags().Lookup(name).Hidden = true
	}
	cmd.Flags().BoolVar(&back, "back", false, "give the move up, or go back to the place that was left")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		home, name, err := c.about(args)
		if err != nil {
			return err
		}
		if err := c.mayRun(f); err != nil {
			return err
		}
		asked := f.asked(cmd, nil)
		asked.Getenv = c.streams.Getenv
		asked.Index = index.New(asked.Getenv, home.Cache)
		open := c.providers(home, f.yes)
		if back && !f.plan {
			gone, err := steps.Back(cmd.Context(), name, home, open, c.showLine)
			if err == nil && !gone {
				c.sayf("%s serves as before\n", name)
			}
			if err != nil || !gone {
				return err
			}
		}
		begin := steps.OpenMove
		if back {
			begin = steps.OpenReturn
		}
		move, err := begin(cmd.Context(), name, asked, home, open)
		if err != nil {
			return err
		}
		return c.moveTo(cmd.Context(), f, move, home, back)
	}
	return cmd
}

// moveTo shows what a move means, asks, and does it.
func (c *command) moveTo(ctx context.Context, f *deployFlags, move *steps.Move, home state.Home, back bool) error {
	open := c.providers(home, f.yes)
	var face ui.Face = ui.NewPlain(c.streams.Out, c.streams.Err)
	if f.json {
		face = ui.NewJSON(c.streams.Out)
	}
	defer face.Close()
	fail := func(err error) error {
		c.shown = true
		face.Event(engine.Event{Kind: engine.KindFailed, Time: time.Now(), Problem: problem(err, c.again)})
		return err
	}
	if f.plan && !move.Begins() {
		c.sayf("%s %s; nothing was changed, and without --plan the same command goes on\n", move.Name, move.Standing())
		face.Event(engine.Event{Kind: engine.KindPlanned, Time: time.Now(), Outcome: &engine.Outcome{}})
		return nil
	}
	if move.Begins() {
		planned := engine.Outcome{}
		if !f.yes && !back {
			var err error
			if planned, err = steps.Preview(ctx, move.Plan, home, open, face.Event); err != nil {
				return fail(err)
			}
		}
		if err := c.showOutlook(ctx, move, planned.Monthly); err != nil {
			return fail(err)
		}
		if f.plan {
			face.Event(engine.Event{Kind: engine.KindPlanned, Time: time.Now(), Outcome: &planned})
			return nil
		}
		if !f.yes && !c.confirmed(fmt.Sprintf("move %s?", move.Name)) {
			c.sayf("nothing was made\n")
			return nil
		}
	}
	began := time.Now()
	outcome, err := move.Do(ctx, face.Event)
	if err != nil {
		return fail(err)
	}
	face.Event(engine.Event{Kind: engine.KindDone, Time: time.Now(), Seconds: time.Since(began).Seconds(), Outcome: &outcome})
	return nil
}

// showOutlook says what a move means before anything is made. monthly is what the new place
// costs, 0 if that is not known or nothing.
func (c *command) showOutlook(ctx context.Context, move *steps.Move, monthly float64) error {
	o, err := move.Look(ctx)
	if err != nil {
		return err
	}
	c.sayf("%s moves; until the new place takes over, the old one serves\n", move.Name)
	if monthly+o.MonthlyHere > 0 {
		c.sayf("  costs: the new place %s; the old one $%.2f, until it is destroyed; both $%.2f\n", providers.AMonth(monthly), o.MonthlyHere, monthly+o.MonthlyHere)
	}
	if o.Seconds > 0 {
		c.sayf("  data: %s go along; writing stops for about %d s, reading does not\n", backup.Size(o.Bytes), o.Seconds)
	}
	for _, note := range o.Notes {
		c.sayf("  %s\n", note)
	}
	return nil
}
