package wizard

import (
	"errors"
	"maps"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"

	"slipway/providers"
	"slipway/state"
	"slipway/steps"
	"slipway/steps/app"
	"slipway/steps/engine"
	"slipway/steps/plan"
	"slipway/steps/remote"
	"slipway/ui/answers"
	"slipway/ui/golden"
)

// scenes are the screens as people meet them.
var scenes = map[string]func(p *person){
	"start": func(p *person) { p.found(nil) },
	"start-no-app": func(p *person) {
		p.found(&providers.Usage{Err: errors.New(noAppHere), Next: `set app.wsgi = "module:object" in slipway.toml`, About: providers.AboutApp})
	},
	"start-unfinished": func(p *person) {
		s := p.w.top().(*start)
		s.survey = nil
		s.items = nil
		next := p.w.answers.Clone()
		next.Choose(".", "")
		s.found(&survey{next: next, plan: thePlan(), all: []steps.Summary{
			{Name: "shop", Provider: "digitalocean", App: "/home/ada/shop", Host: "192.0.2.17", Unfinished: true}}})
	},
	"unfinished": func(p *person) {
		u := newUnfinished(steps.Summary{Name: "shop", Provider: "digitalocean", App: "/home/ada/shop", Host: "192.0.2.17", Unfinished: true})
		p.w.stack = append(p.w.stack, u)
		u.update(p.w, &standing{done: 9, all: 19, next: "Debian's packages",
			holdings: []providers.Holding{{Kind: "droplet", ID: "481516", Detail: "s-1vcpu-512mb-10gb in fra1", Monthly: 4}}})
	},
	"folder": func(p *person) { p.w.push(newFolder(p.w)) },
	"where":  func(p *person) { p.press("enter") },
	"token":  func(p *person) { p.token("") },
	"token-heroku": func(p *person) {
		p.w.push(newToken(answers.Heroku, false))
		p.press("HRKU-0123456789")
	},
	"size-heroku": func(p *person) {
		p.w.catalogs[answers.Heroku] = answers.OfHeroku(dynos)
		p.w.push(newSizes(p.w, answers.Heroku, "us"))
	},
	"refused": func(p *person) { p.token("401: unable to authenticate you") },
	"region": func(p *person) {
		p.w.catalogs[answers.DigitalOcean] = answers.OfDigitalOcean(catalog)
		p.w.push(newRegions(p.w, answers.DigitalOcean))
	},
	"size": func(p *person) {
		p.w.catalogs[answers.DigitalOcean] = answers.OfDigitalOcean(catalog)
		p.w.push(newSizes(p.w, answers.DigitalOcean, "fra1"))
	},
	"server": func(p *person) { p.press("enter", "down", "down", "enter", "root@192.0.2.1") },
	"trust": func(p *person) {
		p.w.push(newAsk(question{text: "192.0.2.1", prints: []string{"ssh-ed25519 SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU"}}, "Review"))
	},
	"how":      func(p *person) { p.press("enter", "enter") },
	"wrong":    func(p *person) { p.press("enter", "enter", "ctrl+u", "My Shop", "enter") },
	"variable": func(p *person) { p.press("enter", "enter", "up", "enter", "SECRET_KEY", "enter", "hunter2") },
	"databases": func(p *person) {
		p.press("enter", "enter")
		p.w.plan = thePlan()
		p.w.plan.App.Offers = []app.Offer{{Kind: app.Postgres, Why: "psycopg2-binary (requirements.txt line 3)"}, {Kind: app.Redis, Why: "celery[redis] (requirements.txt line 4)"}}
		p.w.push(newDatabases(p.w, nil))
		p.press("right", "down", "down")
	},
	"backups": func(p *person) {
		p.press("enter", "enter")
		p.w.push(newBackups(p.w, nil))
		p.press("right", "enter", "https://s3.example.com/shop/backups", "tab", "AKIAEXAMPLE", "tab", "hunter2")
	},
	"review":      func(p *person) { p.review() },
	"review-open": func(p *person) { p.review(); p.press("up", "up", "up", "up", "right") },
	"review-cloud": func(p *person) {
		p.review()
		p.w.answers.ChooseProvider("digitalocean")
		maps.Copy(p.w.answers.Settings, map[string]string{plan.KeyRegion: "fra1", plan.KeySize: "s-1vcpu-512mb-10gb", plan.KeyDomain: "shop.example.com", plan.KeyEmail: "ada@example.com"})
		p.w.top().update(p.w, &reviewed{board: cloud(), plan: thePlan()})
	},
	"ports":    func(p *person) { p.listening() },
	"progress": func(p *person) { p.deploying() },
	"log": func(p *person) {
		p.deploying()
		p.w.push(newLogs(p.w.board.log))
	},
	"failure":    func(p *person) { p.failed("tests", pytestOutput) },
	"crash":      func(p *person) { p.failed("release", gunicornOutput) },
	"crash-kept": func(p *person) { p.failedIn(p.t.TempDir(), "release", readOnlyOutput) },
	"done":       func(p *person) { p.deployed() },
	"unserved": func(p *person) {
		p.deployed()
		p.w.top().(*done).outcome.Visitors = &engine.Visitors{Path: "/", Status: 400,
			Cause: "every page answers 400: the app does not answer to the host 127.63.21.8: ALLOWED_HOSTS in shop/settings.py line 28 lists shop.example.org",
			Next:  `add "127.63.21.8" to it`}
	},
	"removal": func(p *person) {
		r := newRemoval("shop", (*wizard).restart)
		p.w.stack = append(p.w.stack, r)
		r.opened = &steps.Removal{Name: "shop", Holdings: []providers.Holding{
			{Kind: "droplet", ID: "481516", Detail: "s-1vcpu-512mb-10gb in fra1", Monthly: 4}, {Kind: "firewall", ID: "slipway-shop-5fccd98c0359"}}}
	},
	"removal-data": func(p *person) {
		r := newRemoval("shop", (*wizard).restart)
		p.w.stack = append(p.w.stack, r)
		r.opened = &steps.Removal{Name: "shop", Holdings: []providers.Holding{{Kind: "droplet", ID: "481516", Monthly: 4}},
			Data: steps.Data{Kept: []providers.Datum{{What: "the database in PostgreSQL", Detail: "12 rows in 3 tables", Bytes: 8 << 20}},
				Backup: "there is no backup of it: backups are off"}}
		p.press("down", "enter", "s", "h", "o", "enter")
	},
	"help":  func(p *person) { p.press("?") },
	"small": func(p *person) { p.w.Update(tea.WindowSizeMsg{Width: 40, Height: 12}) },
}

