package steps

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"time"

	"slipway/providers"
	"slipway/state"
	"slipway/steps/access"
	"slipway/steps/engine"
	"slipway/steps/fact"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

// Lost says where a deployment is whose record is not here: lost, or on
// another computer.
type Lost struct {
	// Host is USER@HOST[:PORT] of its server, Identity the file of a key that
	// this user may log in with, Fingerprint the server's host key; all as the
	// flags take them. USER must be root or may use sudo.
	Host, Identity, Fingerprint string
	// Tag finds the server at Provider; Host is empty then.
	Tag, Provider string
}

// Adopt takes over a deployment: it finds the server, reads from it which
// deployment it carries, lets a new key of this computer log in, and writes the
// record anew. It changes nothing else. A deployment that is on record here already
// is a *providers.Usage.
func Adopt(ctx context.Context, lost Lost, home state.Home, open engine.OpenProvider, report func(line string)) (Summary, error) {
	if err := lost.find(ctx, home, open); err != nil {
		return Summary{}, err
	}
	a := &adoption{lost: lost, home: home, report: report}
	provider, err := open(lost.plan(), filepath.Join(home.Dir, "none"))
	if err != nil {
		return Summary{}, err
	}
	host, ok := provider.(providers.ExistingServer)
	if !ok {
		return Summary{}, fmt.Errorf("the provider %s has no server of yours to log in to", provider.Name())
	}
	a.host, a.run = host, engine.Visit(lost.plan(), provider, a.event)
	if err := a.run.Trust(ctx); err != nil {
		return Summary{}, err
	}
	where, err := host.Server(ctx, providers.Spec{})
	if err != nil {
		return Summary{}, err
	}
	mark, release, err := a.identify(ctx, where)
	if err != nil {
		return Summary{}, err
	}
	if err := a.record(ctx, mark, release, where); err != nil {
		return Summary{}, err
	}
	record, err := home.Read(mark.Name)
	return summarize(record), err
}

// plan is as much of a plan as logging in to the server takes.
func (l Lost) plan() plan.Plan {
	value := func(key, v string) plan.NamedValue { return plan.NamedValue{Key: key, Value: v, From: plan.FromFlag} }
	return plan.Plan{Tag: l.Tag, Values: map[string]plan.NamedValue{plan.KeyProvider: value(plan.KeyProvider, plan.ProviderSSH), plan.KeyHost: value(plan.KeyHost, l.Host),
		plan.KeyIdentity: value(plan.KeyIdentity, l.Identity), plan.KeyFingerprint: value(plan.KeyFingerprint, l.Fingerprint)}}
}

// find asks the provider where the server with the tag is.
func (l *Lost) find(ctx context.Context, home state.Home, open engine.OpenProvider) error {
	switch {
	case l.Host != "" && l.Tag != "":
		return plan.Usagef("give one of them", "both --host and --tag are given")
	case l.Host != "":
		return nil
	case l.Tag == "":
		return plan.Usagef("give --host USER@HOST, or --provider digitalocean --tag TAG", "no server to adopt is named")
	case l.Provider != plan.ProviderDigitalOcean:
		return plan.Usagef("give --provider digitalocean, or --host USER@HOST", "only DigitalOcean finds servers by their tag")
	}
	p := plan.Plan{Tag: l.Tag, Values: map[string]plan.NamedValue{plan.KeyProvider: {Key: plan.KeyProvider, Value: l.Provider}}}
	provider, err := open(p, filepath.Join(home.Dir, "none"))
	if err != nil {
		return err
	}
	host, err := providers.WithServer(provider, providers.ToAdopt)
	if err != nil {
		return err
	}
	where, err := host.Server(ctx, plan.SpecOf(p))
	if errors.Is(err, providers.ErrNoServer) {
		return plan.Usagef("look for the tag in the provider's own list", "no server carries the tag %s", l.Tag)
	}
	l.Host = fmt.Sprintf("%s@%s:%d", plan.Logins[0], where.Address, where.Port)
	return err
}

// adoption is one server being taken over.
type adoption struct {
	lost   Lost
	home   state.Home
	host   providers.ExistingServer
	run    *engine.Run
	report func(line string)
}

func (a *adoption) event(e engine.Event) {
	if e.Kind == engine.KindLine || e.Kind == engine.KindNote {
		a.report(e.Line)
	}
}

