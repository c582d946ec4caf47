package plan

import (
	"testing"
)

// TestDomainsOfALocalMachine: a local machine has domains only with a certificate
// authority that can reach it.
func TestDomainsOfALocalMachine(t *testing.T) {
	for _, c := range []struct {
		provider, directory string
		from                Source
		domains             int
		refused             bool
	}{
		{ProviderLocal, "", FromFlag, 0, true},
		{ProviderLocal, "", FromEnvironment, 0, true},
		{ProviderLocal, "", FromFile, 0, false},
		{ProviderLocal, "https://acme.example/dir", FromFlag, 2, false},
		{ProviderSSH, "", FromFlag, 2, false},
		{ProviderDigitalOcean, "", FromFile, 2, false},
	} {
		p := Plan{Values: map[string]NamedValue{
			KeyProvider: {Value: c.provider}, KeyACME: {Value: c.directory},
			KeyDomain: {Value: "a.example.com,b.example.com,a.example.com", From: c.from},
		}}
		if err := p.CheckDomain(); len(p.Domains()) != c.domains || (err != nil) != c.refused {
			t.Errorf("%+v: %v, %v", c, p.Domains(), err)
		}
		if notes := p.OmittedDomain(); (len(notes) > 0) != (c.domains == 0) {
			t.Errorf("%+v: %v", c, notes)
		}
	}
}
