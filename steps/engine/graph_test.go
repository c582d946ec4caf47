package engine

import (
	"slices"
	"testing"

	"slipway/steps/fact"
	"slipway/steps/guard"
)

func exampleGraph() (g Graph, all map[string]*fact.Fact) {
	all = map[string]*fact.Fact{}
	for _, name := range []string{"packages", "account", "login", "firewall", "upload", "build", "release", "elsewhere"} {
		all[name] = &fact.Fact{Name: name}
	}
	for _, name := range []string{"login", "firewall"} {
		all[name].Guards = guard.Part{Logins: []string{"deploy"}}
	}
	g.Add(all["packages"])
	g.Add(all["account"])
	g.Add(all["login"], all["packages"])
	g.Add(all["firewall"], all["packages"])
	g.Add(all["upload"], all["account"], all["elsewhere"])
	g.Add(all["build"], all["upload"])
	g.Add(all["release"], all["build"], all["packages"], all["packages"])
	return g, all
}

func TestGraph(t *testing.T) {
	g, all := exampleGraph()
	if got := g.last(); !slices.Equal(got, []string{"login", "firewall", "release"}) {
		t.Errorf("last: %v", got)
	}
	if got := g.Needs("upload"); !slices.Equal(got, []string{"account"}) {
		t.Errorf("a need that is not in the list: %v", got)
	}
	for name, c := range map[string]struct {
		changing []string
		want     string
	}{
		"all":                    {g.Facts().names(), "0 packages\n1 account\n2 login packages\n3 firewall packages login\n4 upload account\n5 build upload account\n6 release build upload account packages\n"},
		"through one that holds": {[]string{"account", "release"}, "0 account\n1 release account\n"},
		"guarded alone":          {[]string{"firewall"}, "0 firewall\n"},
		"one":                    {[]string{"release"}, "0 release\n"},
	} {
		var changing Facts
		for _, name := range c.changing {
			changing = append(changing, all[name])
		}
		if got := g.table(changing); got != c.want {
			t.Errorf("%s: got\n%swant\n%s", name, got, c.want)
		}
	}
}
