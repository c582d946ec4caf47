package commands

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"slipway/steps"
	"slipway/steps/engine"
	"slipway/steps/plan"
	"slipway/ui/text"
)

func (c *command) env() *cobra.Command {
	cmd := &cobra.Command{
		Use: "env", Short: "Set, unset and list the app's variables",
		Long: `Set, unset and list the app's variables. They are kept on the server only, in a file
that only root can read, and are never shown. A second instance of the app starts with
the new variables. If it answers, it takes over; if not, the app keeps the old
variables. No request is dropped.`,
		Args: most(0),
		RunE: func(*cobra.Command, []string) error {
			return plan.Usagef("slipway env set, slipway env unset or slipway env list", "env needs a command")
		},
	}
	name := cmd.PersistentFlags().String("name", "", "the deployment's NAME, if there is more than one")
	cmd.AddCommand(c.envSet(name), c.envUnset(name), c.envList(name))
	return cmd
}

func (c *command) envSet(name *string) *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use: "set [KEY=VALUE | KEY]...", Short: "Set variables of the app",
		Long: `Set variables of the app. For a KEY without a value, Slipway asks for the value and
hides it; without a terminal it reads the value from standard input. Others on this
computer can read a command line while it runs, so give secrets as KEY or in a file.`,
		Example: `  slipway env set DEBUG=0 WORKERS=3
  slipway env set SECRET_KEY
  slipway env set --file production.env
  slipway env set TLS_KEY <key.pem`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 && file == "" {
				return plan.Usagef("slipway env set KEY=VALUE, KEY or --file FILE", "no variable is given")
			}
			pairs, err := c.valued(cmd.Context(), args)
			if err != nil {
				return err
			}
			set, err := steps.ReadVariables(cmd.Context(), pairs, file)
			if err != nil {
				return err
			}
			return c.changeVariables(cmd.Context(), *name, set, nil)
		},
	}
	cmd.Flags().StringVar(&file, "file", "", "a FILE with variables, one KEY=VALUE a line")
	return cmd
}

func (c *command) envUnset(name *string) *cobra.Command {
	return &cobra.Command{
		Use: "unset KEY...", Short: "Remove variables of the app",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return plan.Usagef("slipway env unset KEY; slipway env list shows those that are there", "no variable is named")
			}
			for _, key := range args {
				if err := plan.CheckVariable(key, ""); err != nil {
					return err
				}
			}
			return c.changeVariables(cmd.Context(), *name, nil, args)
		},
	}
}

func (c *command) envList(name *string) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list", Short: "Show the names of the app's variables", Args: most(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			home, of, err := c.about(named(*name))
			if err != nil {
				return err
			}
			keys, err := steps.ListVariables(cmd.Context(), of, home, c.providers(home, false))
			if err != nil {
				return err
			}
			return printVariables(c.streams.Out, keys, asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object a line on stdout")
	return cmd
}

// named returns the value of --name as the arguments that about takes.
func named(name string) []string {
	if name == "" {
		return nil
	}
	return []string{name}
}

// variableEvent is a variable as a line of JSON.
type variableEvent struct {
	Event string    `json:"event"`
	Time  time.Time `json:"time"`
	Name  string    `json:"name"`
}

func printVariables(w io.Writer, keys []string, asJSON bool) error {
	for _, key := range keys {
		var err error
		if asJSON {
			err = text.NewJSON(w).Encode(variableEvent{"variable", time.Now(), key})
		} else {
			_, err = text.Fprintln(w, key)
		}
		if err != nil {
			return fmt.Errorf("print the list: %w", err)
		}
	}
	return nil
}

// valued adds a value to each key that has none, by asking for it.
func (c *command) valued(ctx context.Context, args []string) ([]string, error) {
	pairs, asked := slices.Clone(args), false
	for i, key := range args {
		if strings.Contains(key, "=") {
			continue
		}
		if err := plan.CheckVariable(key, ""); err != nil {
			return nil, err
		}
		if asked && !c.streams.Terminal {
			return nil, plan.Usagef("give one KEY at a time, or --file FILE", "only one value can be read from standard input")
		}
		asked = true
		value, err := c.secretValue(ctx, key)
		if err != nil {
			return nil, err
		}
		pairs[i] = key + "=" + value
	}
	return pairs, nil
}

// maxValue is how long a value may be, in bytes: Linux takes no longer one in a
// process's environment.
const maxValue = 128 << 10

func (c *command) secretValue(ctx context.Context, key string) (string, error) {
	if c.streams.Terminal {
		return askSecret(ctx, key+":")
	}
	value, err := io.ReadAll(io.LimitReader(c.streams.In, maxValue+1))
	if err != nil {
		return "", fmt.Errorf("read the value of %s: %w", key, err)
	}
	if len(value) > maxValue {
		return "", plan.Usagef("keep it in a file of the app", "%s", "the value of "+key+" is longer than 128 kB")
	}
	return strings.TrimSuffix(string(value), "\n"), nil
}

func (c *command) changeVariables(ctx context.Context, name string, set map[string]string, unset []string) error {
	home, name, err := c.about(named(name))
	if err != nil {
		return err
	}
	changed, err := steps.SetVariables(ctx, name, set, unset, home, c.providers(home, false), c.tellChanges)
	if err == nil && !changed {
		c.sayf("no changes\n")
	}
	return err
}

// tellChanges prints each change, and that it was made.
func (c *command) tellChanges(e engine.Event) {
	switch {
	case e.Kind != engine.KindStep:
	case e.Status == engine.Changing:
		for _, change := range e.Changes {
			c.sayf("%s\n", change.What)
		}
	case e.Status == engine.Changed:
		c.sayf("changed\n")
	}
}