// noAppHere is the error of a folder without an app; the folder is the dot.
const noAppHere = "no Python web app was found in ."

func thePlan() plan.Plan {
	return plan.Plan{Name: "shop", Values: map[string]plan.NamedValue{plan.KeyProvider: {Value: "local"}}, App: app.Found{Framework: "flask", Reasons: []app.Reason{
		{Subject: "web app", Value: "server:app", Source: "server.py line 4"},
		{Subject: "requirements", Value: "requirements.txt", Source: "requirements.txt"}}}}
}

func (p *person) found(err error) {
	s := p.w.top().(*start)
	next := p.w.answers.Clone()
	next.Choose(".", "")
	s.items, s.survey = nil, nil
	s.found(&survey{next: next, plan: thePlan(), err: err})
}

// theSteps are those of a run, with what it would change.
var theSteps = []struct {
	name, title, change string
	seconds             float64
}{
	{"preflight", "what is needed is there", "", 0},
	{"image", "the base image of Debian 13", "", 0},
	{"machine", "a machine on this computer", "make the machine slipway-shop-5fccd98c0359", 1.6},
	{"connection", "a connection to the server", "log in to the server with the deployment's key", 0.4},
	{"login", "a user to log in as, instead of root", "write /etc/sudoers.d/90-slipway", 0.1},
	{"sshd", "SSH by key only, not for root", "set sshd's PermitRootLogin to no", 0.1},
	{"packages", "Debian's packages", "install nginx, nftables, python3-venv, unattended-upgrades", 6.5},
	{"firewall", "a firewall that lets in SSH and the web only", "load the firewall's rules: 22, 80 in, the rest dropped", 0.1},
	{"updates", "security updates by themselves", "write /etc/apt/apt.conf.d/20auto-upgrades", 0.1},
	{"proxy", "nginx in front of the app", "let nginx serve the app", 0.1},
	{"account", "a user of its own for the app", "make the user app-shop", 0.1},
	{"upload", "the app's source on the server", "upload release 08d4abc35ca1 (12 files)", 0.1},
	{"dependencies", "the app's packages, in a virtual environment", "install the packages from requirements.txt", 3.8},
	{"tests", "the app's own tests", "run pytest -q", 1.2},
	{"release", "the release takes the traffic", "switch to release 08d4abc35ca1 once it answers", 0.5},
	{"verify", "the app answers from outside", "ask for / on port 80", 0.1},
}