// identify learns from the server whose it is and which release it serves.
func (a *adoption) identify(ctx context.Context, where providers.Server) (access.Owner, string, error) {
	pinned, err := access.ParseHostKeys(a.run.VouchedFor())
	if err != nil {
		return access.Owner{}, "", err
	}
	client, done, err := access.DialOperator(ctx, a.host, where, pinned)
	if err != nil {
		return access.Owner{}, "", err
	}
	defer done()
	defer client.Close()
	seen, err := client.Look(ctx, shell.Lines(
		shell.Section(fact.SectionMark, shell.Command("cat", access.OwnerFile)),
		shell.Section("release", "cat /srv/app-*/current/name")))
	if err != nil {
		return access.Owner{}, "", err
	}
	mark, ok := access.ReadOwner(seen[fact.SectionMark])
	if !ok {
		return access.Owner{}, "", plan.Usagef("deploy to it instead", "the server at %s carries no deployment of slipway", where.Address)
	}
	if err := plan.CheckName(mark.Name); err != nil {
		return access.Owner{}, "", fmt.Errorf("the server at %s calls its deployment %q: %w", where.Address, mark.Name, err)
	}
	if a.lost.Tag != "" && a.lost.Tag != mark.Tag {
		return access.Owner{}, "", plan.Usagef("give its own --tag", "the server at %s carries the tag %s", where.Address, mark.Tag)
	}
	a.report(fmt.Sprintf("the server at %s is %s (%s)", where.Address, mark.Name, mark.Tag))
	return mark, shell.SplitLines(seen["release"])[0], nil
}

// record writes the record and gives the server this computer's key.
func (a *adoption) record(ctx context.Context, mark access.Owner, release string, where providers.Server) error {
	if a.home.Exists(mark.Name) {
		return plan.Usagef("slipway status "+mark.Name+" shows it", "there is a deployment %s on record here already", mark.Name)
	}
	d, err := a.home.Open(mark.Name, time.Now())
	if err != nil {
		return err
	}
	defer d.Close()
	k, err := access.OpenKeys(d)
	if err != nil {
		return err
	}
	settings := a.settings(mark, d.Dir())
	if err := a.admit(ctx, mark, settings, k, where); err != nil {
		return errors.Join(err, forget(d))
	}
	return d.Update(func(r *state.Record) {
		r.Tag, r.Settings, r.Release = mark.Tag, settings, release
		r.Server = state.Server{Address: where.Address, Port: where.Port, User: plan.Logins[0], HostKeys: a.run.VouchedFor()}
		r.URL, r.Finished = plan.WebURL(where.Address), time.Now().UTC().Truncate(time.Second)
	})
}

// forget removes keys that no server knows.
func forget(d *state.Deployment) error {
	return errors.Join(d.RemoveSecret(access.LoginKeyFile), d.RemoveSecret(access.HostKeyFile))
}

// settings are those of the deployment. A local machine whose disk is not in
// this home is taken over as a server that exists: nothing here could end it.
func (a *adoption) settings(mark access.Owner, dir string) map[string]string {
	settings := maps.Clone(mark.Settings)
	if settings == nil {
		settings = map[string]string{}
	}
	settings[plan.KeyName] = mark.Name
	_, err := os.Stat(filepath.Join(dir, "machine"))
	if elsewhere := settings[plan.KeyProvider] == plan.ProviderLocal && errors.Is(err, fs.ErrNotExist); elsewhere || settings[plan.KeyProvider] == "" {
		settings[plan.KeyProvider] = plan.ProviderSSH
		delete(settings, plan.KeyImage)
		delete(settings, plan.KeyEngine)
	}
	if settings[plan.KeyProvider] == plan.ProviderSSH {
		settings[plan.KeyHost] = a.lost.Host
	}
	if a.lost.Identity != "" {
		settings[plan.KeyIdentity] = a.lost.Identity
	}
	return settings
}

// admit lets the new key log in, and proves it by a fresh connection.
func (a *adoption) admit(ctx context.Context, mark access.Owner, settings map[string]string, k access.Keys, where providers.Server) error {
	plan := plan.OfRecord(state.Record{Name: mark.Name, Tag: mark.Tag, Settings: settings})
	return a.run.AdmitKey(ctx, plan, facts(plan), k, a.host, where)
}
