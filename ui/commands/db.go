package commands

import (
	"bufio"
	"context"
	"strings"

	"github.com/spf13/cobra"

	"slipway/providers"
	"slipway/steps"
	"slipway/steps/plan"
	"slipway/ui/text"
)

func (c *command) db() *cobra.Command {
	var kind string
	cmd := &cobra.Command{
		Use: "db [NAME] [-- WORDS]", Short: "Open the database beside the app",
		Long: `Open the database beside the app with its own client: psql, mariadb or redis-cli. It runs
beside the database, as the role that the app has, with a terminal if there is one. WORDS go
to the client. slipway db dump prints the data, slipway db load replaces it. NAME may stand
before these two words as well.`,
		Example: `  slipway db
  slipway db shop -- -c 'SELECT count(*) FROM orders'
  slipway db dump shop > shop.dump
  slipway db load shop < shop.dump`,
		Args: beforeDash,
		RunE: func(cmd *cobra.Command, args []string) error {
			names, words := args, []string(nil)
			if dash := cmd.ArgsLenAtDash(); dash >= 0 {
				names, words = args[:dash], args[dash:]
			}
			return c.withDatabase(cmd.Context(), names,
				func(ctx context.Context, p *steps.OnPlatform) error {
					return c.attached(func(command providers.Command) (int, error) { return p.OpenDatabase(ctx, kind, command) }, words)
				},
				func(ctx context.Context, s *steps.Session) error {
					database, err := s.Database(kind)
					if err != nil {
						return err
					}
					return c.runInApp(ctx, s, database.Client(words...))
				})
		},
	}
	cmd.PersistentFlags().StringVar(&kind, "service", "", "the KIND of database, where there are several: postgres, mariadb or redis")
	cmd.AddCommand(c.dbDump(&kind), c.dbLoad(&kind))
	return cmd
}

// nameLast has the name of a deployment stand behind a command of db: "db shop dump" is
// "db dump shop".
func nameLast(args []string) []string {
	isCommand := func(word string) bool { return word == "dump" || word == "load" }
	if len(args) < 3 || args[0] != "db" || strings.HasPrefix(args[1], "-") || isCommand(args[1]) || !isCommand(args[2]) {
		return args
	}
	return append([]string{"db", args[2], args[1]}, args[3:]...)
}

func (c *command) dbDump(kind *string) *cobra.Command {
	return &cobra.Command{
		Use: "dump [NAME] > FILE", Short: "Print a dump of the database's data", Args: most(1),
		Long: `Print a dump of the database's data, as it is at one instant: for PostgreSQL what pg_dump
makes in its own format, for MariaDB SQL, for Redis its dump.rdb. The exit code is 0 only if
the dump is whole.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if c.streams.OutTerminal {
				return plan.Usagef("slipway db dump NAME > FILE", "a dump is not for a terminal")
			}
			return c.withDatabase(cmd.Context(), args,
				func(ctx context.Context, p *steps.OnPlatform) error { return p.DumpDatabase(ctx, *kind, c.streams.Out) },
				func(ctx context.Context, s *steps.Session) error {
					database, err := s.Database(*kind)
					if err != nil {
						return err
					}
					return s.DumpDatabase(ctx, database.Kind, c.streams.Out, c.showLine)
				})
		},
	}
}

func (c *command) dbLoad(kind *string) *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use: "load [NAME] < FILE", Short: "Replace the database's data by a dump", Args: most(1),
		Long: `Replace the database's data by a dump: what slipway db dump prints, or what pg_dump,
mariadb-dump or mysqldump made, packed with gzip or not. Its version is checked first. On a
server it is loaded beside the live data and then swapped with it; what was there before is
set aside, and the command that puts it back is printed.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if c.streams.Terminal {
				return plan.Usagef("slipway db load NAME < FILE", "a dump is read from standard input, which is the terminal")
			}
			return c.withDatabase(cmd.Context(), args,
				func(ctx context.Context, p *steps.OnPlatform) error {
					chosen, err := p.Database(ctx, *kind)
					if err != nil || !c.mayReplace(&err, yes, chosen, "what is there now is lost") {
						return err
					}
					return p.LoadDatabase(ctx, chosen, c.streams.In, c.showLine)
				},
				func(ctx context.Context, s *steps.Session) error {
					database, err := s.Database(*kind)
					if err != nil || !c.mayReplace(&err, yes, database.Kind, "what is there now is set aside") {
						return err
					}
					return s.LoadDatabase(ctx, database.Kind, c.streams.In, c.showLine)
				})
		},
	}
	cmd.Flags().BoolVarP(&yes, "yes", "y", false, "ask nothing")
	return cmd
}

// withDatabase opens the deployment that a command is about, where there is a server and
// where there is none.
func (c *command) withDatabase(ctx context.Context, args []string, onPlatform func(context.Context, *steps.OnPlatform) error, onServer func(context.Context, *steps.Session) error) error {
	home, name, err := c.about(args)
	if err != nil {
		return err
	}
	platform, err := steps.OpenPlatform(name, home, c.providers(home, false))
	if err != nil {
		return err
	}
	if platform != nil {
		return onPlatform(ctx, platform)
	}
	s, err := steps.OpenSession(ctx, name, providers.ToOpenDatabase, home, c.providers(home, false))
	if err != nil {
		return err
	}
	defer s.Client.Close()
	return onServer(ctx, s)
}

// mayReplace asks on the person's terminal whether the data shall be replaced; standard
// input is the dump. Where there is no terminal it takes -y, and err says so.
func (c *command) mayReplace(err *error, yes bool, kind, what string) bool {
	if yes {
		return true
	}
	tty, openErr := openConsole()
	if openErr != nil {
		*err = plan.Usagef("give -y to replace the data without a question", "there is no terminal to ask on")
		return false
	}
	defer tty.Close()
	text.Fprintf(text.Writer{Out: tty}, "replace the data of %s? %s [y/N] ", kind, what)
	line, _ := bufio.NewReader(tty).ReadString('\n') // no answer is no
	if answer := strings.ToLower(strings.TrimSpace(line)); answer == "y" || answer == "yes" {
		return true
	}
	c.sayf("nothing was replaced\n")
	return false
}
