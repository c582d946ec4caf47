package steps

import (
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"slipway/steps/access"
	"slipway/steps/engine"
	"slipway/steps/fact"
	"slipway/steps/fact/example"
	"slipway/steps/plan"
	"slipway/steps/release"
	"slipway/steps/shell"
	"slipway/steps/system"
	"slipway/steps/web"
)

// TestShellIsWellFormed has sh parse every look and every script.
func TestShellIsWellFormed(t *testing.T) {
	p := example.Plan(t)
	check := func(name, script string) {
		t.Helper()
		cmd := exec.Command("sh", "-n")
		cmd.Stdin = strings.NewReader(script)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v: %s\n%s", name, err, out, script)
		}
	}
	for _, p := range []plan.Plan{p, example.WithServices(example.WithDomains(p, "a.example.com", "b.example.com"))} {
		all := facts(p)
		check("all looks", engine.Look{Plan: p, Facts: all}.Script())
		for _, f := range all {
			check(f.Name, f.Script(fact.View{Plan: p, System: example.System(), Looked: "names a.example.com\n"}))
		}
	}
	p = example.WithDomains(p, "a.example.com")
	check("obtain", web.ObtainProgram(p))
	check("install", web.InstallProgram(p))
}

// TestNothingIsThere has every fact decide on a server that was not looked at.
func TestNothingIsThere(t *testing.T) {
	p := example.WithServices(example.WithDomains(example.Plan(t), "a.example.com"))
	for _, f := range facts(p) {
		if changes := f.Decide(fact.View{Plan: p}); len(changes) == 0 {
			t.Errorf("%s holds on a server that was not looked at", f.Name)
		}
		if f.Limit == 0 || f.Phase == "" || f.Title == "" {
			t.Errorf("%s lacks a limit, a phase or a title", f.Name)
		}
	}
}

// TestOrder has each fact stand behind what it needs, so that the list could be followed
// from its beginning to its end, and every fact of the app's before its release.
func TestOrder(t *testing.T) {
	plain := example.Plan(t)
	for _, p := range []plan.Plan{plain, example.WithServices(example.WithDomains(plain, "a.example.com"))} {
		g := graph(p)
		seen := map[string]bool{}
		for _, f := range g.Facts() {
			for _, need := range g.Needs(f.Name) {
				if !seen[need] {
					t.Errorf("%s needs %s, which does not stand before it", f.Name, need)
				}
			}
			if seen[f.Name] {
				t.Errorf("%s is there twice", f.Name)
			}
			seen[f.Name] = true
		}
		for _, f := range []*fact.Fact{release.Account, release.Upload, release.Dependencies, web.Proxy, system.Packages} {
			if !reaches(g, release.Release.Name, f.Name) {
				t.Errorf("the release may begin before %s", f.Name)
			}
		}
	}
}

// TestSideBySide has no two facts write the same file while both may run: one would take the
// other's half. A folder that is there already is no fault for the programs that make one.
func TestSideBySide(t *testing.T) {
	folder := func(path string, all []string) bool {
		return strings.HasSuffix(path, "/") || slices.ContainsFunc(all, func(other string) bool { return strings.HasPrefix(other, path+"/") })
	}
	found := 0
	for name, p := range deployable(t) {
		p = example.WithServices(p)
		g := graph(p)
		before := func(a, b *fact.Fact) bool { // what is guarded is changed one after the other
			return reaches(g, b.Name, a.Name) || slices.Contains(g.Awaits(b.Name), a.Name) || !a.Guards.Empty() && !b.Guards.Empty()
		}
		writers, paths := map[string][]*fact.Fact{}, []string(nil)
		for _, f := range g.Facts() {
			for _, path := range example.Written(t, f.Script(fact.View{Plan: p, System: example.System(), Looked: "names a.example.com\n"})) {
				writers[path] = append(writers[path], f)
				paths = append(paths, path)
			}
		}
		for path, facts := range writers {
			for i, a := range facts {
				for _, b := range facts[i+1:] {
					switch {
					case before(a, b) || before(b, a):
						found++
					case !folder(path, paths):
						t.Errorf("%s: %s and %s may write %s at once", name, a.Name, b.Name, path)
					}
				}
			}
		}
	}
	if found == 0 {
		t.Error("no path is written by two facts one after the other: the test does not see it")
	}
}

// awaited is a call of the function that waits for other facts, with their names.
var awaited = regexp.MustCompile(`(?m)(?:^|[;&|{(])[ \t]*await +([^;&|})\n]+)`)

// TestAwaits has each script wait for the facts that the graph says, and for no others. None of
// them may wait for that one in turn.
func TestAwaits(t *testing.T) {
	plain := example.Plan(t)
	for _, p := range []plan.Plan{plain, example.WithServices(example.WithDomains(plain, "a.example.com"))} {
		g := graph(p)
		var all []string
		for _, f := range g.Facts() {
			script := f.Script(fact.View{Plan: p, System: example.System(), Looked: "names a.example.com\n"})
			var waits []string
			for _, call := range awaited.FindAllStringSubmatch(script, -1) {
				waits = append(waits, strings.Fields(call[1])...)
			}
			slices.Sort(waits)
			waits = slices.Compact(waits)
			if !slices.Equal(waits, g.Awaits(f.Name)) {
				t.Errorf("the script of %s awaits %v, and the graph says %v", f.Name, waits, g.Awaits(f.Name))
			}
			for _, name := range waits {
				if name == f.Name || reaches(g, name, f.Name) || slices.Contains(g.Awaits(name), f.Name) {
					t.Errorf("%s awaits %s, which waits for it", f.Name, name)
				}
			}
			all = append(all, waits...)
		}
		if len(all) == 0 {
			t.Error("no script awaits anything: the test does not see it")
		}
	}
}

