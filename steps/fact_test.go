package steps

import (
	"os/exec"
	"strings"
	"testing"

	"slipway/steps/app"
	"slipway/steps/shell"
)

// examplePlan is the plan of a sample, as it is before the server is known.
func examplePlan(t *testing.T) Plan {
	t.Helper()
	files, err := app.Sample("accounts")
	if err != nil {
		t.Fatal(err)
	}
	found, err := app.Detect(files, app.Settings{TestCommand: "python testing/testing.py"})
	if err != nil {
		t.Fatal(err)
	}
	bundle, err := app.Collect(files)
	if err != nil {
		t.Fatal(err)
	}
	return Plan{Name: "accounts", Values: map[string]NamedValue{}, App: found, Bundle: bundle,
		DependencyHash: "d", Release: "0123456789ab", Tag: "slipway-accounts-1", AuthorizedKey: "ssh-ed25519 AAAA",
		Env: map[string]string{"SECRET": `it's "$HOME" \ and more`}}
}

var exampleSystem = System{ID: "debian", Version: "13", CPUs: 2, Memory: 2048, Python: "3.13", IPv6: true}

// TestShellIsWellFormed has sh parse every look and every script.
func TestShellIsWellFormed(t *testing.T) {
	p := examplePlan(t)
	check := func(name, script string) {
		t.Helper()
		cmd := exec.Command("sh", "-n")
		cmd.Stdin = strings.NewReader(script)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v: %s\n%s", name, err, out, script)
		}
	}
	for _, p := range []Plan{p, withDomains(p, "a.example.com", "b.example.com")} {
		all := facts(p)
		check("all looks", lookScript(p, all))
		for _, f := range all {
			check(f.name, f.script(view{Plan: p, System: exampleSystem, Looked: "names a.example.com\n"}))
		}
	}
	p = withDomains(p, "a.example.com")
	check("obtain", obtainProgram(p))
	check("install", installProgram(p))
}

// TestNothingIsThere has every fact decide on a server that was not looked at.
func TestNothingIsThere(t *testing.T) {
	p := withDomains(examplePlan(t), "a.example.com")
	for _, f := range facts(p) {
		if changes := f.decide(view{Plan: p}); len(changes) == 0 {
			t.Errorf("%s holds on a server that was not looked at", f.name)
		}
		if f.limit == 0 || f.phase == "" || f.title == "" {
			t.Errorf("%s lacks a limit, a phase or a title", f.name)
		}
	}
}

func TestSecretsAreInNoLook(t *testing.T) {
	p := examplePlan(t)
	if strings.Contains(lookScript(p, facts(p)), "and more") {
		t.Error("a look carries a secret, and looks are process arguments")
	}
}

