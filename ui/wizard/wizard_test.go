package wizard

import (
	"context"
	"errors"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
)

func TestEnterComesToTheReview(t *testing.T) {
	p := sit(t, nil)
	p.sees("What shall be deployed?", "The sample hello")
	p.press("enter")
	p.sees("Where shall it run?", "On this computer")
	p.press("enter")
	p.sees("How shall it run?", "hello", "[standard]")
	p.press("enter")
	p.sees("makes  a machine", "costs  $4.00 a month, $0.00595 an hour", "› Deploy hello", "slipway --yes --sample hello --provider local", "Enter deploy")
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
	p.sees("Stopping.")
	if p.w.ctx.Err() == nil {
		t.Error("what runs was not told")
	}
	if !p.press("ctrl+c") || !p.w.abandoned {
		t.Error("a second Ctrl-C does not leave at once")
	}
}

func TestSmallWindow(t *testing.T) {
	p := sit(t, nil)
	p.w.Update(tea.WindowSizeMsg{Width: 60, Height: 15})
	p.sees("60 x 15", "80 x 24")
	p.press("enter")
	p.w.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	p.sees("What shall be deployed?")
}
