package questions

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"slipway/providers"
	"slipway/providers/digitalocean"
	"slipway/state"
	"slipway/steps"
	"slipway/steps/engine"
	"slipway/steps/plan"
	"slipway/ui/answers"
)

// shelf is a provider whose machine can't be made.
type shelf struct{}

// errBroken is why the shelf makes nothing.
var errBroken = errors.New("the shelf is empty")

func (shelf) Name() string                                                { return "local" }
func (shelf) Check(context.Context, providers.Spec) error                 { return nil }
func (shelf) Resources(providers.Spec) []providers.Resource               { return []providers.Resource{thing{}} }
func (shelf) Destroy(context.Context, providers.Spec, func(string)) error { return nil }
func (shelf) Server(context.Context, providers.Spec) (providers.Server, error) {
	return providers.Server{}, providers.ErrNoServer
}
func (shelf) Holdings(context.Context, providers.Spec) ([]providers.Holding, error) { return nil, nil }

type thing struct{}

func (thing) Kind() string           { return "machine" }
func (thing) Title() string          { return "a machine" }
func (thing) Phase() providers.Phase { return providers.PhaseBoot }
func (thing) Look(context.Context, time.Time) (providers.Finding, error) {
	return providers.Finding{Changes: []providers.Change{{What: "make the machine", Monthly: 4, Hourly: 0.00595}}}, nil
}
func (thing) Make(context.Context, func(string)) error { return errBroken }

var catalog = digitalocean.Catalog{
	Regions: []digitalocean.Region{{Slug: "fra1", Name: "Frankfurt 1", Available: true}, {Slug: "nyc2", Name: "New York 2"}},
	Sizes: []digitalocean.Size{{Slug: "small", MemoryMB: 512, DiskGB: 10, Monthly: 4, Regions: []string{"fra1"}},
		{Slug: "big", MemoryMB: 1024, DiskGB: 20, Monthly: 6, SoldOut: true}},
	Images: []digitalocean.Image{{Slug: "debian-13-x64", MinDiskGB: 7}},
}

// talk gives answers, one a line, and returns what was asked.
func talk(t *testing.T, home state.Home, secrets []string, typed ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	said := 0
	refused := &providers.Refused{Err: errors.New("401: unable to authenticate you"), Next: "make another"}
	input := strings.Join(typed, "\n")
	if len(typed) > 0 {
		input += "\n"
	}
	err := Run(t.Context(), Options{
		Asked: plan.Asked{Folder: t.TempDir(), Flags: map[string]string{}, Getenv: func(string) string { return "" }},
		Home:  home, In: strings.NewReader(input), Out: &out, Result: io.Discard,
		Open: func(steps.Operator) engine.OpenProvider {
			return func(plan.Plan, string) (providers.Provider, error) { return shelf{}, nil }
		},
		Catalog: func(context.Context, string, engine.OpenProvider) (answers.Catalog, error) {
			if said < 2 {
				return answers.Catalog{}, refused
			}
			return answers.OfDigitalOcean(catalog), nil
		},
		Secret: func(context.Context, string) (string, error) {
			said++
			if said > len(secrets) {
				return "", io.EOF
			}
			return secrets[said-1], nil
		},
		Problem: func(err error) *engine.Problem { return &engine.Problem{Error: err.Error()} },
	})
	return out.String(), err
}

func has(t *testing.T, out string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(out, text) {
			t.Errorf("it does not say %q:\n%s", text, out)
		}
	}
}

// TestEndOfInput: wherever the input ends, nothing is taken in place of an
// answer, least of all what was refused.
func TestEndOfInput(t *testing.T) {
	answers := []string{"2", "1", "Bad Name", "good", "", "", "", ""}
	for n := range len(answers) + 1 {
		home := state.Home{Dir: t.TempDir()}
		out, err := talk(t, home, nil, answers[:n]...)
		if _, ok := errors.AsType[*providers.Usage](err); !ok {
			t.Errorf("after %d answers it ended with %v:\n%s", n, err, out)
		}
		if names, err := home.Names(); err != nil || len(names) > 0 {
			t.Errorf("after %d answers something was made: %v, %v", n, names, err)
		}
	}
}