// reaches tells whether a fact needs another, directly or through others.
func reaches(g engine.Graph, name, other string) bool {
	return slices.ContainsFunc(g.Needs(name), func(need string) bool { return need == other || reaches(g, need, other) })
}

// TestCertificateIsForDomains has a certificate in the order only with a domain.
func TestCertificateIsForDomains(t *testing.T) {
	p := example.Plan(t)
	if slices.Contains(facts(p), web.Certify) || !slices.Contains(facts(example.WithDomains(p, "a.example.com")), web.Certify) {
		t.Error("a certificate is in the order without a domain, or is not with one")
	}
}

func TestSecretsAreInNoLook(t *testing.T) {
	p := example.Plan(t)
	if strings.Contains(engine.Look{Plan: p, Facts: facts(p)}.Script(), "and more") {
		t.Error("a look carries a secret, and looks are process arguments")
	}
}

func TestDecide(t *testing.T) {
	p := example.Plan(t)
	good := func(f shell.File) string {
		return shell.Sum(f.Content) + "  " + f.Path + "\n" + f.Mode + " root:root " + f.Path + "\n"
	}
	firewallGood := good(system.FirewallFile(22, 80)) + example.Unit("nftables.service", "active", "enabled") + "rules loaded\n"
	proxyGood := good(web.NginxSite(p, example.System(), nil)) + "link /etc/nginx/sites-available/accounts /etc/nginx/sites-enabled/accounts\n" + example.Unit("nginx.service", "active", "enabled")
	const releaseBefore = "serving ba9876543210\n"
	variablesFile := func(mode string) string {
		return "directory 700 root:root /etc/slipway/variables\nregular file " + mode + " root:root /etc/slipway/variables/0123456789ab.env\n"
	}
	variablesGood := variablesFile("600") + "serving 0123456789ab\nhas SECRET " + release.VariableSum("SECRET", p.Env["SECRET"]) + "\n"
	wanted, _ := system.PackageNames(fact.View{Plan: p, System: example.System()})
	packagesGood := strings.Join(wanted, " installed\n") + " installed\n"
	for name, c := range map[string]struct {
		fact   *fact.Fact
		looked string
		want   string // what the first change is, or nothing
	}{
		"firewall good":        {system.Firewall, firewallGood, ""},
		"firewall flushed":     {system.Firewall, strings.Replace(firewallGood, "rules loaded", "", 1), "load the firewall's rules: 22, 80 in, the rest dropped"},
		"firewall not at boot": {system.Firewall, strings.Replace(firewallGood, "=enabled", "=disabled", 1), "load the firewall at every boot"},
		"sshd elsewhere":       {system.Firewall, good(system.FirewallFile(22, 80, 2222)) + "port 2222\n" + example.Unit("nftables.service", "active", "enabled") + "rules loaded\n", ""},
		"sshd moved":           {system.Firewall, firewallGood + "port 2222\n", "write /etc/nftables.conf"},
		"proxy good":           {web.Proxy, proxyGood, ""},
		"proxy default page":   {web.Proxy, proxyGood + "link /etc/nginx/sites-available/default /etc/nginx/sites-enabled/default\n", "remove nginx's default page"},
		"proxy stopped":        {web.Proxy, strings.Replace(proxyGood, "=active", "=failed", 1), "start nginx, now and at every boot"},
		"packages good":        {system.Packages, packagesGood, ""},
		"packages unwanted":    {system.Packages, packagesGood + "telnet installed\n", "remove telnet"},
		"packages lack one":    {system.Packages, strings.Replace(packagesGood, "unattended-upgrades installed\n", "", 1), "install unattended-upgrades"},
		"packages interrupted": {system.Packages, "dpkg interrupted\n", "finish what dpkg had begun"},
		"login good":           {access.Login, good(access.SudoersFile) + "password none\nuser there\n", ""},
		"login with password":  {access.Login, good(access.SudoersFile) + "password set\nkey there\n", "lock the password of the user deploy"},
		"login without user":   {access.Login, good(access.SudoersFile), "make the user deploy, without a password"},
		"login without sudo":   {access.Login, good(access.SudoersFile) + "sudo missing\npassword none\nkey there\n", "install sudo"},
		"login without key":    {access.Login, good(access.SudoersFile) + "password none\n", "let the deployment's key log in as deploy"},
		"tests passed":         {release.Tests, "python testing/testing.py\n", ""},
		"other tests passed":   {release.Tests, "true\n", "run python testing/testing.py"},
		"variables good":       {release.Variables, variablesGood, ""},
		"variables for all":    {release.Variables, strings.Replace(variablesGood, " 600 ", " 644 ", 1), "make the file of the app's variables"},
		"variables changed":    {release.Variables, variablesFile("600") + "serving 0123456789ab\nhas SECRET " + release.VariableSum("SECRET", "old") + "\n", "set SECRET"},
		"variables of before":  {release.Variables, strings.Replace(variablesGood, "serving 0123456789ab\n", releaseBefore+"from OLD 1\n", 1), "copy OLD from the current release"},
		"variables left over":  {release.Variables, variablesFile("600") + releaseBefore + "has TRIED 1\n", "remove TRIED"},
	} {
		t.Run(name, func(t *testing.T) {
			changes := c.fact.Decide(fact.View{Plan: p, System: example.System(), Looked: c.looked})
			got := ""
			if len(changes) > 0 {
				got = changes[0].What
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
