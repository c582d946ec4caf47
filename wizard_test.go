package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"slipway/providers/local/localtest"
	"slipway/ui/e2e"
)

// TestWizardEnter presses Enter on every screen of a fresh start.
func TestWizardEnter(t *testing.T) {
	localtest.NeedMachines(t)
	t.Parallel()
	o := newOperator(t)
	term := o.terminal(t)
	for _, text := range []string{"What shall be deployed?", "Where shall it run?", "How shall it run?", "The same without questions"} {
		term.see(text)
		term.press("Enter")
	}
	term.see("What next")
	term.press("Enter")
	lines := term.ended(0)
	url := lines[len(lines)-1]
	if status, body := e2e.Ask(t, urlOn(t, url)); status != http.StatusOK || !strings.Contains(body, "Hello World") {
		t.Errorf("status %d: %s", status, body)
	}
	if url != urlOn(t, url) {
		t.Errorf("the last line is %q, want the URL alone", url)
	}
	if record := strings.Join(lines, "\n"); !strings.Contains(record, "packages") || !strings.Contains(record, "done: hello is deployed") {
		t.Errorf("the scrollback does not tell what was done:\n%s", record)
	}
	o.sameAsReviewed(t)
}

// sameAsReviewed pastes the command of the review screen: it is the same
// deployment, so nothing is left to do.
func (o *operator) sameAsReviewed(t *testing.T) {
	t.Helper()
	r := o.Must(strings.Fields("--yes --sample hello --provider local")...)
	if !strings.Contains(r.Stderr, "nothing to change") {
		t.Errorf("the command that was shown changed something:\n%s", r.Stderr)
	}
}

// TestWizardDigitalOcean gives a wrong token, then the right one.
func TestWizardDigitalOcean(t *testing.T) {
	localtest.NeedMachines(t)
	t.Parallel()
	cloud := newSkies(t)
	o := cloud.operator(t)
	withToken := o.Env
	o.Env = []string{"DIGITALOCEAN_API_URL=" + cloud.url}
	watched := watchArguments(t, theToken)
	term := o.terminal(t, "--sample", "hello")
	o.Env = withToken
	term.see("What shall be deployed?")
	term.press("Enter")
	term.see("Where shall it run?")
	term.press("j", "Enter")
	term.see("A token for DigitalOcean")
	term.enter("dop_v1_wrong")
	term.press("Enter")
	refused := term.see("401")
	if strings.Contains(refused, "dop_v1_wrong") {
		t.Errorf("the token shows:\n%s", refused)
	}
	term.press("C-u")
	term.enter(theToken)
	term.press("Enter")
	term.see("Which region?")
	term.press("/")
	term.enter("frankfurt")
	term.see("fra1")
	term.press("Enter")
	term.see("Which size?")
	term.press("Enter")
	term.see("How shall it run?")
	cloud.onlyGETs(t)
	term.press("Enter")
	review := strings.Join(strings.Fields(strings.ReplaceAll(term.see("The same without questions"), "\\\n", "")), " ")
	for _, want := range []string{"$4.00 a month", "--provider digitalocean", "--region fra1", "--size s-1vcpu-512mb", "DIGITALOCEAN_ACCESS_TOKEN"} {
		if !strings.Contains(review, want) {
			t.Errorf("the review does not say %q:\n%s", want, review)
		}
	}
	cloud.onlyGETs(t)
	term.press("Enter")
	term.see("What next")
	term.press("q")
	lines := term.ended(0)
	if status, body := e2e.Ask(t, urlOn(t, lines[len(lines)-1])); status != http.StatusOK || !strings.Contains(body, "Hello World") {
		t.Errorf("status %d: %s", status, body)
	}
	if n := cloud.Creates(); n != 1 {
		t.Errorf("%d droplets were asked for", n)
	}
	if screen := term.screen(); strings.Contains(screen, theToken) {
		t.Errorf("the token shows:\n%s", screen)
	}
	o.keepsToItself(t, theToken)
	watched()
}

