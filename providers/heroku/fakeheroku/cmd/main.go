// Command cmd serves the simulated Heroku, so that the slipway command can be tried with
// it:
//
//	go run ./providers/heroku/fakeheroku/cmd --listen 127.0.0.1:8080 --dir /tmp/heroku
//	HEROKU_API_URL=http://127.0.0.1:8080 HEROKU_API_KEY=x slipway --provider heroku …
package main

import (
	"context"
	"errors"
	"flag"
	"log"
	"os"
	"strings"
	"time"

	"slipway/providers/heroku/fakeheroku"
	"slipway/providers/heroku/fakeheroku/contract"
	"slipway/providers/simulation"
)

func main() { os.Exit(simulation.Main("fakeheroku", run)) }

// settings are the command's flags.
type settings struct {
	listen string
	heroku fakeheroku.Options
}

func parse(args []string) (*settings, error) {
	s := &settings{}
	flags := flag.NewFlagSet("fakeheroku", flag.ContinueOnError)
	flags.StringVar(&s.listen, "listen", "127.0.0.1:0", "address to serve on")
	flags.StringVar(&s.heroku.Dir, "dir", "", "folder that keeps the state, the slugs and the dynos")
	flags.StringVar(&s.heroku.Cache, "cache", "", "folder for uv and the packages that it fetches (default: one in the user's cache)")
	flags.StringVar(&s.heroku.Token, "token", "", "the only token to accept; empty accepts all")
	flags.DurationVar(&s.heroku.BootTimeout, "boot-timeout", time.Minute, "how long a web dyno may take until it listens")
	flags.DurationVar(&s.heroku.Grace, "grace", 30*time.Second, "how long a dyno may take to end")
	flags.BoolVar(&s.heroku.Databases, "databases", false, "make real databases for heroku-postgresql, with the PostgreSQL of this computer")
	flags.Func("team", "a team that the account is in, repeatable", func(name string) error {
		s.heroku.Teams = append(s.heroku.Teams, name)
		return nil
	})
	flags.Func("fault", "something that goes wrong, NAME or NAME=VALUE, repeatable: "+strings.Join(fakeheroku.FaultNames(), ", "), s.heroku.Faults.SetFault)
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	if s.heroku.Dir == "" {
		return nil, errors.New("it needs a folder to keep its state in: add --dir")
	}
	s.heroku.Log = log.Printf
	return s, nil
}

func run(ctx context.Context, args []string) error {
	s, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	heroku, err := fakeheroku.New(ctx, s.heroku)
	if err != nil {
		return err
	}
	defer heroku.Close()
	log.Printf("the certificate of the rendezvous is in %s: set SSL_CERT_FILE to it to run commands", heroku.CAFile())
	checked, err := contract.Checked(heroku, func(violation string) { log.Printf("AGAINST HEROKU'S SCHEMA: %s", violation) })
	if err != nil {
		return err
	}
	return simulation.Serve(ctx, s.listen, checked)
}
