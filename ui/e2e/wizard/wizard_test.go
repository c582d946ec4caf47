// Package wizard tests the wizard as a person has it: keys in a real terminal, and
// real machines behind it.
package wizard

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"slipway/providers/local/localtest"
	"slipway/ui/e2e"
)

func TestMain(m *testing.M) { os.Exit(e2e.Main(m)) }

// TestWizardEnter presses Enter on every screen of a fresh start.
func TestWizardEnter(t *testing.T) {
	localtest.NeedMachines(t)
	t.Parallel()
	o := e2e.NewOperator(t, 2*time.Minute)
	o.Plain = true // a first deployment is what it shows
	term := o.Terminal()
	for _, text := range []string{"What shall be deployed?", "Where shall it run?", "How shall it run?", "The same without questions"} {
		term.See(text)
		term.Press("Enter")
	}
	term.See("What next")
	term.Press("Enter")
	lines := term.Ended(0)
	url := lines[len(lines)-1]
	if status, body := e2e.Ask(t, e2e.URLOn(t, url)); status != http.StatusOK || !strings.Contains(body, "Hello World") {
		t.Errorf("status %d: %s", status, body)
	}
	if url != e2e.URLOn(t, url) {
		t.Errorf("the last line is %q, want the URL alone", url)
	}
	if record := strings.Join(lines, "\n"); !strings.Contains(record, "packages") || !strings.Contains(record, "done: hello is deployed") {
		t.Errorf("the scrollback does not tell what was done:\n%s", record)
	}
	sameAsReviewed(t, o)
}

// sameAsReviewed pastes the command of the review screen: it is the same
// deployment, so nothing is left to do.
func sameAsReviewed(t *testing.T, o *e2e.Operator) {
	t.Helper()
	r := o.Must(strings.Fields("--yes --sample hello --provider local")...)
	if !strings.Contains(r.Stderr, "no changes") {
		t.Errorf("the command that was shown changed something:\n%s", r.Stderr)
	}
}

// TestWizardDigitalOcean gives a wrong token, then the right one.
func TestWizardDigitalOcean(t *testing.T) {
	localtest.NeedMachines(t)
	t.Parallel()
	cloud := e2e.NewCloud(t, e2e.Baked()...)
	o := cloud.Operator(t)
	withToken := o.Env
	o.Env = []string{"DIGITALOCEAN_API_URL=" + cloud.URL}
	watched := e2e.WatchArguments(t, e2e.Token)
	term := o.Terminal("--sample", "hello")
	o.Env = withToken
	chooseDroplet(t, term)
	cloud.OnlyGETs(t)
	term.Press("Enter")
	review := strings.Join(strings.Fields(strings.ReplaceAll(term.See("The same without questions"), "\\\n", "")), " ")
	for _, want := range []string{"$4.00 a month", "--provider digitalocean", "--region fra1", "--size s-1vcpu-512mb", "DIGITALOCEAN_ACCESS_TOKEN"} {
		if !strings.Contains(review, want) {
			t.Errorf("the review does not say %q:\n%s", want, review)
		}
	}
	cloud.OnlyGETs(t)
	term.Press("Enter")
	term.See("What next")
	term.Press("q")
	lines := term.Ended(0)
	if status, body := e2e.Ask(t, e2e.URLOn(t, lines[len(lines)-1])); status != http.StatusOK || !strings.Contains(body, "Hello World") {
		t.Errorf("status %d: %s", status, body)
	}
	if n := cloud.Creates(); n != 1 {
		t.Errorf("%d droplets were asked for", n)
	}
	if screen := term.Screen(); strings.Contains(screen, e2e.Token) {
		t.Errorf("the token shows:\n%s", screen)
	}
	o.KeepsToItself(e2e.Token)
	watched()
}

// chooseDroplet goes from the first screen to the one that asks how, with a token that
// is refused and then the right one.
func chooseDroplet(t *testing.T, term *e2e.Terminal) {
	t.Helper()
	term.See("What shall be deployed?")
	term.Press("Enter")
	term.See("Where shall it run?")
	term.Press("j", "Enter")
	term.See("A token for DigitalOcean")
	term.Type("dop_v1_wrong")
	term.Press("Enter")
	refused := term.See("401")
	if strings.Contains(refused, "dop_v1_wrong") {
		t.Errorf("the token shows:\n%s", refused)
	}
	term.Press("C-u")
	term.TypeSecret(e2e.Token)
	term.Press("Enter")
	term.See("Which region?")
	term.Press("/")
	term.Type("frankfurt")
	term.See("fra1")
	term.Press("Enter")
	term.See("Which size?")
	term.Press("Enter")
	term.See("How shall it run?")
}