// TestWizardFailure has a test command fail, changes it, and tries again.
func TestWizardFailure(t *testing.T) {
	localtest.NeedMachines(t)
	t.Parallel()
	o := newOperator(t)
	term := o.terminal(t, unpackSample(t, "hello"), "--name", "edited")
	term.see("What shall be deployed?")
	term.press("Enter")
	term.see("Where shall it run?")
	term.press("Enter")
	term.see("How shall it run?")
	term.press("Tab", "Tab")
	term.enter("echo not today; false")
	term.press("Enter")
	if review := term.see("The same without questions"); !strings.Contains(review, "--test-command 'echo not today; false'") {
		t.Errorf("the command does not have the tests:\n%s", review)
	}
	term.press("Enter")
	card := term.see("What now?")
	for _, want := range []string{"It stopped", "not today", "Change the test command", "Open a shell"} {
		if !strings.Contains(card, want) {
			t.Errorf("the card does not say %q:\n%s", want, card)
		}
	}
	// Each screen is waited for: Escape and a key that comes at once are Alt and it.
	term.press("l")
	term.see("Log line")
	term.press("/")
	term.see("Esc don't")
	term.enter("not today")
	term.press("Enter")
	if found := term.see("Esc back"); !strings.Contains(found, "not today") {
		t.Errorf("the search does not show what it found:\n%s", found)
	}
	term.press("Escape")
	term.see("What now?")
	term.press("s")
	term.see("deploy@")
	term.enter("hostname; exit\n")
	term.see("The shell was left")
	term.press("e")
	term.see("How shall it run?")
	term.press("C-u")
	term.enter("true")
	term.press("Enter")
	term.see("The same without questions")
	term.press("Enter")
	term.see("What next")
	term.press("q")
	lines := term.ended(0)
	if status, _ := e2e.Ask(t, urlOn(t, lines[len(lines)-1])); status != http.StatusOK {
		t.Errorf("status %d", status)
	}
}

// TestWizardKilled kills slipway while it installs packages and goes on from
// the start screen.
func TestWizardKilled(t *testing.T) {
	localtest.NeedMachines(t)
	t.Parallel()
	o := newOperator(t)
	term := o.terminal(t, "--sample", "hello")
	for _, text := range []string{"What shall be deployed?", "Where shall it run?", "How shall it run?", "The same without questions"} {
		term.see(text)
		term.press("Enter")
	}
	e2e.Until(t, "the packages to be in hand", func() bool { return strings.Contains(term.screen(), "Get:") })
	term.signal(syscall.SIGKILL)
	before, err := o.State().Read("hello")
	if err != nil || !before.Unfinished() {
		t.Fatalf("the record is %+v, %v", before, err)
	}
	next := o.terminal(t)
	next.see("Continue hello")
	next.press("Enter")
	next.see("hello is unfinished")
	// What the server was told to do goes on by itself and is waited for.
	e2e.Until(t, "a look at what there is", func() bool { return !strings.Contains(next.screen(), "looking at") })
	next.press("Enter")
	next.see("The same without questions")
	next.press("Enter")
	next.see("What next")
	next.press("q")
	lines := next.ended(0)
	if status, body := e2e.Ask(t, urlOn(t, lines[len(lines)-1])); status != http.StatusOK || !strings.Contains(body, "Hello World") {
		t.Errorf("status %d: %s", status, body)
	}
	after, err := o.State().Read("hello")
	if err != nil || after.Unfinished() || after.Tag != before.Tag {
		t.Errorf("the record is %+v, %v; the tag was %s", after, err, before.Tag)
	}
}

