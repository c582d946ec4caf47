package commands

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"slipway/state"
	"slipway/steps"
	"slipway/steps/app"
	"slipway/steps/engine"
	"slipway/steps/index"
	"slipway/steps/plan"
	"slipway/ui"
)

// deployFlags are the flags of deploy. Those that are settings are in settings, by
// key.
type deployFlags struct {
	yes, plan, json bool
	accessible      bool
	sample, envFile string
	env             []string
	settings        map[string]*string
	// lists are those settings that can be given more than once, switches those that are
	// on or off.
	lists    map[string]*[]string
	switches map[string]*bool
}

const deployLong = `Slipway deploys a Python web app to a hardened server of yours. APP is the app's
folder; the default is ".". Run the same command again to continue a deployment
that was interrupted, or to deploy what changed.

Exit codes: 0 done; 1 a step failed, run again to continue; 2 bad input or
usage; 3 the provider refused; 4 another run works on this deployment; 130
interrupted.`

func (c *command) deploy() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "slipway [deploy] [APP]",
		Short: "Deploy a Python web app to a hardened server",
		Long:  deployLong,
		Example: `  slipway --yes --sample hello             a sample, on a machine on this computer
  slipway --yes ./shop --plan              show what would change, change nothing
  slipway --yes ./shop --provider docker   in Docker on this computer
  slipway --yes ./shop --env KEY=VALUE     deploy the app in ./shop`,
		Args: most(1),
	}
	c.addDeploy(cmd)
	return cmd
}

func (c *command) deployAlias() *cobra.Command {
	cmd := &cobra.Command{Use: "deploy [APP]", Short: "The same as slipway without a command", Long: deployLong, Args: most(1)}
	c.addDeploy(cmd)
	return cmd
}

func (c *command) addDeploy(cmd *cobra.Command) {
	f := addDeployFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		asked := f.asked(cmd, args)
		asked.Getenv = c.streams.Getenv
		return c.runDeploy(cmd.Context(), f, asked)
	}
}

// addDeployFlags gives a command the flags of deploy.
func addDeployFlags(cmd *cobra.Command) *deployFlags {
	f := &deployFlags{settings: map[string]*string{}, lists: map[string]*[]string{}, switches: map[string]*bool{}}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.BoolVarP(&f.yes, "yes", "y", false, "ask nothing; use flags, environment, slipway.toml, defaults")
	flags.StringVar(&f.sample, "sample", "", "deploy a bundled sample instead of APP: "+strings.Join(app.SampleNames(), " or "))
	for _, s := range plan.Settings {
		switch {
		case s.IsList():
			f.lists[s.Key] = flags.StringArray(s.Key, nil, s.Usage)
		case s.IsSwitch():
			f.switches[s.Key] = flags.Bool(s.Key, false, s.Usage)
		default:
			f.settings[s.Key] = flags.String(s.Key, "", usage(s))
		}
	}
	flags.StringArrayVar(&f.env, "env", nil, "a variable of the app, as KEY=VALUE; can be given more than once")
	flags.StringVar(&f.envFile, "env-file", "", "a FILE with the app's variables, one KEY=VALUE a line")
	flags.BoolVar(&f.plan, "plan", false, "show every step, what it would change and what it costs; change nothing")
	flags.BoolVar(&f.json, "json", false, "print events as JSON lines on stdout")
	flags.BoolVar(&f.accessible, "accessible", false, "ask line by line instead of drawing screens")
	return f
}

func usage(s plan.Setting) string {
	if s.Default == "" {
		return s.Usage
	}
	return s.Usage + "; default: " + s.Default
}

// asked collects the arguments and the flags that were given.
func (f *deployFlags) asked(cmd *cobra.Command, args []string) plan.Asked {
	asked := plan.Asked{Sample: f.sample, Env: f.env, EnvFile: f.envFile, Flags: map[string]string{}}
	if len(args) == 1 {
		asked.Folder = args[0]
	}
	for key, value := range f.settings {
		if cmd.Flags().Changed(key) {
			asked.Flags[key] = *value
		}
	}
	for key, on := range f.switches {
		if cmd.Flags().Changed(key) {
			asked.Flags[key] = strconv.FormatBool(*on)
		}
	}
	for key, values := range f.lists {
		if len(*values) > 0 {
			asked.Flags[key] = strings.Join(*values, plan.ListSeparator)
		}
	}
	return asked
}

func (c *command) runDeploy(ctx context.Context, f *deployFlags, asked plan.Asked) error {
	switch {
	case asked.Sample != "" && asked.Folder != "":
		return plan.Usagef("give one of them", "both --sample and a folder are given")
	case asked.Folder == "":
		asked.Folder = "."
	}
	if err := c.mayRun(f); err != nil {
		return err
	}
	home, err := c.home()
	if err != nil {
		return err
	}
	asked.Index = index.New(asked.Getenv, home.Cache)
	if !f.yes && !f.plan {
		return c.askFirst(ctx, f, asked, home)
	}
	plan, err := plan.Make(ctx, asked, home)
	if err != nil {
		return err
	}
	return c.follow(ctx, f, plan, home)
}

// mayRun refuses to run without answers: there must be a terminal or --yes.
func (c *command) mayRun(f *deployFlags) error {
	switch {
	case f.yes || f.plan:
		return nil
	case !c.streams.Terminal || f.json:
		return plan.Usagef("give --yes to use the defaults", "there is no terminal to ask on")
	}
	return nil
}

// follow runs the engine, or only looks if --plan was given, and prints the events.
func (c *command) follow(ctx context.Context, f *deployFlags, plan plan.Plan, home state.Home) error {
	var face ui.Face = ui.NewPlain(c.streams.Out, c.streams.Err)
	if f.json {
		face = ui.NewJSON(c.streams.Out)
	}
	defer face.Close()
	run, end := steps.Deploy, engine.KindDone
	if f.plan {
		run, end = steps.Preview, engine.KindPlanned
	}
	began := time.Now()
	outcome, err := run(ctx, plan, home, c.providers(home, f.yes), face.Event)
	if err != nil {
		c.shown = true
		face.Event(engine.Event{Kind: engine.KindFailed, Time: time.Now(), Problem: problem(err, c.again)})
		return err
	}
	face.Event(engine.Event{Kind: end, Time: time.Now(), Seconds: time.Since(began).Seconds(), Outcome: &outcome})
	return nil
}
