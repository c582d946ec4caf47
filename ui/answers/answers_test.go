package answers

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"slipway/providers"
	"slipway/state"
	"slipway/steps/app"
	"slipway/steps/engine"
	"slipway/steps/plan"
)

func nothingSet(string) string { return "" }

func given(change func(*Answers)) Answers {
	a := From(plan.Asked{Folder: ".", Getenv: nothingSet})
	change(&a)
	return a
}

func TestCommand(t *testing.T) {
	for name, c := range map[string]struct {
		answers Answers
		want    string
	}{
		"nothing":                            {given(func(*Answers) {}), "slipway --yes"},
		"sample":                             {given(func(a *Answers) { a.Choose("", "hello") }), "slipway --yes --sample hello"},
		"folder":                             {given(func(a *Answers) { a.Choose("../my shop", "") }), "slipway --yes '../my shop'"},
		"a folder that looks like a command": {given(func(a *Answers) { a.Choose("list", "") }), "slipway --yes ./list"},
		"settings, in the table's order": {given(func(a *Answers) {
			a.Settings[plan.KeyTestCommand] = "pytest -q"
			a.Settings[plan.KeySize] = "s-1vcpu-1gb"
			a.ChooseProvider(DigitalOcean)
			a.Settings[plan.KeyRegion] = "fra1"
		}), "slipway --yes --provider digitalocean --region fra1 --test-command 'pytest -q'"},
		"domains": {given(func(a *Answers) { a.Settings[plan.KeyDomain] = "a.example.com,b.example.com" }),
			"slipway --yes --domain a.example.com --domain b.example.com"},
		"secrets": {given(func(a *Answers) {
			a.SetEnv("SECRET_KEY", "hunter2")
			a.SetEnv("OTHER", "x")
			a.EnvFile = "prod.env"
			a.SetToken(DigitalOcean, "dop_v1_secret")
		}), `slipway --yes --env-file prod.env --env SECRET_KEY="$SECRET_KEY" --env OTHER="$OTHER"`},
		"an empty setting": {given(func(a *Answers) { a.Settings[plan.KeyTestCommand] = "" }), "slipway --yes --test-command ''"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := c.answers.Command(); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// TestCommandPasted gives the broken command line to a shell: it arrives as one.
func TestCommandPasted(t *testing.T) {
	a := given(func(a *Answers) {
		a.Choose("a folder/with 'quotes' and $HOME", "")
		a.Settings[plan.KeyTestCommand] = `python -c "print('ok')" && true`
		a.SetEnv("KEY", "v")
		a.EnvFile = "a\tb.env"
	})
	for _, width := range []int{10, 30, 78, 500} {
		text := "slipway() { printf '<%s>' \"$@\"; }\nKEY='its value'\n" + strings.Join(a.CommandLines(width), "\n")
		out, err := exec.Command("sh", "-c", text).CombinedOutput()
		if err != nil {
			t.Fatalf("width %d: %v\n%s", width, err, out)
		}
		want := "<--yes><a folder/with 'quotes' and $HOME><--test-command><python -c \"print('ok')\" && true><--env-file><a\tb.env><--env><KEY=its value>"
		if string(out) != want {
			t.Errorf("width %d: got %s", width, out)
		}
	}
}

func TestBroken(t *testing.T) {
	words := strings.Fields("slipway --yes --sample hello --provider local --name a-long-name")
	for _, line := range Broken(words, 30) {
		if len(line) > 30 {
			t.Errorf("%q is longer than 30", line)
		}
	}
	if got := Broken(words, 200); len(got) != 1 {
		t.Errorf("got %q, want one line", got)
	}
}

func TestCommandNeeds(t *testing.T) {
	a := given(func(a *Answers) { a.ChooseProvider(DigitalOcean); a.SetEnv("KEY", "v") })
	if got := a.CommandNeeds(); !slices.Equal(got, []string{"DIGITALOCEAN_ACCESS_TOKEN", "KEY"}) {
		t.Errorf("got %v", got)
	}
}

func TestVariables(t *testing.T) {
	a := given(func(a *Answers) { a.SetEnv("A", "1"); a.SetEnv("B", "2"); a.SetEnv("A", "3") })
	if !slices.Equal(a.Env, []string{"B=2", "A=3"}) || !slices.Equal(a.EnvKeys(), []string{"B", "A"}) {
		t.Errorf("got %v", a.Env)
	}
	copied := a.Clone()
	copied.RemoveEnv("B")
	copied.Settings["x"] = "y"
	if len(a.Env) != 2 || a.Settings["x"] != "" {
		t.Error("a change of the copy shows in the original")
	}
}

func TestChoosingForgets(t *testing.T) {
	a := given(func(a *Answers) {
		a.ChooseProvider(DigitalOcean)
		a.Settings[plan.KeyRegion], a.Settings[plan.KeyName] = "fra1", "shop"
		a.SetEnv("A", "1")
	})
	a.ChooseProvider(DigitalOcean)
	if a.Settings[plan.KeyRegion] != "fra1" {
		t.Error("the same provider forgets the region")
	}
	a.ChooseProvider(Local)
	if _, said := a.Settings[plan.KeyRegion]; said {
		t.Error("another provider keeps the region")
	}
	a.Choose("", "hello")
	if _, said := a.Settings[plan.KeyName]; said || len(a.Env) > 0 {
		t.Error("another app keeps the name and the variables")
	}
}

func TestTokenIsHandedOnOnly(t *testing.T) {
	a := given(func(a *Answers) { a.SetToken(DigitalOcean, "dop_v1_secret") })
	if got := a.Asked().Getenv("DIGITALOCEAN_ACCESS_TOKEN"); got != "dop_v1_secret" {
		t.Errorf("the engine gets %q", got)
	}
	if !a.HasToken(DigitalOcean) || given(func(*Answers) {}).HasToken(DigitalOcean) {
		t.Error("HasToken is wrong")
	}
}

// TestPlanTakesAFreeName deploys two apps whose folders have one name.
func TestPlanTakesAFreeName(t *testing.T) {
	home := state.Home{Dir: t.TempDir()}
	d, err := home.Open("hello", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Update(func(r *state.Record) { r.Settings = map[string]string{"app": "/some/other/hello", "name": "hello"} }); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	a := given(func(a *Answers) { a.Choose("", "hello") })
	p, err := a.Plan(t.Context(), home)
	if err != nil || p.Name != "hello-2" || a.Settings[plan.KeyName] != "hello-2" {
		t.Errorf("got %q, %v, %v", p.Name, a.Settings, err)
	}
	said := given(func(a *Answers) { a.Choose("", "hello"); a.Settings[plan.KeyName] = "Bad" })
	if _, err := said.Plan(t.Context(), home); err == nil {
		t.Error("a bad name passes")
	}
}

func TestPlanFindsANameWhereThereIsNone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "店")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "app.py"), []byte("from flask import Flask\napp = Flask(__name__)\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	a := given(func(a *Answers) { a.Choose(dir, "") })
	if plan, err := a.Plan(t.Context(), state.Home{Dir: t.TempDir()}); err != nil || plan.Name != "app" {
		t.Errorf("got %q, %v", plan.Name, err)
	}
}

func TestCulprit(t *testing.T) {
	for name, c := range map[string]struct {
		err      error
		provider string
		want     Question
	}{
		"tests":         {&engine.StepError{Step: "tests", Err: errors.New("x")}, Local, AskTests},
		"the app":       {&engine.StepError{Step: "upload", Err: errors.New("x")}, Local, AskApp},
		"variables":     {&engine.StepError{Step: "release", Err: errors.New("x")}, Local, AskEnv},
		"the machine":   {&engine.StepError{Step: "machine", Err: errors.New("x")}, Local, AskWhere},
		"a bad token":   {&engine.StepError{Step: "preflight", Err: &providers.Refused{Err: errors.New("401")}}, DigitalOcean, AskToken},
		"refused, here": {&engine.StepError{Step: "preflight", Err: &providers.Refused{Err: errors.New("no")}}, Local, AskWhere},
		"usage":         {plan.Usagef("", "taken"), Local, AskName},
		"anything":      {errors.New("x"), Local, AskWhere},
	} {
		if got := Culprit(c.err, c.provider); got != c.want {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
	}
}

func TestSamples(t *testing.T) {
	if got := slices.Sorted(slices.Values(Samples)); !slices.Equal(got, app.SampleNames()) {
		t.Errorf("it offers %v, and there are %v", got, app.SampleNames())
	}
}

func TestMoney(t *testing.T) {
	for want, got := range map[string]string{
		"free":                            Money(0, 0),
		"$4.00 a month":                   Money(4, 0),
		"$4.00 a month, $0.00595 an hour": Money(4, 0.00595),
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestAboutApp(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "shop")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "app.py"), []byte("from flask import Flask\napp = Flask(__name__)\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	a := given(func(a *Answers) { a.Choose(dir, "") })
	plan, err := a.Plan(t.Context(), state.Home{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	if got := AboutApp(plan.App); got != "flask app app:app (app.py line 2); packages: Flask (imports in app.py); Python 3.13, Debian 13's own (the app asks for none)" {
		t.Errorf("got %q", got)
	}
}
