package wizard

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"

	"slipway/providers"
	"slipway/providers/digitalocean"
	"slipway/state"
	"slipway/steps"
	"slipway/steps/engine"
	"slipway/steps/plan"
)

// noon is when tests happen.
var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

func plainLook() *look {
	r := lipgloss.NewRenderer(io.Discard)
	r.SetColorProfile(termenv.Ascii)
	lipgloss.SetDefaultRenderer(r) // the terminal of whoever tests does not count
	return newLook(r)
}

// shelf is a provider that makes nothing: its machine is there or fails.
type shelf struct {
	plan   plan.Plan
	broken error
}

func (s *shelf) Name() string                                { return "local" }
func (s *shelf) Check(context.Context, providers.Spec) error { return nil }
func (s *shelf) Resources(providers.Spec) []providers.Resource {
	return []providers.Resource{&thing{s}}
}
func (s *shelf) Destroy(context.Context, providers.Spec, func(string)) error { return nil }
func (s *shelf) Server(context.Context, providers.Spec) (providers.Server, error) {
	return providers.Server{}, providers.ErrNoServer
}
func (s *shelf) Holdings(context.Context, providers.Spec) ([]providers.Holding, error) {
	return []providers.Holding{{Kind: "machine", ID: "m-1", Detail: "debian-13", Monthly: 4}}, nil
}

type thing struct{ shelf *shelf }

func (*thing) Kind() string           { return "machine" }
func (*thing) Title() string          { return "a machine" }
func (*thing) Phase() providers.Phase { return providers.PhaseBoot }
func (*thing) Look(context.Context, time.Time) (providers.Finding, error) {
	return providers.Finding{Changes: []providers.Change{{What: "make the machine", Monthly: 4, Hourly: 0.00595}}}, nil
}
func (t *thing) Make(context.Context, func(string)) error { return t.shelf.broken }

// errBroken is why the shelf makes nothing.
var errBroken = errors.New("the shelf is empty")

func open(steps.Operator) engine.OpenProvider {
	return func(plan plan.Plan, _ string) (providers.Provider, error) {
		return &shelf{plan: plan, broken: errBroken}, nil
	}
}

var sale = digitalocean.Catalog{
	Regions: []digitalocean.Region{{Slug: "ams3", Name: "Amsterdam 3", Available: true}, {Slug: "fra1", Name: "Frankfurt 1", Available: true},
		{Slug: "nyc2", Name: "New York 2"}, {Slug: "nyc3", Name: "New York 3", Available: true}},
	Sizes: []digitalocean.Size{
		{Slug: "s-1vcpu-512mb-10gb", MemoryMB: 512, VCPUs: 1, DiskGB: 10, Monthly: 4, Hourly: 0.00595, Regions: []string{"ams3", "fra1", "nyc3"}},
		{Slug: "s-1vcpu-1gb", MemoryMB: 1024, VCPUs: 1, DiskGB: 25, Monthly: 6, Hourly: 0.00893, Regions: []string{"ams3", "nyc3"}},
		{Slug: "s-1vcpu-2gb", MemoryMB: 2048, VCPUs: 1, DiskGB: 50, Monthly: 12, Hourly: 0.01786, Regions: []string{"ams3", "fra1", "nyc3"}},
		{Slug: "s-2vcpu-4gb", MemoryMB: 4096, VCPUs: 2, DiskGB: 80, Monthly: 24, SoldOut: true}},
	Images: []digitalocean.Image{{Slug: "debian-13-x64", MinDiskGB: 7}},
}

// person is somebody at the wizard.
type person struct {
	t *testing.T
	w *wizard
}

// sit starts a wizard in an app's folder, with a home of its own.
func sit(t *testing.T, change func(*Options)) *person {
	t.Helper()
	o := Options{
		Asked: plan.Asked{Sample: "hello", Getenv: func(string) string { return "" }, Flags: map[string]string{}},
		Home:  state.Home{Dir: t.TempDir()}, Open: open,
		Sale: func(context.Context, engine.OpenProvider) (digitalocean.Catalog, error) { return sale, nil },
		Problem: func(err error) *engine.Problem {
			p := &engine.Problem{Error: err.Error(), Code: 1}
			if hinted, ok := errors.AsType[interface {
				error
				Hint() string
			}](err); ok {
				p.Hint = hinted.Hint()
			}
			return p
		},
		Out: io.Discard,
	}
	if change != nil {
		change(&o)
	}
	p := &person{t: t, w: newWizard(t.Context(), o, plainLook())}
	p.w.now = func() time.Time { return noon }
	p.w.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	t.Cleanup(func() {
		p.w.cancel(context.Canceled)
		p.w.working.Wait()
		p.w.closing()
	})
	p.do(p.w.top().shown(p.w))
	return p
}