// planned is what a look at everything found.
func planned() *board {
	expected := map[string]float64{}
	for _, s := range theSteps {
		expected[s.name] = s.seconds
	}
	b := newBoard(expected)
	b.event(engine.Event{Kind: engine.KindStart, Name: "shop", Provider: "local"})
	for _, s := range theSteps {
		e := engine.Event{Kind: engine.KindStep, Step: s.name, Title: s.title, Status: engine.Unchanged}
		if s.change != "" {
			e.Status, e.Changes = engine.WouldChange, []providers.Change{{What: s.change}}
		}
		b.event(e)
	}
	return b
}

func (p *person) review() {
	p.press("enter", "enter", "tab", "tab", "pytest -q")
	p.w.top().(*how).keep(p.w)
	p.w.answers.Folder, p.w.answers.Sample = ".", ""
	r := &review{}
	p.w.stack = append(p.w.stack, r)
	r.update(p.w, &reviewed{board: planned(), plan: thePlan()})
}

// listening is a review of a server on which other programs listen.
func (p *person) listening() {
	p.review()
	b := planned()
	b.event(engine.Event{Kind: engine.KindStep, Step: "firewall", Title: "a firewall that lets in SSH and the web only", Status: engine.WouldChange, Changes: []providers.Change{
		{What: "close port 8080, where node (app.service) listens", Why: "--allow 8080 keeps it open", Closes: "8080"},
		{What: "close port 51820/udp, where the kernel or an unknown program listens", Why: "--allow 51820/udp keeps it open", Closes: "51820/udp"}}})
	p.w.top().update(p.w, &reviewed{board: b, plan: thePlan()})
}

// until runs the steps up to one, which is in hand.
func (p *person) until(name string) *progress {
	s := newProgress(planned().fresh())
	s.began, p.w.board = noon.Add(-5*time.Second), s.board
	for _, step := range theSteps {
		e := engine.Event{Kind: engine.KindStep, Step: step.name, Title: step.title, Time: noon.Add(-3 * time.Second), Status: engine.Changing,
			Changes: []providers.Change{{What: step.change, Why: "it is needed"}}}
		if step.name == name {
			s.board.event(e)
			break
		}
		if step.change != "" {
			s.board.event(e)
		}
		e.Changes, e.Seconds, e.Status = nil, step.seconds, engine.Changed
		if step.change == "" {
			e.Status = engine.Unchanged
		}
		s.board.event(e)
	}
	p.w.stack = append(p.w.stack, s)
	return s
}

func (p *person) deploying() {
	s := p.until("packages")
	for _, line := range []string{"Get:1 http://deb.debian.org/debian trixie InRelease [140 kB]", "Fetched 10.2 MB in 1s (14.7 MB/s)", "Setting up nginx (1.26.3-3+deb13u11) ..."} {
		s.board.event(engine.Event{Kind: engine.KindLine, Step: "packages", Line: line})
	}
}

// failed has a step fail with what it printed.
func (p *person) failed(name, output string) { p.failedIn("", name, output) }

// failedIn has a step of an app in a folder fail with what it printed.
func (p *person) failedIn(folder, name, output string) {
	p.t.Helper()
	s := p.until(name)
	s.board.event(engine.Event{Kind: engine.KindStep, Step: name, Title: s.board.row(name).title, Status: engine.Failed, Seconds: 1.2})
	keepRecord(p.t, p.w.options.Home, "shop", "/home/ada/shop")
	saveServer(p.t, p.w.options.Home)
	err := &engine.StepError{Step: name, Folder: folder, Err: &remote.ExitError{What: "it", Status: 1, Tail: output}}
	p.w.stack[len(p.w.stack)-1] = newFailure(p.w, s.board, err)
}

func saveServer(t *testing.T, home state.Home) {
	t.Helper()
	d, err := home.Open("shop", noon)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := d.Update(func(r *state.Record) {
		r.Server = state.Server{Address: "127.63.21.8", Port: 22, User: "deploy", HostKeys: []string{"ssh-ed25519 AAAA"}}
	}); err != nil {
		t.Fatal(err)
	}
}

