// Package audit checks what a server really does, not what was set on it: what
// sshd says of itself, who listens, which files anybody may write to. All of it
// is pure: it makes shell text and reads what that printed; package steps runs
// it. It changes nothing on the server.
package audit

import (
	"fmt"
	"time"

	"slipway/steps/shell"
)

// Verdict is what a check comes to.
type Verdict string

// The verdicts.
const (
	Good Verdict = "good"
	Bad  Verdict = "bad"
	// NotApplicable is what this server can't have: a container has its host's
	// kernel.
	NotApplicable Verdict = "not applicable"
	// Unknown is what could not be found out.
	Unknown Verdict = "unknown"
	// Figure is another auditor's, to compare with itself.
	Figure Verdict = "figure"
)

// Result is one check and what it found.
type Result struct {
	// Topic groups checks: "ssh". Check says what should be so.
	Topic string `json:"topic"`
	Check string `json:"check"`
	// Verdict tells whether it is, Found what was found.
	Verdict Verdict `json:"verdict"`
	Found   string  `json:"found,omitempty"`
	// Before is what was found before the first deployment, if that was another.
	Before string `json:"before,omitempty"`
}

// Report is an audit.
type Report struct {
	// Time is when it was made.
	Time time.Time `json:"time"`
	// Results are the checks, in order.
	Results []Result `json:"results"`
}

// Count tells how many results have a verdict.
func (r Report) Count(v Verdict) int {
	n := 0
	for _, result := range r.Results {
		if result.Verdict == v {
			n++
		}
	}
	return n
}

// Since notes in each result what an earlier report found, where that was
// another.
func (r Report) Since(before Report) Report {
	was := map[string]Result{}
	for _, result := range before.Results {
		was[result.Topic+" "+result.Check] = result
	}
	changed := Report{Time: r.Time}
	for _, result := range r.Results {
		earlier, ok := was[result.Topic+" "+result.Check]
		if ok && (earlier.Verdict != result.Verdict || earlier.Found != result.Found) {
			result.Before = fmt.Sprintf("%s: %s", earlier.Verdict, earlier.Found)
		}
		changed.Results = append(changed.Results, result)
	}
	return changed
}

// Subject is what must be known of a server to judge it.
type Subject struct {
	// Container is true if its kernel is shared with others.
	Container bool
	// Ports are the TCP ports that the world may reach, sshd's own aside.
	Ports []int
	// App is the app's user, which begins the names of its units.
	App string
}

// check is one look and how it is judged.
type check struct {
	topic string
	// slow ones are left out before the first deployment, which has to be quick.
	slow  bool
	look  func(Subject) string
	judge func(Subject, string) []Result
}

// sectionPrefix tells the sections of an audit from others.
const sectionPrefix = "audit "

// Look is the shell text of all checks, or of the quick ones, as sections.
func Look(s Subject, slow bool) string {
	var sections []string
	for _, c := range checks {
		if slow || !c.slow {
			sections = append(sections, shell.Section(sectionPrefix+c.topic, c.look(s)))
		}
	}
	return shell.Lines(sections...)
}

// Read judges what the sections of Look printed. It is false if there are none.
func Read(s Subject, seen map[string]string, now time.Time) (Report, bool) {
	report := Report{Time: now.UTC().Truncate(time.Second)}
	for _, c := range checks {
		text, ok := seen[sectionPrefix+c.topic]
		if !ok {
			continue
		}
		for _, result := range c.judge(s, text) {
			result.Topic = c.topic
			report.Results = append(report.Results, result)
		}
	}
	return report, len(report.Results) > 0
}

// judged makes a result of whether something is so.
func judged(what string, good bool, found string) Result {
	verdict := Bad
	if good {
		verdict = Good
	}
	return Result{Check: what, Verdict: verdict, Found: found}
}

func unknown(what, why string) Result { return Result{Check: what, Verdict: Unknown, Found: why} }
