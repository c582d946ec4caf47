package audit

import (
	"fmt"
	"time"

	"slipway/steps/shell"
)

// Verdict is the outcome of a check.
type Verdict string

// The verdicts.
const (
	Good Verdict = "good"
	Bad  Verdict = "bad"
	// NotApplicable means that this server can't have it: a container shares the
	// kernel of its host.
	NotApplicable Verdict = "not applicable"
	// Unknown means that the server did not answer.
	Unknown Verdict = "unknown"
	// Figure is the number that another auditor gave. It only means something
	// beside an earlier number of the same auditor.
	Figure Verdict = "figure"
)

// Result is one check and what it found.
type Result struct {
	// Topic groups checks: "ssh". Check is the sentence that should be true.
	Topic string `json:"topic"`
	Check string `json:"check"`
	// Verdict tells whether it is true, Found what the server showed.
	Verdict Verdict `json:"verdict"`
	Found   string  `json:"found,omitempty"`
	// Before is the verdict and the finding before the first deployment, as
	// "bad: permitrootlogin yes". It is empty if both were the same.
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

// renamed are the sentences of checks in reports that an earlier version kept.
var renamed = map[string]string{ //nolint:gosec // sentences about passwords, none is a password
	"no password by another name does":                  "keyboard-interactive login is off",
	"an account without a password is shut":             "an account with an empty password can't log in",
	"keys let in":                                       "SSH keys can log in",
	"no screens are passed on":                          "X11 is not forwarded",
	"no agents are passed on":                           "SSH agents are not forwarded",
	"a connection has few tries":                        "a connection may try at most four keys",
	"no account is without a lock":                      "no account has an empty password",
	"no account has a password that can be guessed":     "no account has a password",
	"the lists of updates are of this week":             "apt's package lists are less than a week old",
	"no folder is anybody's to remove others' files in": "no folder lets everybody remove the files of others",
	"no file is nobody's":                               "every file has an owner and a group",
}

// key identifies a check in reports of all versions.
func (r Result) key() string {
	if check, ok := renamed[r.Check]; ok {
		return r.Topic + " " + check
	}
	return r.Topic + " " + r.Check
}

// Since returns the report with what an earlier report found, in each result whose
// verdict or finding differs.
func (r Report) Since(before Report) Report {
	earlierResults := map[string]Result{}
	for _, result := range before.Results {
		earlierResults[result.key()] = result
	}
	changed := Report{Time: r.Time}
	for _, result := range r.Results {
		earlier, ok := earlierResults[result.key()]
		if ok && (earlier.Verdict != result.Verdict || earlier.Found != result.Found) {
			result.Before = fmt.Sprintf("%s: %s", earlier.Verdict, earlier.Found)
		}
		changed.Results = append(changed.Results, result)
	}
	return changed
}

// Subject is what a judge must know of the server.
type Subject struct {
	// Container is true if the server shares the kernel of its host.
	Container bool
	// Ports are the TCP ports that the world may reach.
	Ports []int
	// Allowed are the ports at which other programs may listen, as "tcp/8080".
	Allowed []string
	// App is the app's user. The names of the app's units begin with it.
	App string
}

// check is one look and how it is judged.
type check struct {
	topic string
	// slow checks are left out before the first deployment, so that it starts soon.
	slow  bool
	look  func(Subject) string
	judge func(Subject, string) []Result
}

// sectionPrefix begins the names of an audit's sections.
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

// Read judges what the sections of Look printed. It is false if none of them was
// printed.
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

// judged makes a result that is Good or Bad.
func judged(what string, good bool, found string) Result {
	verdict := Bad
	if good {
		verdict = Good
	}
	return Result{Check: what, Verdict: verdict, Found: found}
}

func unknown(what, why string) Result { return Result{Check: what, Verdict: Unknown, Found: why} }
