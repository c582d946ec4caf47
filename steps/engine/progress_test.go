package engine

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"slipway/providers"
	"slipway/steps/fact"
	"slipway/steps/remote"
)

// told runs a job's lines through a progress, and gives what the face hears, an event a line.
func told(t *testing.T, lines ...string) (p *progress, events []string) {
	t.Helper()
	all := Facts{}
	for _, name := range []string{"packages", "upload", "release"} {
		all = append(all, &fact.Fact{Name: name, Title: "the " + name, Phase: providers.PhasePip,
			Decide: func(fact.View) []providers.Change { return nil }})
	}
	run := &Run{facts: all, spent: map[providers.Phase]float64{}, seconds: map[string]float64{}, step: stepInHand{name: "connection"},
		emit: func(e Event) {
			events = append(events, strings.TrimRight(string(e.Kind)+" "+e.Step+" "+string(e.Status)+e.Line, " "))
		}}
	p = newProgress(run, all, "WORD", &proving{run: run})
	for _, line := range lines {
		p.line(line)
	}
	return p, events
}

// TestProgress has several facts in hand: each line belongs to the fact that printed it, and a
// fact may end before one that began earlier.
func TestProgress(t *testing.T) {
	p, events := told(t, "WORD begin packages", "WORD begin upload", "WORD line packages unpacking", "WORD line upload a  b", "WORD end upload",
		"WORD begin release", "WORD line packages configuring", "WORD line release ", "WORD end packages", "WORD end release", "WORD armed release")
	want := []string{"step packages changing", "step upload changing", "line packages unpacking", "line upload a  b", "step upload applied",
		"step release changing", "line packages configuring", "step packages applied", "step release applied"}
	if !slices.Equal(events, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(events, "\n"), strings.Join(want, "\n"))
	}
	if len(p.running) > 0 || len(p.took) != 3 || !p.armed || p.failed != nil {
		t.Errorf("at the end: %d in hand, %v, armed %v, failed %v", len(p.running), p.took, p.armed, p.failed)
	}
}

// TestHostileProgress has what a stranger prints look like the job's own lines.
func TestHostileProgress(t *testing.T) {
	p, events := told(t, "WORD begin packages", "WORD begin upload",
		"WORD line upload WORD end packages", "end packages", "WORDS end packages", " WORD end packages", "word failed packages", // said by a stranger
		"WORD", "WORD end", "WORD end nobody", "WORD line nobody said", "WORD end release", "WORD failed release", "WORD other packages") // that mean nothing
	want := []string{"step packages changing", "step upload changing", "line upload WORD end packages",
		"line upload end packages", "line upload WORDS end packages", "line upload  WORD end packages", "line upload word failed packages", "line upload WORD"}
	if !slices.Equal(events, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(events, "\n"), strings.Join(want, "\n"))
	}
	if len(p.running) != 2 || len(p.took) > 0 || p.failed != nil || p.armed {
		t.Errorf("at the end: %d in hand, %v, failed %v, armed %v", len(p.running), p.took, p.failed, p.armed)
	}
}

// TestProgressFailure has one fact fail while another runs, and then that one too: the error is
// the first one's, with its own last lines.
func TestProgressFailure(t *testing.T) {
	exited := func() error { return &remote.ExitError{What: "the step apply", Status: 7, Tail: "lines of all"} }
	flood := []string{"WORD begin packages", "WORD begin upload"}
	for range failureLines + 5 {
		flood = append(flood, "WORD line upload more")
	}
	other := &stepFailure{step: stepInHand{name: "release"}, err: errors.New("could not be brought")}
	for name, c := range map[string]struct {
		lines []string
		err   error
		step  string // empty if the error belongs to no step
		want  string
	}{
		"one of two":           {[]string{"WORD begin packages", "WORD begin upload", "WORD line packages fine", "WORD line upload cause", "WORD failed upload", "WORD line packages later", "WORD end packages"}, exited(), "upload", "it failed with status 7: cause"},
		"both":                 {[]string{"WORD begin packages", "WORD begin upload", "WORD line upload cause", "WORD failed upload", "WORD line packages next", "WORD failed packages"}, exited(), "upload", "it failed with status 7: cause"},
		"without a word":       {[]string{"WORD begin packages", "WORD begin upload", "WORD line packages fine", "WORD failed upload"}, exited(), "upload", "the step apply failed with status 7: lines of all"},
		"not said which":       {[]string{"WORD begin packages", "WORD begin upload", "WORD line packages first"}, exited(), "packages", "it failed with status 7: first"},
		"connection":           {[]string{"WORD begin packages", "WORD end packages", "WORD begin upload", "WORD line upload half"}, errors.New("it is gone"), "upload", "it is gone"},
		"none in hand":         {[]string{"WORD begin packages", "WORD end packages"}, exited(), "", "the step apply failed with status 7: lines of all"},
		"another step's own":   {[]string{"WORD begin packages", "WORD failed packages"}, other, "release", "could not be brought"},
		"many lines":           {append(flood, "WORD failed upload"), exited(), "upload", "it failed with status 7: " + strings.TrimSuffix(strings.Repeat("more\n", failureLines), "\n")},
		"began anew":           {[]string{"WORD begin packages", "WORD line packages before", "WORD failed packages", "WORD begin packages", "WORD end packages", "WORD begin upload", "WORD line upload after", "WORD failed upload"}, exited(), "upload", "it failed with status 7: after"},
		"began anew elsewhere": {[]string{"WORD begin upload", "WORD begin packages", "WORD begin packages", "WORD line packages again"}, exited(), "packages", "it failed with status 7: again"},
	} {
		t.Run(name, func(t *testing.T) {
			p, _ := told(t, c.lines...)
			err := p.failure(c.err)
			failed, ok := errors.AsType[*stepFailure](err)
			if ok != (c.step != "") || ok && failed.step.name != c.step || err.Error() != c.want {
				t.Errorf("got %v, %q; want %s, %q", failed, err, c.step, c.want)
			}
		})
	}
}

// TestProgressProves begins the proof of the guarded facts once the last of them has ended,
// whatever else runs.
func TestProgressProves(t *testing.T) {
	p, _ := told(t, "WORD begin packages", "WORD begin upload")
	ended, stop := context.WithCancel(t.Context())
	stop()
	p.proving.ctx, p.proving.changed = ended, p.facts[:2]
	p.line("WORD end packages")
	if stands, err := p.proving.end(); stands || err != nil {
		t.Errorf("proven before the last one's end: %v, %v", stands, err)
	}
	p.line("WORD end upload")
	if _, err := p.proving.end(); err == nil {
		t.Error("no proof was tried")
	}
}
