package steps

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"path/filepath"
	"time"

	"slipway/providers"
	"slipway/state"
	"slipway/steps/access"
	"slipway/steps/engine"
	"slipway/steps/fact"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/release"
	"slipway/steps/remote"
	"slipway/steps/shell"
)

// Lost says where a deployment is whose record is not here: lost, or on
// another computer.
type Lost struct {
	// Host is USER@HOST[:PORT] of its server, Identity the file of a key that
	// this user may log in with, Fingerprint the server's host key; all as the
	// flags take them. USER must be root or may use sudo.
	Host, Identity, Fingerprint string
	// Tag finds the server, or the app on a platform, at Provider; Host is empty then.
	Tag string
	// Provider is digitalocean or a platform; or ssh, with a Host, to take the server over as one of
	// the operator's own, whatever it claims; or empty, for the one that it claims.
	Provider string
}

// Adopt takes over a deployment: it finds the server, reads from it which
// deployment it carries, lets a new key of this computer log in, and writes the
// record anew. It changes nothing else. What the server says of itself is checked as a
// stranger's word: a provider that it names must have it at this very address. A
// deployment that is on record here already is a *providers.Usage.
func Adopt(ctx context.Context, lost Lost, home state.Home, open engine.OpenProvider, report func(line string)) (Summary, error) {
	if plan.IsPlatform(lost.Provider) && lost.Host == "" && lost.Tag != "" {
		return adoptPlatform(ctx, lost, home, open)
	}
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
	if err := a.identify(ctx, where); err != nil {
		return Summary{}, err
	}
	if home.Exists(a.mark.Name) {
		return Summary{}, plan.Usagef("slipway status "+a.mark.Name+" shows it", "there is a deployment %s on record here already", a.mark.Name)
	}
	settings := a.settings()
	known, err := a.prove(ctx, settings, open)
	if err != nil {
		return Summary{}, err
	}
	if err := a.record(ctx, settings, known, where); err != nil {
		return Summary{}, err
	}
	record, err := home.Read(a.mark.Name)
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
	case l.Host != "" && l.Provider != "" && l.Provider != plan.ProviderSSH && l.Provider != plan.ProviderDigitalOcean:
		return plan.Usagef("give --provider digitalocean or --provider ssh, or leave it out", "a server can't be adopted from the provider %s", l.Provider)
	case l.Host != "":
		return nil
	case l.Tag == "":
		return plan.Usagef("give --host USER@HOST, or --provider digitalocean, docker, heroku or app-platform with --tag TAG", "nothing to adopt is named")
	case l.Provider != plan.ProviderDigitalOcean:
		return plan.Usagef("give --provider digitalocean, docker, heroku or app-platform, or --host USER@HOST", "only these find a deployment by its tag")
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
	// mark is what the server claims to be, release what it serves, and peer where the
	// connection to it leads.
	mark    access.Owner
	release string
	peer    netip.AddrPort
	// costs are what the provider charges for it; nil where nobody was asked.
	costs map[string]float64
}

func (a *adoption) event(e engine.Event) {
	if e.Kind == engine.KindLine || e.Kind == engine.KindNote {
		a.report(e.Line)
	}
}

// identify learns from the server whose it is and which release it serves.
func (a *adoption) identify(ctx context.Context, where providers.Server) error {
	pinned, err := access.ParseHostKeys(a.run.VouchedFor())
	if err != nil {
		return err
	}
	client, done, err := access.DialOperator(ctx, a.host, where, pinned)
	if err != nil {
		return err
	}
	defer done()
	defer client.Close()
	a.peer = client.Peer()
	seen, err := client.Look(ctx, shell.Section(fact.SectionMark, access.LookOwner))
	if err != nil {
		return err
	}
	var ok bool
	if a.mark, ok = access.ReadOwner(seen[fact.SectionMark]); !ok {
		return plan.Usagef("deploy to it instead", "the server at %s carries no deployment of slipway", where.Address)
	}
	if err := a.mark.Check(); err != nil {
		return plan.Usagef("slipway did not write it, or a newer slipway did; "+access.OwnerFile+" on the server has it",
			"the mark of the server at %s can't be used: %v", where.Address, err)
	}
	if a.lost.Tag != "" && a.lost.Tag != a.mark.Tag {
		return plan.Usagef("give its own --tag", "the server at %s carries the tag %s", where.Address, a.mark.Tag)
	}
	if a.release, err = servedRelease(ctx, client, a.mark.Name); err != nil {
		return err
	}
	a.report(fmt.Sprintf("the server at %s is %s (%s)", where.Address, a.mark.Name, a.mark.Tag))
	return nil
}

// servedRelease is the name of the release that takes the traffic; empty if there is
// none.
func servedRelease(ctx context.Context, client *remote.Client, name string) (string, error) {
	seen, err := client.Look(ctx, shell.Section("release", shell.Command("head", "-c", "64", layout.Of(name).Current()+"/name")))
	if err != nil {
		return "", err
	}
	served := shell.SplitLines(seen["release"])[0]
	if served != "" && !release.NamePattern.MatchString(served) {
		return "", plan.Usagef("deploy to another server", "the server calls the release that it serves %q, and slipway would not", served)
	}
	return served, nil
}

// record writes the record and gives the server this computer's key.
func (a *adoption) record(ctx context.Context, settings, known map[string]string, where providers.Server) error {
	d, err := a.home.Open(a.mark.Name, time.Now())
	if err != nil {
		return err
	}
	defer d.Close()
	k, err := access.OpenKeys(d)
	if err != nil {
		return err
	}
	if err := a.admit(ctx, settings, k, where); err != nil {
		return errors.Join(err, forget(d))
	}
	return d.Update(func(r *state.Record) {
		r.Tag, r.Settings, r.Release, r.Known, r.Costs = a.mark.Tag, settings, a.release, known, a.costs
		r.Server = state.Server{Address: where.Address, Port: where.Port, User: a.run.Plan.LoginUser(), HostKeys: a.run.VouchedFor()}
		r.URL, r.Finished = plan.WebURL(where.Address), time.Now().UTC().Truncate(time.Second)
	})
}

// forget removes keys that no server knows.
func forget(d *state.Deployment) error {
	return errors.Join(d.RemoveSecret(access.LoginKeyFile), d.RemoveSecret(access.HostKeyFile))
}

// admit lets the new key log in, and proves it by a fresh connection.
func (a *adoption) admit(ctx context.Context, settings map[string]string, k access.Keys, where providers.Server) error {
	plan := plan.OfRecord(state.Record{Name: a.mark.Name, Tag: a.mark.Tag, Settings: settings})
	return a.run.AdmitKey(ctx, plan, graph(plan), k, a.host, where)
}
