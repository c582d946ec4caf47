package commands

import (
	"github.com/spf13/cobra"

	"slipway/steps"
	"slipway/steps/plan"
	"slipway/ui/text"
)

func (c *command) adopt() *cobra.Command {
	var lost steps.Lost
	cmd := &cobra.Command{
		Use: "adopt", Short: "Take over a deployment whose record is lost or on another computer", Args: most(0),
		Long: `Take over a deployment whose record is lost or on another computer. Slipway finds the
server by its address, or at DigitalOcean by its tag, and reads from it which
deployment it carries. You need a private key that the server accepts: the one that
was given with --identity when it was deployed, or a copy of the deployment's own.
A server that says it is at DigitalOcean must be the one that DigitalOcean has for its
tag, so a copy of it is refused; --provider ssh takes a copy over as a server of yours.
In Docker, at Heroku and at App Platform the tag alone finds the app: who may use the
engine or the account may have it. Afterwards every command works here as it did
before.`,
		Example: `  slipway adopt --host deploy@203.0.113.7 --identity ~/.ssh/id_ed25519
  slipway adopt --provider digitalocean --tag slipway-shop-0a1b2c3d4e5f --identity ~/.ssh/id_ed25519
  slipway adopt --provider docker --tag slipway-shop-0a1b2c3d4e5f`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			home, err := c.home()
			if err != nil {
				return err
			}
			for key, value := range map[string]string{plan.KeyHost: lost.Host, plan.KeyFingerprint: lost.Fingerprint} {
				if s, ok := plan.SettingOf(key); ok && value != "" && s.Check(value) != nil {
					return plan.Usagef(s.Check(value).Error(), "--%s %q can't be used", key, value)
				}
			}
			found, err := steps.Adopt(cmd.Context(), lost, home, c.providers(home, false), func(line string) { c.sayf("  %s\n", line) })
			if err != nil {
				return err
			}
			c.sayf("%s is now on record here; slipway status %s shows it\n", found.Name, found.Name)
			_, err = text.Fprintln(c.out, found.URL)
			return err
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&lost.Host, "host", "", "USER@HOST[:PORT] of the server; USER is root or may use sudo")
	flags.StringVar(&lost.Identity, "identity", "", "the FILE of the private key to log in with")
	flags.StringVar(&lost.Fingerprint, "host-key-fingerprint", "", "the fingerprint of the server's host key, as SHA256:…; needed if known_hosts does not have the key")
	flags.StringVar(&lost.Tag, "tag", "", "the deployment's tag, instead of --host")
	flags.StringVar(&lost.Provider, "provider", "", "where to look for the tag: digitalocean, docker, heroku or app-platform; with --host, ssh takes the server over as one of yours, whatever it says")
	return cmd
}