// do runs commands to their end, and what follows from them. It returns true if
// the wizard was left.
func (p *person) do(cmd tea.Cmd) bool {
	p.t.Helper()
	if cmd == nil {
		return false
	}
	answer := make(chan tea.Msg, 1)
	go func() { answer <- cmd() }()
	var msg tea.Msg
	select {
	case msg = <-answer:
	case <-time.After(20 * time.Second):
		p.t.Fatal("a command did not end")
	}
	switch m := msg.(type) {
	case nil:
		return false
	case tea.QuitMsg:
		return true
	case tea.BatchMsg:
		left := false
		for _, each := range m {
			left = p.do(each) || left
		}
		return left
	case delivered:
		if _, ok := m.msg.(tick); ok {
			return false
		}
	}
	_, next := p.w.Update(msg)
	return p.do(next)
}

// special are the keys that are no letters.
var special = map[string]tea.KeyType{"enter": tea.KeyEnter, "esc": tea.KeyEsc, "up": tea.KeyUp, "down": tea.KeyDown, "tab": tea.KeyTab,
	"left": tea.KeyLeft, "right": tea.KeyRight, "ctrl+c": tea.KeyCtrlC, "ctrl+u": tea.KeyCtrlU, "pgdown": tea.KeyPgDown, "end": tea.KeyEnd}

// press presses keys by name; what has no name is typed. It returns true if the
// wizard was left.
func (p *person) press(keys ...string) bool {
	p.t.Helper()
	left := false
	for _, name := range keys {
		k := tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(name)}
		if kind, ok := special[name]; ok {
			k = tea.KeyMsg{Type: kind}
		}
		_, cmd := p.w.Update(k)
		left = p.do(cmd) || left
	}
	return left
}

func (p *person) screen() string { return ansi.Strip(p.w.View()) }

// sees fails unless the screen has every text.
func (p *person) sees(texts ...string) {
	p.t.Helper()
	screen := p.screen()
	// Where lines break is another matter.
	flat := strings.Join(strings.Fields(strings.ReplaceAll(screen, "\\\n", "")), " ")
	for _, text := range texts {
		if !strings.Contains(screen, text) && !strings.Contains(flat, text) {
			p.t.Fatalf("the screen does not show %q:\n%s", text, screen)
		}
	}
}

func (p *person) misses(text string) {
	p.t.Helper()
	if screen := p.screen(); strings.Contains(screen, text) {
		p.t.Fatalf("the screen shows %q:\n%s", text, screen)
	}
}

func TestEnterComesToTheReview(t *testing.T) {
	p := sit(t, nil)
	p.sees("What shall be deployed?", "The sample hello")
	p.press("enter")
	p.sees("Where shall it run?", "On this computer")
	p.press("enter")
	p.sees("How shall it run?", "hello", "[standard]")
	p.press("enter")
	p.sees("make the machine", "$4.00 a month, $0.00595 an hour", "slipway --yes --sample hello --provider local")
	if names, err := p.w.options.Home.Names(); err != nil || len(names) > 0 {
		t.Errorf("something was made before it was confirmed: %v, %v", names, err)
	}
	p.press("enter")
	p.sees("It stopped at: a machine", "the shelf is empty", "Try again", "Remove what was made")
	if !p.press("k") {
		t.Error("k does not leave")
	}
	ending := p.w.end()
	if !errors.Is(ending.Err, errBroken) {
		t.Errorf("it ended with %v", ending.Err)
	}
	record := strings.Join(ending.Record, "\n")
	for _, want := range []string{"slipway: hello on local", "machine       failed", "error: machine: the shelf is empty", "this continues: slipway --yes --sample hello --provider local"} {
		if !strings.Contains(record, want) {
			t.Errorf("the record does not say %q:\n%s", want, record)
		}
	}
}

