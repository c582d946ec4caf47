package steps

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
	"strings"

	"slipway/providers"
	"slipway/state"
	"slipway/steps/engine"
	"slipway/steps/plan"
)

// settings are those of the deployment, as the server claims them. A local machine
// whose disk is not in this home is taken over as a server that exists: nothing here
// could end it.
func (a *adoption) settings() map[string]string {
	settings := map[string]string{}
	maps.Copy(settings, a.mark.Settings)
	settings = plan.WithoutFolder(settings)
	settings[plan.KeyName] = a.mark.Name
	provider := cmp.Or(a.lost.Provider, settings[plan.KeyProvider], plan.ProviderSSH)
	_, err := os.Stat(filepath.Join(a.home.Folder(a.mark.Name), "machine"))
	if provider == plan.ProviderLocal && errors.Is(err, fs.ErrNotExist) {
		provider = plan.ProviderSSH
	}
	settings[plan.KeyProvider] = provider
	if provider == plan.ProviderSSH {
		for _, key := range []string{plan.KeyRegion, plan.KeySize, plan.KeyImage, plan.KeyEngine} {
			delete(settings, key)
		}
		settings[plan.KeyHost] = a.lost.Host
	}
	if a.lost.Identity != "" {
		settings[plan.KeyIdentity] = a.lost.Identity
	}
	return settings
}

// prove asks the provider that the server names whether it has the server with this tag
// at the address to which this computer is connected. A copy of a server carries
// the other's mark and host key, and to destroy it would remove the other. It returns the
// provider's identifiers, by kind. There is nobody to ask about a server of the
// operator's own, and nothing that destroy would delete.
func (a *adoption) prove(ctx context.Context, settings map[string]string, open engine.OpenProvider) (map[string]string, error) {
	name := settings[plan.KeyProvider]
	if name == plan.ProviderSSH {
		return nil, nil
	}
	p := plan.OfRecord(state.Record{Name: a.mark.Name, Tag: a.mark.Tag, Settings: settings})
	provider, err := open(p, a.home.Folder(a.mark.Name))
	if err != nil {
		return nil, a.notAsked(name, err)
	}
	host, err := providers.WithServer(provider, providers.ToAdopt)
	if err != nil {
		return nil, err
	}
	where, err := host.Server(ctx, plan.SpecOf(p))
	switch {
	case errors.Is(err, providers.ErrNoServer):
		return nil, plan.Usagef(a.asOwn(), "the server at %s says that it is %s at %s, which has no server with the tag %s", a.peer.Addr(), a.mark.Name, name, a.mark.Tag)
	case err != nil:
		return nil, a.notAsked(name, err)
	case !leadsTo(a.peer, where.Address, where.Port) && !leadsTo(a.peer, where.Direct, where.Port):
		return nil, plan.Usagef(fmt.Sprintf("give --host %s@%s to adopt that one; %s", plan.Logins[0], where.Address, a.asOwn()),
			"the server at %s says that it is %s (%s), but %s has the server with that tag at %s: this one looks like a copy of it",
			a.peer, a.mark.Name, a.mark.Tag, name, where.Address)
	}
	held, err := provider.Holdings(ctx, plan.SpecOf(p))
	if err != nil {
		return nil, a.notAsked(name, err)
	}
	a.costs = costsOf(held)
	a.report("the server says of its deployment: " + described(settings))
	return onlyOnes(held), nil
}

// leadsTo tells whether a connection to peer is one to that address.
func leadsTo(peer netip.AddrPort, to string, port int) bool {
	address, err := netip.ParseAddr(to)
	return err == nil && peer.IsValid() && address.Unmap() == peer.Addr() && port == int(peer.Port())
}

// asOwn is how to take a server over that can't be proven.
func (a *adoption) asOwn() string {
	return "give --host and --provider ssh to take this one over as a server of your own, which destroy does not delete"
}

// notAsked is the error where the provider could not be asked.
func (a *adoption) notAsked(name string, err error) error {
	asked := fmt.Errorf("the server at %s says that it is at %s, which has to be asked: %w", a.peer.Addr(), name, err)
	if refused, ok := errors.AsType[*providers.Refused](err); ok {
		return &providers.Refused{Err: asked, Next: refused.Next + "; or " + a.asOwn()}
	}
	if failed, ok := errors.AsType[*providers.Failed](err); ok {
		return &providers.Failed{Err: asked, Next: failed.Next + "; or " + a.asOwn()}
	}
	return asked
}

// onlyOnes are the identifiers of what there is one of, by kind.
func onlyOnes(held []providers.Holding) map[string]string {
	known := map[string]string{}
	more := map[string]bool{}
	for _, h := range held {
		if known[h.Kind] != "" {
			more[h.Kind] = true
		}
		known[h.Kind] = h.ID
	}
	maps.DeleteFunc(known, func(kind, id string) bool { return more[kind] || id == "" })
	return known
}

// described lists settings that the server claims, for the operator to see.
func described(settings map[string]string) string {
	var all []string
	for _, s := range plan.Settings {
		if value := settings[s.Key]; value != "" && s.Key != plan.KeyIdentity && s.Key != plan.KeyHost {
			all = append(all, s.Key+" "+strings.ReplaceAll(value, "\n", " "))
		}
	}
	return strings.Join(all, ", ")
}