// TestWizardInterrupted leaves in the middle by Ctrl-C; the command that it
// names goes on.
func TestWizardInterrupted(t *testing.T) {
	localtest.NeedMachines(t)
	t.Parallel()
	o := newOperator(t)
	term := o.terminal(t, "--sample", "hello")
	for _, text := range []string{"What shall be deployed?", "Where shall it run?", "How shall it run?", "The same without questions"} {
		term.see(text)
		term.press("Enter")
	}
	e2e.Until(t, "the packages to be in hand", func() bool { return strings.Contains(term.screen(), "Get:") })
	term.press("C-c")
	if said := strings.Join(term.ended(130), "\n"); !strings.Contains(said, "this continues: slipway --yes --sample hello") {
		t.Errorf("it does not say how to continue:\n%s", said)
	}
	if resumed := o.Deploy(strings.Fields("--sample hello --provider local")...); resumed.URL == "" {
		t.Error("it can't be continued")
	}
}

// TestWizardClosed closes the window in the middle.
func TestWizardClosed(t *testing.T) {
	localtest.NeedMachines(t)
	t.Parallel()
	o := newOperator(t)
	term := o.terminal(t, "--sample", "hello")
	for _, text := range []string{"What shall be deployed?", "Where shall it run?", "How shall it run?", "The same without questions"} {
		term.see(text)
		term.press("Enter")
	}
	e2e.Until(t, "the packages to be in hand", func() bool { return strings.Contains(term.screen(), "Get:") })
	pid := term.process()
	term.must("kill-session")
	e2e.Until(t, "slipway to end with its window", func() bool { return syscall.Kill(pid, 0) != nil })
	if record, err := o.State().Read("hello"); err != nil || !record.Unfinished() {
		t.Errorf("the record is %+v, %v", record, err)
	}
	if resumed := o.Deploy("--sample", "hello"); resumed.URL == "" {
		t.Error("it can't be continued")
	}
}

// TestWizardWindow resizes the window, looks at the time that the first frame
// takes, and at what the wizard computes while nothing happens.
func TestWizardWindow(t *testing.T) {
	o := newOperator(t)
	term := o.terminal(t)
	term.see("What shall be deployed?")
	term.resize(60, 15)
	term.see("Slipway needs 80 x 24")
	term.press("Enter") // what can't be seen is not answered
	term.resize(120, 40)
	term.see("What shall be deployed?")
	pid := term.process()
	before := cpu(t, pid)
	time.Sleep(2 * time.Second)
	if used := cpu(t, pid) - before; used > 40*time.Millisecond {
		t.Errorf("it computed for %s in 2 s in which nothing happened", used)
	}
	term.press("?")
	term.see("Keys on this screen")
	term.press("x", "q")
	term.ended(130)
}

// TestWizardLines asks line by line where nothing can be drawn.
func TestWizardLines(t *testing.T) {
	localtest.NeedMachines(t)
	t.Parallel()
	o := newOperator(t)
	file := filepath.Join(o.Home, "app.env")
	if err := os.WriteFile(file, []byte("GREETING=hi\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	term := o.terminal(t, "--accessible")
	answer := func(question, text string) {
		t.Helper()
		term.see(question)
		term.enter(text + "\n")
	}
	answer("What shall be deployed?", "")
	answer("Where shall it run?", "1")
	answer("Name of the deployment", "Not A Name")
	answer("can't be used", "lines")
	answer("Hardening", "")
	answer("Test command", "")
	answer("File of the app's variables", file)
	answer("Name of a variable", "TOKEN")
	answer("Value of TOKEN", "a hidden value")
	e2e.Until(t, "a second variable to be asked for", func() bool { return strings.Count(term.screen(), "Name of a variable") == 2 })
	term.press("Enter")
	answer("Deploy lines?", "")
	lines := term.ended(0)
	if status, _ := e2e.Ask(t, lines[len(lines)-1]); status != http.StatusOK {
		t.Errorf("status %d", status)
	}
	if screen := term.screen(); strings.Contains(screen, "a hidden value") || !strings.Contains(screen, `--env TOKEN="$TOKEN"`) {
		t.Errorf("the value shows, or the command does not name it:\n%s", screen)
	}
	if got := o.Root("lines", "cat /etc/slipway/variables/*.env"); !strings.Contains(got, `TOKEN="a hidden value"`) || !strings.Contains(got, `GREETING="hi"`) {
		t.Errorf("the variables are %s", got)
	}
}
