package commands

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"slipway/state"
	"slipway/steps/app"
	"slipway/steps/image"
	"slipway/steps/index"
	"slipway/steps/plan"
	"slipway/steps/portable"
)

func (c *command) eject() *cobra.Command {
	cmd := &cobra.Command{Use: "eject", Short: "Write files with which an app runs without Slipway", Args: most(0),
		RunE: func(*cobra.Command, []string) error {
			return plan.Usagef("write slipway eject docker or slipway eject app-platform", "slipway eject alone does not say where the app is to run")
		}}
	cmd.AddCommand(c.ejectDocker(), c.ejectAppPlatform())
	return cmd
}

// ejectFlags are the flags of a command that ejects.
type ejectFlags struct {
	sample, output     string
	force, cacheMounts bool
	// settings and lists are the values of flags that are settings, by key.
	settings map[string]*string
	lists    map[string]*[]string
}

// add gives a command the flags, and those of these settings.
func (f *ejectFlags) add(cmd *cobra.Command, keys ...string) {
	flags := cmd.Flags()
	flags.StringVar(&f.sample, "sample", "", "a bundled sample instead of APP")
	flags.StringVar(&f.output, "output", "", "the DIR to write to; default: the app's folder")
	flags.BoolVar(&f.force, "force", false, "replace files that say something else")
	flags.BoolVar(&f.cacheMounts, "cache-mounts", false, "keep what a build downloads for the next one; only BuildKit can build this")
	f.settings, f.lists = map[string]*string{}, map[string]*[]string{}
	for _, s := range plan.Settings {
		switch {
		case !slices.Contains(keys, s.Key):
		case s.IsList():
			f.lists[s.Key] = flags.StringArray(s.Key, nil, s.Usage)
		default:
			f.settings[s.Key] = flags.String(s.Key, "", s.Usage)
		}
	}
}

// asked is what the flags and the arguments ask for.
func (f *ejectFlags) asked(provider string, args []string) (plan.Asked, error) {
	asked := plan.Asked{Sample: f.sample, Flags: map[string]string{plan.KeyProvider: provider}}
	switch {
	case f.sample != "" && len(args) > 0:
		return asked, plan.Usagef("give one of them", "both --sample and a folder are given")
	case f.sample != "" && f.output == "":
		return asked, plan.Usagef("give --output DIR", "a sample has no folder to write to")
	case len(args) > 0:
		asked.Folder = args[0]
	case f.sample == "":
		asked.Folder = "."
	}
	for key, value := range f.settings {
		if *value != "" {
			asked.Flags[key] = *value
		}
	}
	for key, values := range f.lists {
		if len(*values) > 0 {
			asked.Flags[key] = strings.Join(*values, plan.ListSeparator)
		}
	}
	return asked, nil
}

func (c *command) ejectDocker() *cobra.Command {
	f := &ejectFlags{}
	cmd := &cobra.Command{
		Use:   "docker [APP]",
		Short: "Write a Dockerfile, a .dockerignore and a compose.yaml for the app",
		Long: `Slipway writes into the app's folder, or into DIR together with a copy of the app,
what Docker needs to build and run the app: a Dockerfile, a .dockerignore and a
compose.yaml. No engine is needed for that, and nothing is run.`,
		Example: `  slipway eject docker ./shop
  slipway eject docker --sample hello --output hello`,
		Args: most(1),
	}
	f.add(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		p, err := c.ejectPlan(cmd.Context(), f, plan.ProviderDocker, args)
		if err != nil {
			return err
		}
		files, err := image.Files(p, image.Options{CacheMounts: f.cacheMounts})
		if err != nil {
			return err
		}
		folder, err := c.writeEjected(f, p, files)
		if err != nil {
			return err
		}
		made, err := writeVariablesFile(folder)
		if err != nil {
			return err
		}
		if made {
			c.sayf("wrote %s, for the app's variables\n", filepath.Join(folder, variablesFile))
		}
		for _, line := range ejectNotes(p) {
			c.sayf("note: %s\n", line)
		}
		c.sayf("start it in %s: docker compose up --build --detach\n", folder)
		return nil
	}
	return cmd
}

// ejectPlan is the plan of the app that is to be ejected.
func (c *command) ejectPlan(ctx context.Context, f *ejectFlags, provider string, args []string) (plan.Plan, error) {
	asked, err := f.asked(provider, args)
	if err != nil {
		return plan.Plan{}, err
	}
	home, err := c.home()
	if err != nil {
		return plan.Plan{}, err
	}
	asked.Getenv, asked.Index = c.streams.Getenv, index.New(c.streams.Getenv, home.Cache)
	// What is deployed under the app's name decides nothing here, so there is no record.
	return plan.Make(ctx, asked, state.Home{Dir: filepath.Join(home.Dir, "no deployments"), Cache: home.Cache})
}

// writeEjected writes the files, says what it wrote, and returns the folder.
func (c *command) writeEjected(f *ejectFlags, p plan.Plan, files []portable.File) (folder string, err error) {
	folder, besides, err := ejectFolder(f.output, p)
	if err != nil {
		return "", err
	}
	written, err := target{folder, f.force, besides}.write(files)
	if err != nil {
		return "", err
	}
	for _, line := range written {
		c.sayf("%s\n", line)
	}
	return folder, nil
}

// ejectNotes are what a person should know who runs the app with these files.
func ejectNotes(p plan.Plan) []string {
	var notes []string
	for _, line := range slices.Concat(p.App.Warnings, portable.Of(p, image.Place).Details) {
		if file, _, ok := strings.Cut(line, " is not uploaded: give its values"); ok {
			if file == ".env" {
				continue // docker compose reads it
			}
			line = file + " is not in the image: if the app needs its values, name it below env_file in " + image.Compose
		}
		notes = append(notes, strings.ReplaceAll(line, "with --env-file", "in the file .env"))
	}
	for _, need := range p.App.Needs {
		begins := need.Source + " reads the variable " + need.Name
		notes = slices.DeleteFunc(notes, func(line string) bool { return strings.HasPrefix(line, begins+",") })
		notes = append(notes, begins+": write "+need.Name+"=… in the file .env beside "+image.Compose)
	}
	return notes
}

// ejectFolder is the folder to write to. The bundle is what is written beside the files: it
// is nil if that is the app's own folder, which has them.
func ejectFolder(output string, p plan.Plan) (folder string, besides *app.Bundle, err error) {
	if output == "" {
		return p.Folder(), nil, nil
	}
	if err := os.MkdirAll(output, 0o755); err != nil {
		return "", nil, plan.Usagef("name another folder with --output", "%s can't be written to: %v", output, err)
	}
	real, err := filepath.Abs(output)
	if err == nil {
		real, err = filepath.EvalSymlinks(real)
	}
	if err != nil {
		return "", nil, err
	}
	if p.Folder() == "" {
		return output, p.Bundle, nil
	}
	inside, err := filepath.Rel(p.Folder(), real)
	switch {
	case err == nil && inside == ".":
		return output, nil, nil
	case err == nil && filepath.IsLocal(inside):
		return "", nil, plan.Usagef("leave --output out, or name a folder elsewhere", "%s lies in the app's folder, of which the image is made", output)
	}
	return output, p.Bundle, nil
}
