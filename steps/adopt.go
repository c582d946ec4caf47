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

// Adopt takes up a deployment: it finds the server, learns from it whose it is,
// gives it a new key for this computer, and writes the record anew. Nothing else
// is changed. A deployment that is on record here already is a *Usage.
func Adopt(ctx context.Context, lost Lost, home state.Home, open OpenProvider, report func(line string)) (Summary, error) {
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
		return Summary{}, fmt.Errorf("the provider %s has no server that can be logged in to as it is", provider.Name())
	}
	a.host = host
	a.run = visit(lost.plan(), provider, a.event)
	if err := a.run.trust(ctx); err != nil {
		return Summary{}, err
	}
	where, err := provider.Server(ctx, providers.Spec{})
	if err != nil {
		return Summary{}, err
	}
	mark, release, err := a.ask(ctx, where)
	if err != nil {
		return Summary{}, err
	}
	if err := a.takeUp(ctx, mark, release, where); err != nil {
		return Summary{}, err
	}
	record, err := home.Read(mark.Name)
	return summarize(record), err
}

// plan is as much of a plan as logging in to the server takes.
func (l Lost) plan() Plan {
	value := func(key, v string) NamedValue { return NamedValue{Key: key, Value: v, From: FromFlag} }
	return Plan{Tag: l.Tag, Values: map[string]NamedValue{KeyProvider: value(KeyProvider, providerSSH), KeyHost: value(KeyHost, l.Host),
		KeyIdentity: value(KeyIdentity, l.Identity), KeyFingerprint: value(KeyFingerprint, l.Fingerprint)}}
}

// find asks the provider where the server with the tag is.
func (l *Lost) find(ctx context.Context, home state.Home, open OpenProvider) error {
	switch {
	case l.Host != "" && l.Tag != "":
		return usagef("give one of them", "both --host and --tag are given")
	case l.Host != "":
		return nil
	case l.Tag == "":
		return usagef("give --host USER@HOST, or --provider digitalocean --tag TAG", "nothing says which server to adopt")
	case l.Provider != providerDO:
		return usagef("give --provider digitalocean, or --host USER@HOST", "only DigitalOcean finds servers by their tag")
	}
	plan := Plan{Tag: l.Tag, Values: map[string]NamedValue{KeyProvider: {Key: KeyProvider, Value: l.Provider}}}
	provider, err := open(plan, filepath.Join(home.Dir, "none"))
	if err != nil {
		return err
	}
	where, err := provider.Server(ctx, specOf(plan))
	if errors.Is(err, providers.ErrNoServer) {
		return usagef("look for the tag in the provider's own list", "no server carries the tag %s", l.Tag)
	}
	l.Host = fmt.Sprintf("%s@%s:%d", loginUser, where.Address, where.Port)
	return err
}

// adoption is one server being taken up.
type adoption struct {
	lost   Lost
	home   state.Home
	host   providers.ExistingServer
	run    *Run
	report func(line string)
}

func (a *adoption) event(e Event) {
	if e.Kind == KindLine || e.Kind == KindNote {
		a.report(e.Line)
	}
}

// ask learns from the server whose it is and which release it serves.
func (a *adoption) ask(ctx context.Context, where providers.Server) (Mark, string, error) {
	pinned, err := parseKeys(a.run.VouchedFor())
	if err != nil {
		return Mark{}, "", err
	}
	client, done, err := dialOperator(ctx, a.host, where, pinned)
	if err != nil {
		return Mark{}, "", err
	}
	defer done()
	defer client.Close()
	seen, err := client.Look(ctx, shell.Lines(
		shell.Section(sectionMark, shell.Command("cat", markPath)),
		shell.Section("release", "cat /srv/app-*/current/name")))
	if err != nil {
		return Mark{}, "", err
	}
	mark, ok := readMark(seen[sectionMark])
	if !ok {
		return Mark{}, "", usagef("deploy to it instead", "the server at %s carries no deployment of slipway", where.Address)
	}
	if err := CheckName(mark.Name); err != nil {
		return Mark{}, "", fmt.Errorf("the server at %s calls its deployment %q: %w", where.Address, mark.Name, err)
	}
	if a.lost.Tag != "" && a.lost.Tag != mark.Tag {
		return Mark{}, "", usagef("give its own --tag", "the server at %s carries the tag %s", where.Address, mark.Tag)
	}
	a.report(fmt.Sprintf("the server at %s is %s (%s)", where.Address, mark.Name, mark.Tag))
	return mark, splitLines(seen["release"])[0], nil
}

// takeUp writes the record and gives the server this computer's key.
func (a *adoption) takeUp(ctx context.Context, mark Mark, release string, where providers.Server) error {
	if a.home.Exists(mark.Name) {
		return usagef("slipway status "+mark.Name+" shows it", "there is a deployment %s on record here already", mark.Name)
	}
	d, err := a.home.Open(mark.Name, time.Now())
	if err != nil {
		return err
	}
	defer d.Close()
	k, err := openKeys(d)
	if err != nil {
		return err
	}
	settings := a.settings(mark, d.Dir())
	if err := a.admit(ctx, mark, settings, k, where); err != nil {
		return errors.Join(err, forget(d))
	}
	return d.Update(func(r *state.Record) {
		r.Tag, r.Settings, r.Release = mark.Tag, settings, release
		r.Server = state.Server{Address: where.Address, Port: where.Port, User: loginUser, HostKeys: a.run.VouchedFor()}
		r.URL, r.Finished = webURL(where.Address), time.Now().UTC().Truncate(time.Second)
	})
}

// forget removes keys that no server knows.
func forget(d *state.Deployment) error {
	return errors.Join(d.RemoveSecret(loginKeyFile), d.RemoveSecret(hostKeyFile))
}

// settings are those of the deployment. A local machine whose disk is not in
// this home is taken up as a server that exists: nothing here could end it.
func (a *adoption) settings(mark Mark, dir string) map[string]string {
	settings := maps.Clone(mark.Settings)
	if settings == nil {
		settings = map[string]string{}
	}
	settings[KeyName] = mark.Name
	_, err := os.Stat(filepath.Join(dir, "machine"))
	if elsewhere := settings[KeyProvider] == providerLocal && errors.Is(err, fs.ErrNotExist); elsewhere || settings[KeyProvider] == "" {
		settings[KeyProvider] = providerSSH
		delete(settings, KeyImage)
		delete(settings, KeyEngine)
	}
	if settings[KeyProvider] == providerSSH {
		settings[KeyHost] = a.lost.Host
	}
	if a.lost.Identity != "" {
		settings[KeyIdentity] = a.lost.Identity
	}
	return settings
}

// admit lets the new key log in, and proves it by a fresh connection.
func (a *adoption) admit(ctx context.Context, mark Mark, settings map[string]string, k keys, where providers.Server) error {
	plan := PlanOf(state.Record{Name: mark.Name, Tag: mark.Tag, Settings: settings})
	return a.run.admitKey(ctx, plan, facts(plan), k, a.host, where)
}