func (p *person) deployed() {
	s := p.until("")
	d := newDone(p.w, s.board, engine.Outcome{Changed: true, URL: "http://127.63.21.8", Release: "08d4abc35ca1"}, 14*time.Second)
	d.again = "slipway --yes --provider local"
	p.w.stack[len(p.w.stack)-1] = d
}

// TestScreens compares every screen with its golden file, and looks whether it
// fits its window.
func TestScreens(t *testing.T) {
	for name, play := range scenes {
		for _, size := range []tea.WindowSizeMsg{{Width: 80, Height: 24}, {Width: 120, Height: 40}} {
			dimensions := strconv.Itoa(size.Width) + "x" + strconv.Itoa(size.Height)
			t.Run(name+" "+dimensions, func(t *testing.T) {
				p := sit(t, nil)
				p.w.Update(size)
				play(p)
				screen := p.screen()
				if strings.Contains(p.w.View(), "\x1b") {
					t.Error("there are escape sequences where there should be no colours")
				}
				fits(t, screen, p.w.width, p.w.height)
				golden.Same(t, "golden/"+name+"-"+dimensions+".txt", trimmed(screen))
			})
		}
	}
}

// TestSizes looks at every screen in windows that have no golden file.
func TestSizes(t *testing.T) {
	for name, play := range scenes {
		for _, size := range []tea.WindowSizeMsg{{Width: 60, Height: 24}, {Width: 100, Height: 30}, {Width: 200, Height: 24}, {Width: 80, Height: 60}} {
			p := sit(t, nil)
			p.w.Update(smallest)
			play(p)
			p.w.Update(size)
			fits(t, p.screen(), size.Width, size.Height)
			if size.Width < leastWidth && !strings.Contains(p.screen(), "60 x 24") {
				t.Errorf("%s: it is not said that the window is too small:\n%s", name, p.screen())
			}
		}
	}
}

// trimmed has no spaces at the ends of lines, which editors remove.
func trimmed(screen string) string {
	lines := strings.Split(screen, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n") + "\n"
}

func fits(t *testing.T, screen string, width, height int) {
	t.Helper()
	lines := strings.Split(screen, "\n")
	if len(lines) > height {
		t.Errorf("it has %d lines, the window %d", len(lines), height)
	}
	for _, line := range lines {
		if got := lipgloss.Width(line); got > width {
			t.Errorf("a line has %d cells, the window %d: %s", got, width, line)
		}
	}
}

// TestColours shows a screen in 16 colours and in all, on dark and on light.
func TestColours(t *testing.T) {
	views := map[string]string{}
	for name, c := range map[string]struct {
		profile termenv.Profile
		dark    bool
		want    string
	}{
		"16 on dark":   {termenv.ANSI, true, "\x1b[1;96m"},
		"16 on light":  {termenv.ANSI, false, "\x1b[1;34m"},
		"all on dark":  {termenv.TrueColor, true, "38;2;108;182;255"},
		"all on light": {termenv.TrueColor, false, "38;2;10;95;17"},
	} {
		p := sit(t, nil)
		p.w.look = colouredLook(t, c.profile, c.dark)
		views[name] = p.w.View()
		if !strings.Contains(views[name], c.want) {
			t.Errorf("%s: there is no %q in %q", name, c.want, views[name][:120])
		}
	}
}

func colouredLook(t *testing.T, profile termenv.Profile, dark bool) *look {
	t.Helper()
	r := lipgloss.NewRenderer(os.Stderr)
	r.SetColorProfile(profile)
	r.SetHasDarkBackground(dark)
	was := lipgloss.DefaultRenderer()
	lipgloss.SetDefaultRenderer(r)
	t.Cleanup(func() { lipgloss.SetDefaultRenderer(was) })
	return newLook(r)
}

func TestASCII(t *testing.T) {
	for locale, want := range map[string]bool{"": true, "C": false, "POSIX": false, "en_US.UTF-8": true, "C.utf8": true, "de_DE.ISO-8859-1": false} {
		if got := speaksUnicode(func(name string) string { return map[string]string{"LANG": locale}[name] }); got != want {
			t.Errorf("%q speaks Unicode: %t, want %t", locale, got, want)
		}
	}
	for _, scene := range []string{"start", "review", "review-open", "progress", "done", "failure", "crash"} {
		p := sit(t, nil)
		p.w.look.glyphs = asciiGlyphs
		scenes[scene](p)
		for _, r := range p.screen() {
			if r > 0x7e {
				t.Errorf("%s has %q where only ASCII shows:\n%s", scene, r, p.screen())
				break
			}
		}
	}
}