func TestBackKeepsAnswers(t *testing.T) {
	p := sit(t, nil)
	p.press("enter", "enter", "ctrl+u", "my-shop", "tab", "left", "tab", "true", "enter")
	p.sees("--name my-shop", "--hardening minimal", "--test-command true")
	p.press("esc")
	p.sees("my-shop", "[minimal]", "true")
	p.press("esc")
	p.sees("Where shall it run?")
	p.press("esc")
	p.sees("What shall be deployed?")
	p.press("enter", "enter")
	p.sees("my-shop", "[minimal]", "true")
	p.press("enter")
	p.sees("--name my-shop", "--hardening minimal", "--test-command true")
}

func TestEveryValueIsCheckedWhereItIsTyped(t *testing.T) {
	p := sit(t, nil)
	p.press("enter", "enter", "ctrl+u", "Not A Name", "enter")
	p.sees("How shall it run?", "a name is lower-case letters, digits and inner hyphens")
	p.press("ctrl+u", "cache", "enter")
	p.sees("this name is slipway's own")
	p.press("ctrl+u", "good")
	p.misses("slipway's own")
	p.press("tab", "tab", "tab", "/does/not/exist", "enter")
	p.sees("--env-file /does/not/exist can't be read")
}

func TestVariables(t *testing.T) {
	p := sit(t, nil)
	p.press("enter", "enter", "up", "enter")
	p.sees("A variable of the app's")
	p.press("1A", "enter")
	p.sees("begins with no digit")
	p.press("ctrl+u", "SECRET_KEY", "enter", "hunter2")
	p.sees("*******")
	p.misses("hunter2")
	p.press("enter")
	p.sees("How shall it run?", "SECRET_KEY")
	p.w.Update(tea.KeyMsg{Type: tea.KeyEnter}) // on "add a variable" again
	_, cmd := p.w.Update(tea.KeyMsg{Type: tea.KeyRunes, Paste: true, Runes: []rune("export OTHER=a=b")})
	p.do(cmd)
	p.press("enter", "tab", "enter")
	p.sees(`--env SECRET_KEY="$SECRET_KEY" --env OTHER="$OTHER"`, "with SECRET_KEY, OTHER set")
	p.misses("hunter2")
	if got := p.w.answers.Env; len(got) != 2 || got[0] != "SECRET_KEY=hunter2" || got[1] != "OTHER=a=b" {
		t.Errorf("got %q", got)
	}
	p.press("esc", "up", "up", "x")
	p.sees("How shall it run?")
	if got := p.w.answers.EnvKeys(); len(got) != 1 {
		t.Errorf("got %q", got)
	}
}

func TestDigitalOcean(t *testing.T) {
	refuse := true
	tokens := []string{}
	p := sit(t, func(o *Options) {
		o.Open = func(operator steps.Operator) engine.OpenProvider {
			return func(plan plan.Plan, dir string) (providers.Provider, error) {
				tokens = append(tokens, operator.Getenv("DIGITALOCEAN_ACCESS_TOKEN"))
				return open(operator)(plan, dir)
			}
		}
		o.Sale = func(_ context.Context, open engine.OpenProvider) (digitalocean.Catalog, error) {
			if _, err := open(plan.Plan{}, ""); err != nil {
				return digitalocean.Catalog{}, err
			}
			if refuse {
				return digitalocean.Catalog{}, &providers.Refused{Err: errors.New("401: unable to authenticate you"), Next: "make another token"}
			}
			return sale, nil
		}
	})
	p.press("enter", "down", "enter")
	p.sees("A token for DigitalOcean")
	p.press("enter")
	p.sees("paste the token")
	p.press("secret1", "enter")
	p.sees("401: unable to authenticate you", "make another token")
	p.misses("secret1")
	refuse = false
	p.press("ctrl+u", "secret2", "enter")
	p.sees("Which region?", "fra1", "from $4.00 a month", "takes no new droplets")
	if got := tokens[len(tokens)-1]; got != "secret2" {
		t.Errorf("the engine was given the token %q", got)
	}
	p.press("/", "amster")
	p.sees("ams3")
	p.misses("fra1")
	p.press("esc")
	p.sees("fra1")
	p.press("/", "frankf", "enter")
	p.sees("Which size?", "s-1vcpu-512mb-10gb", "$4.00", "512 MB", "sold out in fra1", "sold out everywhere")
	p.press("down", "enter")
	p.sees("Which size?") // what is sold out can't be chosen
	p.press("down", "enter", "enter")
	p.sees("--provider digitalocean --region fra1 --size s-1vcpu-2gb", "with DIGITALOCEAN_ACCESS_TOKEN set")
	p.misses("secret2")
	p.press("esc", "esc", "esc")
	p.sees("Which region?")
	p.press("esc")
	p.sees("Where shall it run?")
}

