package wizard

import (
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"slipway/providers"
	"slipway/steps/engine"
	"slipway/steps/plan"
)

// reviewing is a person at the review of a run of the shop's.
func reviewing(t *testing.T, size tea.WindowSizeMsg, notes ...string) (*person, *review) {
	t.Helper()
	p := sit(t, nil)
	p.w.Update(size)
	p.review()
	r := p.w.top().(*review)
	r.found.board.notes = notes
	return p, r
}

var smallest = tea.WindowSizeMsg{Width: leastWidth, Height: leastHeight}

func TestReviewIsClosedAtFirst(t *testing.T) {
	p, _ := reviewing(t, smallest, "the account has one droplet left")
	p.sees("makes  a machine on this computer", "costs  nothing more", "note: the account has one droplet left",
		"14 steps to change, 2 unchanged", "The server", "2 to change, 2 unchanged", "Getting in", "System and hardening", "Web", "Your app", "Check",
		"› Deploy shop", "Enter deploy", "slipway --yes --provider local --test-command 'pytest -q'")
	p.misses("PermitRootLogin")
	p.misses("more below")
}

// TestReviewOpensHeadings: where the cursor is decides what Enter does, and the line
// of keys says what that is.
func TestReviewOpensHeadings(t *testing.T) {
	p, _ := reviewing(t, tea.WindowSizeMsg{Width: 120, Height: 40})
	p.press("up")
	p.sees("› ▸ Check", "Enter open")
	p.misses("Enter deploy")
	p.press("up", "up", "up", "up", "enter")
	p.sees("› ▾ Getting in", "SSH by key only, not for root", "set sshd's PermitRootLogin to no", "Enter close")
	p.press("up", "right")
	p.sees("› ▾ The server", "the base image of Debian 13: unchanged", "make the machine slipway-shop-5fccd98c0359", "PermitRootLogin")
	p.press("left")
	p.sees("› ▸ The server")
	p.misses("the base image")
	p.press("down", "enter")
	p.misses("PermitRootLogin")
	p.press("end")
	p.sees("› Deploy shop", "Enter deploy")
	p.press("left", "right", "down")
	p.sees("› Deploy shop")
	p.press("enter")
	p.sees("It stopped") // there is no app in this folder
}

// TestReviewScrolls opens everything in the smallest window: every line can be
// read with the arrows alone, and what deploys stays on the screen.
func TestReviewScrolls(t *testing.T) {
	p, r := reviewing(t, smallest, strings.Repeat("a long note about the app ", 6))
	p.press("up")
	for range inOrder {
		p.press("right", "up")
	}
	seen := map[string]bool{}
	read := func() {
		screen := p.screen()
		fits(t, screen, leastWidth, leastHeight)
		for line := range strings.SplitSeq(screen, "\n") {
			seen[strings.TrimSpace(strings.TrimLeft(line, " ›"))] = true
		}
		p.sees("Deploy shop", "slipway --yes")
	}
	p.press("home")
	for range 100 {
		read()
		p.press("down")
	}
	if !r.onDeploy() {
		t.Errorf("down does not end at the line that deploys:\n%s", p.screen())
	}
	for _, line := range r.list.lines {
		if line = strings.TrimSpace(strings.TrimLeft(line, " ›")); line != "" && !seen[line] {
			t.Errorf("the line %q was never on the screen", line)
		}
	}
	for range 100 {
		p.press("up")
		read()
	}
	if r.at != 0 {
		t.Errorf("up does not end at the first heading:\n%s", p.screen())
	}
	p.press("pgdown", "pgdown", "pgdown", "pgup")
	read()
}

// TestReviewWithoutChanges says so once.
func TestReviewWithoutChanges(t *testing.T) {
	p, r := reviewing(t, smallest)
	for _, row := range r.found.board.rows {
		row.status, row.changes = engine.Unchanged, nil
	}
	p.sees("makes  nothing new", "No changes: 16 steps unchanged", "Deploy shop")
	p.misses("to change")
}

// TestReviewOfACloud fits the smallest window with all that a cloud makes and a long
// command.
func TestReviewOfACloud(t *testing.T) {
	p := sit(t, nil)
	scenes["review-cloud"](p)
	screen := p.screen()
	fits(t, screen, leastWidth, leastHeight)
	p.sees("a droplet at DigitalOcean", "$4.00 a month, $0.00595 an hour", "▸ The server", "▸ Check", "› Deploy shop", "--domain shop.example.com", "note: ")
}

// cloud is a run at DigitalOcean.
func cloud() *board {
	b := newBoard(nil)
	b.event(engine.Event{Kind: engine.KindStart, Name: "shop", Provider: "digitalocean"})
	b.event(engine.Event{Kind: engine.KindNote, Line: "settings.py reads the variable SECRET_KEY, which is not given: give it with --env-file or --env SECRET_KEY=…"})
	for _, s := range [][3]string{{"preflight", "what is needed is there", ""}, {"tag", "a tag for everything that is made", "create tag slipway-shop-5fccd98c0359"},
		{"ssh-key", "an SSH key in the DigitalOcean account", "add the SSH key slipway-shop-5fccd98c0359"},
		{"cloud-firewall", "a cloud firewall", "create firewall slipway-shop-5fccd98c0359 open for TCP 22, 80, 443"},
		{"droplet", "a droplet at DigitalOcean", "create droplet s-1vcpu-512mb-10gb in fra1 with debian-13-x64"}} {
		e := engine.Event{Kind: engine.KindStep, Step: s[0], Title: s[1], Status: engine.Unchanged}
		if s[2] != "" {
			e.Status, e.Changes = engine.WouldChange, []providers.Change{{What: s[2]}}
		}
		if s[0] == "droplet" {
			e.Changes[0].Monthly, e.Changes[0].Hourly = 4, 0.00595
		}
		b.event(e)
	}
	for _, s := range theSteps[3:] {
		b.event(engine.Event{Kind: engine.KindStep, Step: s.name, Title: s.title, Status: engine.WouldChange, Changes: []providers.Change{{What: s.change}}})
	}
	return b
}

// TestPortsAreClosedByConsent asks about each port at which a program listens; Enter
// keeps them open, and Esc deploys nothing.
func TestPortsAreClosedByConsent(t *testing.T) {
	for name, c := range map[string]struct {
		keys []string
		want string
	}{
		"both stay":  {[]string{"enter"}, "8080,51820/udp"},
		"one closes": {[]string{"right", "enter"}, "51820/udp"},
		"both close": {[]string{"right", "tab", "right", "enter"}, plan.AllowNone},
		"going back": {[]string{"esc"}, ""},
	} {
		p := sit(t, nil)
		p.w.Update(smallest)
		p.listening()
		p.sees("What else shall be reached?", "Port 8080", "[keep open]", "where node (app.service) listens")
		p.press(c.keys...)
		if got := p.w.answers.Settings[plan.KeyAllow]; got != c.want {
			t.Errorf("%s: --allow %q, want %q", name, got, c.want)
		}
		_, reviews := p.w.top().(*review)
		if reviews == (c.want == "") {
			t.Errorf("%s: the screen is %T", name, p.w.top())
		}
	}
}