// TestWizardFailure has a test command fail, changes it, and tries again.
func TestWizardFailure(t *testing.T) {
	localtest.NeedMachines(t)
	t.Parallel()
	o := e2e.NewOperator(t, 2*time.Minute)
	term := o.Terminal(e2e.UnpackSample(t, "hello"), "--name", "edited")
	term.See("What shall be deployed?")
	term.Press("Enter")
	term.See("Where shall it run?")
	term.Press("Enter")
	term.See("How shall it run?")
	term.Press("Tab", "Tab")
	term.Type("echo not today; false")
	term.Press("Enter")
	if review := term.See("The same without questions"); !strings.Contains(review, "--test-command 'echo not today; false'") {
		t.Errorf("the command does not have the tests:\n%s", review)
	}
	term.Press("Enter")
	card := term.See("What now?")
	for _, want := range []string{"It stopped", "not today", "Change the test command", "Open a shell"} {
		if !strings.Contains(card, want) {
			t.Errorf("the card does not say %q:\n%s", want, card)
		}
	}
	// Each screen is waited for: Escape and a key that comes at once are Alt and it.
	term.Press("l")
	term.See("Log line")
	term.Press("/")
	term.See("Esc don't")
	term.Type("not today")
	term.Press("Enter")
	if found := term.See("Esc back"); !strings.Contains(found, "not today") {
		t.Errorf("the search does not show what it found:\n%s", found)
	}
	term.Press("Escape")
	term.See("What now?")
	term.Press("s")
	term.See("deploy@")
	term.Type("hostname; exit\n")
	term.See("The shell was left")
	term.Press("e")
	term.See("How shall it run?")
	term.Press("C-u")
	term.Type("true")
	term.Press("Enter")
	term.See("The same without questions")
	term.Press("Enter")
	term.See("What next")
	term.Press("q")
	lines := term.Ended(0)
	if status, _ := e2e.Ask(t, e2e.URLOn(t, lines[len(lines)-1])); status != http.StatusOK {
		t.Errorf("status %d", status)
	}
}

// untilPackages waits until packages are fetched or unpacked: the screen shows the last line
// of whatever runs.
func untilPackages(t *testing.T, term *e2e.Terminal) {
	t.Helper()
	e2e.Until(t, "the packages to be in hand", func() bool {
		screen := term.Screen()
		return slices.ContainsFunc([]string{"Get:", "Fetched", "Selecting", "Preparing", "Unpacking", "Setting up"}, func(said string) bool { return strings.Contains(screen, said) })
	})
}

// TestWizardKilled kills slipway while it installs packages and goes on from
// the start screen.
func TestWizardKilled(t *testing.T) {
	localtest.NeedMachines(t)
	t.Parallel()
	o := e2e.NewOperator(t, 2*time.Minute)
	o.Plain = true // packages have to be installed
	term := o.Terminal("--sample", "hello")
	for _, text := range []string{"What shall be deployed?", "Where shall it run?", "How shall it run?", "The same without questions"} {
		term.See(text)
		term.Press("Enter")
	}
	untilPackages(t, term)
	term.Signal(syscall.SIGKILL)
	before, err := o.State().Read("hello")
	if err != nil || !before.Unfinished() {
		t.Fatalf("the record is %+v, %v", before, err)
	}
	next := o.Terminal()
	next.See("Continue hello")
	next.Press("Enter")
	next.See("hello is unfinished")
	// What the server was told to do goes on by itself and is waited for.
	e2e.Until(t, "a look at what there is", func() bool { return !strings.Contains(next.Screen(), "looking at") })
	next.Press("Enter")
	next.See("The same without questions")
	next.Press("Enter")
	next.See("What next")
	next.Press("q")
	lines := next.Ended(0)
	if status, body := e2e.Ask(t, e2e.URLOn(t, lines[len(lines)-1])); status != http.StatusOK || !strings.Contains(body, "Hello World") {
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
	o := e2e.NewOperator(t, 2*time.Minute)
	o.Plain = true // packages have to be installed
	term := o.Terminal("--sample", "hello")
	for _, text := range []string{"What shall be deployed?", "Where shall it run?", "How shall it run?", "The same without questions"} {
		term.See(text)
		term.Press("Enter")
	}
	untilPackages(t, term)
	term.Press("C-c")
	if said := strings.Join(term.Ended(130), "\n"); !strings.Contains(said, "this continues: slipway --yes --sample hello") {
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
	o := e2e.NewOperator(t, 2*time.Minute)
	o.Plain = true // packages have to be installed
	term := o.Terminal("--sample", "hello")
	for _, text := range []string{"What shall be deployed?", "Where shall it run?", "How shall it run?", "The same without questions"} {
		term.See(text)
		term.Press("Enter")
	}
	untilPackages(t, term)
	process, err := os.FindProcess(term.Process())
	if err != nil {
		t.Fatal(err)
	}
	term.Close()
	e2e.Until(t, "slipway to end with its window", func() bool { return process.Signal(syscall.Signal(0)) != nil })
	if record, err := o.State().Read("hello"); err != nil || !record.Unfinished() {
		t.Errorf("the record is %+v, %v", record, err)
	}
	if resumed := o.Deploy("--sample", "hello"); resumed.URL == "" {
		t.Error("it can't be continued")
	}
}

// TestWizardLines asks line by line where nothing can be drawn.
func TestWizardLines(t *testing.T) {
	localtest.NeedMachines(t)
	t.Parallel()
	o := e2e.NewOperator(t, 2*time.Minute)
	file := filepath.Join(o.Home, "app.env")
	if err := os.WriteFile(file, []byte("GREETING=hi\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	term := o.Terminal("--accessible")
	answer := func(question, text string) {
		t.Helper()
		term.See(question)
		term.Type(text + "\n")
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
	e2e.Until(t, "a second variable to be asked for", func() bool { return strings.Count(term.Screen(), "Name of a variable") == 2 })
	term.Press("Enter")
	answer("Deploy lines?", "")
	lines := term.Ended(0)
	if status, _ := e2e.Ask(t, lines[len(lines)-1]); status != http.StatusOK {
		t.Errorf("status %d", status)
	}
	if screen := term.Screen(); strings.Contains(screen, "a hidden value") || !strings.Contains(screen, `--env TOKEN="$TOKEN"`) {
		t.Errorf("the value shows, or the command does not name it:\n%s", screen)
	}
	if got := o.Root("lines", "cat /etc/slipway/variables/*.env"); !strings.Contains(got, `TOKEN="a hidden value"`) || !strings.Contains(got, `GREETING="hi"`) {
		t.Errorf("the variables are %s", got)
	}
}
