package steps

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"slipway/providers"
	"slipway/state"
	"slipway/steps/backup"
	"slipway/steps/remote"
	"slipway/steps/shell"
)

// stillSeconds is how long the writing stays stopped at least if nobody says otherwise.
const stillSeconds = 600

// still has a server's app stop writing, or go on, by the words of the program's command.
func still(ctx context.Context, s *Session, report func(string), words ...string) (since string, err error) {
	var reader backup.Reader
	_, err = s.Client.Run(ctx, remote.Job{Name: "still", Script: backup.Call("still", words...), Look: shell.Section("still", ":")}, reader.Passing(report))
	if err = reader.Failure(err); err != nil {
		return "", err
	}
	var now struct{ Since string }
	return now.Since, reader.Answer(&now)
}

// lastCopy has the old place write no more, and the new one have all that it wrote.
func (c *carrier) lastCopy(ctx context.Context) error {
	if !c.data {
		return c.reached(state.MoveCopied)
	}
	if err := c.reached(state.MoveStopping); err != nil {
		return err
	}
	for try := 1; ; try++ {
		err := c.step("still", "the old place writes no more; its pages go on", func(report func(string)) (_ string, err error) {
			seconds := max(stillSeconds, int(4*c.deployment.Record().Moving.Seconds))
			if c.from == nil {
				return "", c.hush(ctx, c.to, report, "on")
			}
			c.since, err = still(ctx, c.from, report, "on", strconv.Itoa(seconds))
			return "", err
		})
		if err != nil {
			return err
		}
		if err = c.step("last-copy", "the last copy of the data", func(report func(string)) (string, error) { return c.copy(ctx, report) }); err != nil {
			return err
		}
		differs, err := c.compare(ctx)
		if err != nil {
			return err
		}
		if len(differs) == 0 {
			break
		}
		if try == 2 {
			return &providers.Failed{Err: fmt.Errorf("something still writes on the server of %s: %s", c.Name, strings.Join(differs, ", ")),
				Next: "end what writes there, then run the same command again"}
		}
	}
	if err := c.answers(ctx); err != nil {
		return err
	}
	if c.from != nil {
		if _, err := still(ctx, c.from, func(string) {}, "keep", c.since); err != nil {
			return err
		}
	}
	return c.reached(state.MoveCopied)
}

// compare names the tables whose rows are not as many in the new place as in the old one.
func (c *carrier) compare(ctx context.Context) ([]string, error) {
	if c.cloud != nil { // the copy was compared with what the database had
		return nil, nil
	}
	var here, there backup.Amounts
	if err := ask(ctx, c.from.Client, &here, "look"); err != nil {
		return nil, err
	}
	if err := ask(ctx, c.to.Client, &there, "look"); err != nil {
		return nil, err
	}
	var differs []string
	for _, source := range []string{"postgres", "mariadb", "sqlite"} {
		for _, table := range slices.Sorted(maps.Keys(here.Data[source].Counts)) {
			if has, wanted := there.Data[source].Counts[table], here.Data[source].Counts[table]; has != wanted {
				differs = append(differs, fmt.Sprintf("%s %s has %d rows here and %d there", source, table, wanted, has))
			}
		}
	}
	return differs, nil
}

// goOn has the old place write again after a failure.
func (c *carrier) goOn(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Minute)
	defer cancel()
	if !c.data {
		return nil
	}
	var err error
	if c.from == nil {
		err = c.hush(ctx, c.to, func(string) {}, "off")
	} else {
		_, err = still(ctx, c.from, func(string) {}, "off")
	}
	if err != nil {
		return fmt.Errorf("have %s write again: %w", c.Name, err)
	}
	return c.reached(state.MoveTried)
}

// takeOver gives the new place the name, and the old one another.
func (c *carrier) takeOver(ctx context.Context) error {
	if c.back && c.data {
		var err error
		if c.to == nil {
			err = c.hush(ctx, c.from, func(string) {}, "off")
		} else {
			_, err = still(ctx, c.to, func(string) {}, "off")
		}
		if err != nil {
			return err
		}
	}
	if err := c.shut(); err != nil {
		return err
	}
	return c.step("names", c.Name+" is the new place from now on", func(func(string)) (string, error) {
		if err := c.deployment.Close(); err != nil {
			return "", err
		}
		return c.exchange()
	})
}

// exchange has the two places exchange their names. The one that was left ends up as the old
// one.
func (m *Move) exchange() (string, error) {
	now, left := time.Now(), m.Name+oldSuffix
	if !m.back {
		return "the old place is kept as " + left, m.home.Rename(now, state.Renaming{From: m.Name, To: left}, state.Renaming{From: m.Next, To: m.Name})
	}
	between := m.Name + nextSuffix
	if err := m.home.Rename(now, state.Renaming{From: m.Name, To: between}, state.Renaming{From: left, To: m.Name}); err != nil {
		return "", err
	}
	return "the place that it left is kept as " + left, m.home.Rename(now, state.Renaming{From: between, To: left})
}
