package commands

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"slipway/steps"
	"slipway/steps/image"
	"slipway/steps/plan"
	"slipway/steps/portable"
)

func (c *command) ejectAppPlatform() *cobra.Command {
	f := &ejectFlags{}
	cmd := &cobra.Command{
		Use:   "app-platform [APP]",
		Short: "Write the spec with which the app runs on DigitalOcean's App Platform, and a Dockerfile",
		Long: `Slipway writes into the app's folder, or into DIR together with a copy of the app,
what App Platform needs to run it: the app's spec as doctl takes it (` + steps.AppSpecFile + `),
a Dockerfile and a .dockerignore. The spec's comments say how to go on. No account
and no engine is needed for that, and nothing is run.`,
		Example: `  slipway eject app-platform ./shop --instances 3 --service postgres
  slipway eject app-platform --sample hello --output hello`,
		Args: most(1),
	}
	f.add(cmd, plan.KeyName, plan.KeyRegion, plan.KeySize, plan.KeyInstances, plan.KeyDomain, plan.KeyService)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		p, err := c.ejectPlan(cmd.Context(), f, plan.ProviderAppPlatform, args)
		if err != nil {
			return err
		}
		files, err := steps.AppPlatformFiles(p, image.Options{CacheMounts: f.cacheMounts})
		if err != nil {
			return err
		}
		folder, err := c.writeEjected(f, p, files)
		if err != nil {
			return err
		}
		for _, line := range appPlatformNotes(p) {
			c.sayf("note: %s\n", line)
		}
		c.sayf("how to go on is at the top of %s\n", filepath.Join(folder, filepath.FromSlash(steps.AppSpecFile)))
		return nil
	}
	return cmd
}

// appPlatformNotes are what a person should know who runs the app with these files.
func appPlatformNotes(p plan.Plan) []string {
	var notes []string
	for _, line := range slices.Concat(p.App.Warnings, portable.Of(p, image.Place).Details) {
		if file, _, ok := strings.Cut(line, " is not uploaded: give its values"); ok {
			line = file + " is not in the image: if the app needs its values, name them below envs in " + steps.AppSpecFile
		}
		notes = append(notes, line)
	}
	for _, need := range p.App.Needs {
		begins := need.Source + " reads the variable " + need.Name
		notes = slices.DeleteFunc(notes, func(line string) bool { return strings.HasPrefix(line, begins+",") })
	}
	return notes
}