// TestTokenOfTheEnvironment is tried first; if it is refused, another one can be
// typed and wins.
func TestTokenOfTheEnvironment(t *testing.T) {
	for name, variable := range map[string]string{"usual": "DIGITALOCEAN_ACCESS_TOKEN", "other": "DIGITALOCEAN_TOKEN"} {
		t.Run(name, func(t *testing.T) {
			p := sit(t, func(o *Options) {
				o.Asked.Getenv = func(key string) string { return map[string]string{variable: "from the environment"}[key] }
			})
			p.press("enter", "down", "enter")
			p.sees("Which region?")
		})
	}
	var tried []string
	p := sit(t, func(o *Options) {
		o.Asked.Getenv = func(key string) string { return map[string]string{"DIGITALOCEAN_ACCESS_TOKEN": "old"}[key] }
		o.Open = func(operator steps.Operator) engine.OpenProvider {
			return func(plan plan.Plan, dir string) (providers.Provider, error) {
				tried = append(tried, operator.Getenv("DIGITALOCEAN_ACCESS_TOKEN"))
				return open(operator)(plan, dir)
			}
		}
		o.Sale = func(_ context.Context, open engine.OpenProvider) (digitalocean.Catalog, error) {
			_, err := open(plan.Plan{}, "")
			if err == nil && tried[len(tried)-1] == "old" {
				err = &providers.Refused{Err: errors.New("401: expired")}
			}
			return sale, err
		}
	})
	p.press("enter", "down", "enter")
	p.sees("A token for DigitalOcean", "401: expired")
	p.press("new", "enter")
	p.sees("Which region?")
	p.press("esc", "enter")
	p.sees("Which region?") // a token that was taken is not asked for again
}

func TestServerOfMine(t *testing.T) {
	p := sit(t, nil)
	p.press("enter", "down", "down", "enter")
	p.sees("Which server?")
	p.press("enter")
	p.sees("USER@HOST or USER@HOST:PORT")
	p.press("root@192.0.2.1", "tab", "tab", "SHA256:short", "enter")
	p.sees("SHA256: and 43 characters")
	p.press("ctrl+u", "enter", "enter")
	p.sees("--provider ssh --host root@192.0.2.1")
}

func TestTheEngineAsks(t *testing.T) {
	p := sit(t, func(o *Options) {
		o.Open = func(operator steps.Operator) engine.OpenProvider {
			return func(plan plan.Plan, _ string) (providers.Provider, error) {
				return &curious{shelf{plan: plan}, operator}, nil
			}
		}
	})
	p.press("enter", "enter")
	_, cmd := p.w.Update(tea.KeyMsg{Type: tea.KeyEnter})
	_, look := p.w.Update(cmd())
	p.w.Update(p.w.listen()())
	p.sees("Is this the server?", "192.0.2.1", "SHA256:abc")
	p.press("down", "enter")
	p.do(look)
	p.sees("make the machine", "--host-key-fingerprint SHA256:abc")
}

// curious is a shelf that wants to know whom to trust.
type curious struct {
	shelf
	operator steps.Operator
}

func (c *curious) Check(ctx context.Context, spec providers.Spec) error {
	if spec.Name != "hello" {
		return nil // it is only asked whether it would
	}
	yes, err := c.operator.Trust(ctx, "192.0.2.1", []string{"ssh-ed25519 SHA256:abc"})
	if err == nil && !yes {
		return errors.New("not trusted")
	}
	return err
}

func TestUnfinished(t *testing.T) {
	p := sit(t, nil)
	keepRecord(t, p.w.options.Home, "hello", "sample hello")
	p.do(p.w.restart())
	p.sees("Continue hello", "unfinished: sample hello on local")
	p.press("up", "up", "enter")
	p.sees("hello is unfinished", "from step 2 of", "machine m-1, debian-13: $4.00 a month")
	p.press("down", "down", "enter")
	p.sees("Remove hello", "can't be brought back", "m-1")
	p.press("enter") // keeps it
	p.sees("hello is unfinished")
	p.press("down", "down", "enter", "down", "enter")
	p.sees("What shall be deployed?")
	p.misses("Continue hello")
	if p.w.options.Home.Exists("hello") {
		t.Error("the record is still there")
	}
}