func TestDecide(t *testing.T) {
	p := examplePlan(t)
	good := func(f shell.File) string {
		return sumOf(f.Content) + "  " + f.Path + "\n" + f.Mode + " root:root " + f.Path + "\n"
	}
	firewallGood := good(firewallFile(22, 80)) + "boot enabled active\nrules loaded\n"
	proxyGood := good(nginxSite(p, exampleSystem, nil)) + "link /etc/nginx/sites-available/accounts /etc/nginx/sites-enabled/accounts\nservice active enabled\n"
	const releaseBefore = "serving ba9876543210\n"
	variablesFile := func(mode string) string {
		return "directory 700 root:root /etc/slipway/variables\nregular file " + mode + " root:root /etc/slipway/variables/0123456789ab.env\n"
	}
	variablesGood := variablesFile("600") + "serving 0123456789ab\nhas SECRET " + variableSum("SECRET", p.Env["SECRET"]) + "\n"
	wanted, _ := packageNames(view{Plan: p, System: exampleSystem})
	packagesGood := strings.Join(wanted, " installed\n") + " installed\n"
	for name, c := range map[string]struct {
		fact   *fact
		looked string
		want   string // what the first change is, or nothing
	}{
		"firewall good":        {firewall, firewallGood, ""},
		"firewall flushed":     {firewall, strings.Replace(firewallGood, "rules loaded", "", 1), "load the firewall's rules: 22, 80 in, the rest dropped"},
		"firewall not at boot": {firewall, strings.Replace(firewallGood, "boot enabled", "boot disabled", 1), "load the firewall at every boot"},
		"sshd elsewhere":       {firewall, good(firewallFile(22, 80, 2222)) + "port 2222\nboot enabled active\nrules loaded\n", ""},
		"sshd moved":           {firewall, firewallGood + "port 2222\n", "write /etc/nftables.conf"},
		"proxy good":           {proxy, proxyGood, ""},
		"proxy default page":   {proxy, proxyGood + "link /etc/nginx/sites-available/default /etc/nginx/sites-enabled/default\n", "remove nginx's default page"},
		"proxy stopped":        {proxy, strings.Replace(proxyGood, "service active", "service failed", 1), "start nginx, now and at every boot"},
		"packages good":        {packages, packagesGood, ""},
		"packages unwanted":    {packages, packagesGood + "telnet installed\n", "remove telnet"},
		"packages lack one":    {packages, strings.Replace(packagesGood, "unattended-upgrades installed\n", "", 1), "install unattended-upgrades"},
		"packages interrupted": {packages, "dpkg interrupted\n", "finish what dpkg was interrupted in"},
		"login good":           {login, good(sudoersFile) + "password none\nuser there\n", ""},
		"login with password":  {login, good(sudoersFile) + "password set\nkey there\n", "lock the password of the user deploy"},
		"login without user":   {login, good(sudoersFile), "make the user deploy, without a password"},
		"login without sudo":   {login, good(sudoersFile) + "sudo missing\npassword none\nkey there\n", "install sudo"},
		"login without key":    {login, good(sudoersFile) + "password none\n", "let the deployment's key log in as deploy"},
		"tests passed":         {tests, "python testing/testing.py\n", ""},
		"other tests passed":   {tests, "true\n", "run python testing/testing.py"},
		"variables good":       {variables, variablesGood, ""},
		"variables for all":    {variables, strings.Replace(variablesGood, " 600 ", " 644 ", 1), "make the file of the app's variables"},
		"variables changed":    {variables, variablesFile("600") + "serving 0123456789ab\nhas SECRET " + variableSum("SECRET", "old") + "\n", "set SECRET"},
		"variables of before":  {variables, strings.Replace(variablesGood, "serving 0123456789ab\n", releaseBefore+"from OLD 1\n", 1), "take over OLD from the release before"},
		"variables left over":  {variables, variablesFile("600") + releaseBefore + "has TRIED 1\n", "take away TRIED"},
	} {
		t.Run(name, func(t *testing.T) {
			changes := c.fact.decide(view{Plan: p, System: exampleSystem, Looked: c.looked})
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

func TestUnitWords(t *testing.T) {
	for _, c := range []struct {
		words []string
		want  string
	}{
		{[]string{"/bin/gunicorn", "app:app"}, "/bin/gunicorn app:app"},
		{[]string{"app:create_app('a b')"}, `"app:create_app('a b')"`},
		{[]string{"100%", "$X", `"`, `\`, ""}, `"100%%" "$$X" "\"" "\\" ""`},
	} {
		if got := unitWords(c.words...); got != c.want {
			t.Errorf("%q: got %s, want %s", c.words, got, c.want)
		}
	}
}

func TestCheckMark(t *testing.T) {
	p := Plan{Tag: "slipway-a-1"}
	if err := checkMark(p, "0123 644 root:root /etc/slipway/deployment.json\n{\"name\":\"a\",\"tag\":\"slipway-a-1\"}\n"); err != nil {
		t.Error(err)
	}
	if err := checkMark(p, "{\"name\":\"b\",\"tag\":\"slipway-b-2\"}\n"); err == nil || !strings.Contains(err.Error(), "slipway-b-2") {
		t.Errorf("another deployment's server was taken: %v", err)
	}
	if err := checkMark(p, ""); err != nil {
		t.Error(err)
	}
}

func TestSystem(t *testing.T) {
	s := parseSystem("id debian\nversion 13\ncpus 2\nmemory 2097152\npython /usr/bin/python3.13\nipv6 yes\n")
	if s != (System{ID: "debian", Version: "13", CPUs: 2, Memory: 2048, Python: "3.13", IPv6: true}) {
		t.Errorf("got %+v", s)
	}
	if err := s.check(); err != nil {
		t.Error(err)
	}
	if err := (System{ID: "arch"}).check(); err == nil {
		t.Error("an unknown system was taken")
	}
}

func TestCheckPython(t *testing.T) {
	for _, c := range []struct {
		required, have string
		ok             bool
	}{
		{"", "3.13", true}, {">=3.11", "3.13", true}, {"3.12", "3.13", false}, {">=3.11", "", true}, {"new", "3.13", false},
	} {
		p := Plan{App: app.Found{PythonVersion: c.required}}
		if err := (System{Python: c.have}).checkPython(p); (err == nil) != c.ok {
			t.Errorf("%q on %q: %v", c.required, c.have, err)
		}
	}
}
