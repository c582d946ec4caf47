package steps

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"slipway/providers"
	"slipway/steps/app"
	"slipway/steps/backup"
	"slipway/steps/plan"
)

// cloudDatabase is the app's PostgreSQL on App Platform, which lets in the other place's server
// for as long as data is copied.
type cloudDatabase struct {
	providers.DatabaseServer
	admitter providers.DatabaseAdmitter
	spec     providers.Spec
	// from is the address that it lets in.
	from string
}

// refuseFiles refuses to leave files behind: App Platform keeps none.
func (c *carrier) refuseFiles(ctx context.Context) error {
	if !c.data {
		return nil
	}
	var kept backup.Amounts
	if err := ask(ctx, c.from.Client, &kept, "look"); err != nil {
		return err
	}
	for _, source := range []string{"sqlite", "files"} {
		if bytes := kept.Data[source].Bytes; bytes > 0 {
			return plan.Usagef("have the app keep uploads in Spaces and its rows in PostgreSQL (--service postgres) first",
				"App Platform keeps no files, and %s has %s in %s", c.Name, backup.Size(bytes), map[string]string{"sqlite": "SQLite", "files": "files beside its code"}[source])
		}
	}
	return nil
}

// openCloud has the database on App Platform let in the server of the other place.
func (c *carrier) openCloud(ctx context.Context) error {
	name, server := c.Next, c.from
	switch {
	case !c.data || c.from != nil && c.to != nil:
		return nil
	case c.from == nil:
		name, server = c.Name, c.to
	}
	d, err := OpenPlatform(name, c.home, c.open)
	if err != nil {
		return err
	}
	admitter, ok := d.platform.(providers.DatabaseAdmitter)
	if !ok {
		return plan.Usagef("slipway db dump and slipway db load carry it", "the databases of %s can't be reached from elsewhere", d.platform.Name())
	}
	all, err := admitter.DatabaseServers(ctx, d.spec)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(all, func(s providers.DatabaseServer) bool { return s.Kind == app.Postgres })
	if at < 0 {
		return &providers.Failed{Err: fmt.Errorf("%s has no PostgreSQL on App Platform", name), Next: "deploy with --service postgres"}
	}
	found := &cloudDatabase{DatabaseServer: all[at], admitter: admitter, spec: d.spec}
	if found.from, err = server.address(ctx); err != nil {
		return err
	}
	if err := admitter.Admit(ctx, d.spec, app.Postgres, found.from, true); err != nil {
		return err
	}
	c.cloud = found
	return nil
}

// shut has the database let in the app alone again.
func (c *carrier) shut() error {
	if c.cloud == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	err := c.cloud.admitter.Admit(ctx, c.cloud.spec, app.Postgres, c.cloud.from, false)
	c.cloud = nil
	return err
}

// address is the one from which a server reaches others: its own, if that is public, else the
// one at which it is reached.
func (s *Session) address(ctx context.Context) (string, error) {
	out, err := s.Client.Output(ctx, `ip -4 route get 192.0.2.1 | sed -n 's/.* src \([0-9.]*\).*/\1/p'`)
	if err != nil {
		return "", err
	}
	own, err := netip.ParseAddr(strings.TrimSpace(out))
	if err == nil && own.IsGlobalUnicast() && !own.IsPrivate() {
		return own.String(), nil
	}
	return s.plan.Address, nil
}

// copyCloud has PostgreSQL of the old place take the place of the new one's.
func (c *carrier) copyCloud(ctx context.Context, report func(string)) (string, error) {
	var done backup.Counted
	var err error
	if c.from == nil {
		err = c.callCloud(ctx, c.to, &done, report, "fetch", app.Postgres)
	} else {
		err = c.callCloud(ctx, c.from, &done, report, "send", app.Postgres)
	}
	return fmt.Sprintf("%d rows of %d tables are there, as many as in the old place", done.Rows, done.Tables), err
}

// hush has the database on App Platform take no writes of the app's, with the word on, or take
// them again, with off. The server asks for it.
func (c *carrier) hush(ctx context.Context, server *Session, report func(string), word string) error {
	if c.cloud == nil {
		return nil
	}
	var done backup.Counted
	return c.callCloud(ctx, server, &done, report, "hush", app.Postgres, word)
}

// callCloud has a server's program do something with the database. What opens that travels on
// standard input.
func (c *carrier) callCloud(ctx context.Context, server *Session, into any, report func(string), command string, words ...string) error {
	given, err := json.Marshal(map[string]any{"host": c.cloud.Host, "port": c.cloud.Port, "user": c.cloud.User, "password": c.cloud.Password,
		"name": c.cloud.Name, "ca": c.cloud.CA})
	if err != nil {
		return err
	}
	var reader backup.Reader
	said, complaint := &lines{line: reader.Passing(report)}, &lines{line: report}
	err = server.Client.Attach(ctx, "sudo -n -- "+backup.Call(command, words...), bytes.NewReader(given), said, complaint)
	said.end()
	if err = reader.Failure(err); err != nil {
		return errors.Join(err)
	}
	return reader.Answer(into)
}