// keepRecord puts an unfinished deployment on record.
func keepRecord(t *testing.T, home state.Home, name, app string) {
	t.Helper()
	d, err := home.Open(name, noon)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	err = d.Update(func(r *state.Record) {
		r.Settings = map[string]string{"app": app, "name": name, "provider": "local"}
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestRetryAndEdit(t *testing.T) {
	p := sit(t, nil)
	p.press("enter", "enter", "enter", "enter")
	p.sees("It stopped", "Choose another place")
	p.press("r")
	p.sees("It stopped")
	p.press("l")
	p.sees("machine: failed")
	p.press("esc", "e")
	p.sees("Where shall it run?")
	p.press("enter", "enter", "enter")
	p.sees("It stopped")
	p.press("esc")
	p.sees("The same without questions")
}

func TestLeaving(t *testing.T) {
	for name, keys := range map[string][]string{"q": {"q"}, "esc": {"esc"}, "ctrl+c": {"ctrl+c"}, "ctrl+c deep": {"enter", "enter", "ctrl+c"}} {
		t.Run(name, func(t *testing.T) {
			p := sit(t, nil)
			if !p.press(keys...) {
				t.Fatalf("it was not left:\n%s", p.screen())
			}
			if err := p.w.end().Err; !errors.Is(err, context.Canceled) {
				t.Errorf("it ended with %v", err)
			}
			if got := p.w.end().Record; len(got) != 1 || got[0] != "nothing was made or changed" {
				t.Errorf("the scrollback has %q", got)
			}
		})
	}
	p := sit(t, nil)
	if p.press("enter", "enter", "q") {
		t.Error("q leaves where letters are text")
	}
}

func TestInterruptWaitsForTheRun(t *testing.T) {
	p := sit(t, nil)
	p.w.busy = true
	if p.press("ctrl+c") {
		t.Error("it was left while something ran")
	}
	p.sees("Leaving in good order")
	if p.w.ctx.Err() == nil {
		t.Error("what runs was not told")
	}
	if !p.press("ctrl+c") || !p.w.abandoned {
		t.Error("a second Ctrl-C does not leave at once")
	}
}

// unfitted is a computer that can't run machines.
type unfitted struct{ shelf }

func (*unfitted) Check(context.Context, providers.Spec) error {
	return &providers.Refused{Err: errors.New("this needs root")}
}

func TestWhereNothingRunsHere(t *testing.T) {
	p := sit(t, func(o *Options) {
		o.Open = func(steps.Operator) engine.OpenProvider {
			return func(plan.Plan, string) (providers.Provider, error) { return &unfitted{}, nil }
		}
	})
	p.press("enter")
	p.sees("this needs root", "› DigitalOcean")
	p.press("up", "enter")
	p.sees("Where shall it run?")
}

// TestChoicesThatAreNotBuilt: what the engine does not know is not offered.
func TestChoicesThatAreNotBuilt(t *testing.T) {
	p := sit(t, func(o *Options) {
		o.Open = func(operator steps.Operator) engine.OpenProvider {
			return func(p plan.Plan, dir string) (providers.Provider, error) {
				if p.Value(plan.KeyProvider) == "ssh" {
					return nil, plan.Usagef("", "not built")
				}
				return open(operator)(p, dir)
			}
		}
	})
	p.press("enter")
	p.sees("DigitalOcean")
	p.misses("A server of mine")
}

func TestSmallWindow(t *testing.T) {
	p := sit(t, nil)
	p.w.Update(tea.WindowSizeMsg{Width: 60, Height: 15})
	p.sees("60 x 15", "80 x 24")
	p.press("enter")
	p.w.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	p.sees("What shall be deployed?")
}

func TestAnotherFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "вітрина 店")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	p := sit(t, nil)
	p.press("end")
	p.press("enter")
	p.sees("Which folder?")
	p.press("/does/not/exist", "enter")
	p.sees("there is no folder")
	p.press("ctrl+u", dir[:len(dir)-len(" 店")], "tab")
	p.sees("店")
	p.press("enter")
	p.sees("no Python web app was found")
	if err := os.WriteFile(filepath.Join(dir, "app.py"), []byte("from flask import Flask\napp = Flask(__name__)\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p.press("enter")
	p.sees("Where shall it run?")
	p.press("enter")
	p.sees("How shall it run?")
}