func TestEveryAnswerIsChecked(t *testing.T) {
	file := filepath.Join(t.TempDir(), "env")
	if err := os.WriteFile(file, []byte("A=1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := talk(t, state.Home{Dir: t.TempDir()}, []string{"hunter2"},
		"7", "1", "hello", // no such choice; no app in the folder; by its name
		"",
		"cache", "Not A Name", "fine",
		"steel", "minimal",
		"true",
		"/does/not/exist", file,
		"1A", "KEY", "", // then no more
		"perhaps", "no")
	if !errors.Is(err, context.Canceled) {
		t.Errorf("it ended with %v", err)
	}
	has(t, out, "a number from 1 to 4", "no Python web app was found", "slipway's own", "lower-case letters", "it is one of minimal, standard, strict",
		"there is no such file", "does not begin with a digit", "answer yes or no", "Nothing was made or changed",
		"make the machine", "$4.00 a month, $0.00595 an hour",
		`slipway --yes --sample hello --name fine --provider local --hardening minimal --test-command true --env-file `+file+` --env KEY="$KEY"`)
	if strings.Contains(out, "hunter2") {
		t.Error("the value shows")
	}
}

func TestDigitalOcean(t *testing.T) {
	out, err := talk(t, state.Home{Dir: t.TempDir()}, []string{"bad", "good"},
		"2", "digitalocean", "2", "1", "2", "", "", "", "", "no name", "a.example.com", "", "", "", "", "n")
	if !errors.Is(err, context.Canceled) {
		t.Errorf("it ended with %v", err)
	}
	has(t, out, "401: unable to authenticate you", "takes no new droplets", "sold out everywhere",
		"it is a domain name like app.example.com", "--domain a.example.com",
		"--provider digitalocean --region fra1 --size small", "with DIGITALOCEAN_ACCESS_TOKEN set")
}

// TestDroplet says more of the droplet than its size.
func TestDroplet(t *testing.T) {
	out, err := talk(t, state.Home{Dir: t.TempDir()}, []string{"bad", "good"},
		"2", "digitalocean", "1", "1", "", "", "", "", // name, hardening, tests, domain
		"yes", "yes", "", "my shops", "no UUID", "", "", "", "n")
	if !errors.Is(err, context.Canceled) {
		t.Errorf("it ended with %v", err)
	}
	has(t, out, "it is a UUID in lower case", "--backups=true --project 'my shops'")
	if strings.Contains(out, "--reserved-ip") || strings.Contains(out, "--vpc") {
		t.Errorf("what was left as it is is said:\n%s", out)
	}
}

func TestFailure(t *testing.T) {
	home := state.Home{Dir: t.TempDir()}
	out, err := talk(t, home, nil, "2", "", "", "", "", "", "", "", // the sample, defaults, deploy
		"1", "", // try again
		"2", "", "other", "", "", "", "", "", // other answers
		"3") // keep and leave
	if !errors.Is(err, errBroken) {
		t.Errorf("it ended with %v", err)
	}
	if _, ok := errors.AsType[*Shown](err); !ok {
		t.Error("the error would be shown twice")
	}
	if got := strings.Count(out, "error: machine: the shelf is empty"); got != 3 {
		t.Errorf("it failed %d times:\n%s", got, out)
	}
	if !home.Exists("other") || !home.Exists("hello") {
		t.Error("what was begun is not on record")
	}
	out, err = talk(t, home, nil, "1", "n")
	if !errors.Is(err, context.Canceled) {
		t.Errorf("it ended with %v", err)
	}
	has(t, out, "hello is unfinished: sample hello on local", "--name hello")
	out, err = talk(t, home, nil, "3", "y", "3", "y", "2", "", "", "", "", "", "", "n")
	if !errors.Is(err, context.Canceled) || home.Exists("hello") || home.Exists("other") {
		t.Errorf("it ended with %v:\n%s", err, out)
	}
}

func TestWhatCantBeDeployedIsAskedAgain(t *testing.T) {
	home := state.Home{Dir: t.TempDir()}
	var out, result bytes.Buffer
	times := 0
	err := Run(t.Context(), Options{
		Asked: plan.Asked{Sample: "hello", Flags: map[string]string{}, Getenv: func(string) string { return "" }},
		Home:  home, Out: &out, Result: &result,
		In: strings.NewReader(strings.Repeat("\n", 7) + "1\nno\n"),
		Open: func(steps.Operator) engine.OpenProvider {
			return func(p plan.Plan, _ string) (providers.Provider, error) {
				if p.App.Framework == "" {
					return shelf{}, nil // it is only asked what can be chosen
				}
				if times++; times == 1 {
					return nil, &providers.Refused{Err: errors.New("the account is locked"), Next: "ask why"}
				}
				return shelf{}, nil
			}
		},
		Problem: func(err error) *engine.Problem { return &engine.Problem{Error: err.Error(), Hint: "ask why"} },
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("it ended with %v", err)
	}
	has(t, out.String(), "error: the account is locked", "hint: ask why", "What now?", "make the machine")
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer write.Close()
	defer read.Close()
	cause := errors.New("interrupted")
	time.AfterFunc(20*time.Millisecond, func() { cancel(cause) })
	err = Run(ctx, Options{Asked: plan.Asked{Folder: t.TempDir(), Getenv: func(string) string { return "" }},
		Home: state.Home{Dir: t.TempDir()}, In: read, Out: io.Discard, Result: io.Discard})
	if !errors.Is(err, cause) {
		t.Errorf("it ended with %v", err)
	}
}

// TestSampleGivenByFlag is offered once.
func TestSampleGivenByFlag(t *testing.T) {
	var out bytes.Buffer
	err := Run(t.Context(), Options{
		Asked: plan.Asked{Sample: "hello", Flags: map[string]string{}, Getenv: func(string) string { return "" }},
		Home:  state.Home{Dir: t.TempDir()}, In: strings.NewReader(""), Out: &out, Result: io.Discard,
	})
	if _, ok := errors.AsType[*providers.Usage](err); !ok {
		t.Errorf("it ended with %v", err)
	}
	if n := strings.Count(out.String(), "the sample hello"); n != 1 {
		t.Errorf("the sample is listed %d times:\n%s", n, out.String())
	}
	has(t, out.String(), "1. the sample hello", "2. the sample accounts", "3. the app in another folder", "Number [1]")
}

// TestWidth: no line is wider than the terminal, and none is broken within a word.
func TestWidth(t *testing.T) {
	whole := deployed(t, 0)
	words := strings.Fields(strings.ReplaceAll(whole, "\\\n", ""))
	for _, width := range []int{60, 80, 100} {
		out := deployed(t, width)
		for line := range strings.SplitSeq(out, "\n") {
			if ansi.StringWidth(line) > width && len(strings.Fields(line)) > 1 {
				t.Errorf("a line is wider than %d cells: %q", width, line)
			}
		}
		if got := strings.Fields(strings.ReplaceAll(out, "\\\n", "")); !slices.Equal(got, words) {
			t.Errorf("at %d cells the words differ:\n%s", width, out)
		}
	}
}

// deployed is what a person reads who deploys a sample and meets a failure, on a
// terminal of a width.
func deployed(t *testing.T, width int) string {
	t.Helper()
	var out bytes.Buffer
	err := Run(t.Context(), Options{
		Asked: plan.Asked{Sample: "accounts", Flags: map[string]string{}, Getenv: func(string) string { return "" }},
		Home:  state.Home{Dir: t.TempDir()}, Out: &out, Result: io.Discard, Width: func() int { return width },
		In: strings.NewReader("\n\n" + "a-name-of-some-length\n" + strings.Repeat("\n", 5) + "3\n"),
		Open: func(steps.Operator) engine.OpenProvider {
			return func(plan.Plan, string) (providers.Provider, error) { return shelf{}, nil }
		},
		Problem: func(err error) *engine.Problem { return &engine.Problem{Error: err.Error(), Hint: "fill the shelf"} },
	})
	if !errors.Is(err, errBroken) {
		t.Fatalf("it ended with %v:\n%s", err, out.String())
	}
	echoed := strings.ReplaceAll(out.String(), "[yes] ", "[yes] \n") // as a terminal echoes the answer
	return regexp.MustCompile(`[0-9]+\.[0-9] s`).ReplaceAllString(echoed, "0.0 s")
}
