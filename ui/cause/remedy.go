package cause

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Remedy is what to do about a failure whose form is known.
type Remedy struct {
	// Next is what to type or to write, in one sentence that begins in lower case.
	Next string
	// Keep is a folder ("instance/") or a file ("shop.db") of the app, relative to its
	// root, that the app writes to and that is not kept yet; may be empty.
	Keep string
	// Variable is a variable that the app needs and that is not given; may be empty.
	Variable string
}

// longestLook bounds how long the app's folder may take to answer: a message is not to
// wait for a network.
const longestLook = 10 * time.Second

// RemedyOf finds what to do about the failure that an error's text tells of. folder is
// the app's folder on this computer, in which files and lines are looked up; it may be
// empty. It is false where no form is known. The text is not trusted: what comes back
// has no control characters, and what a name in it may be is checked.
func RemedyOf(message, folder string) (Remedy, bool) {
	found := Of(message)
	if len(found.Rest) == 0 {
		return Remedy{}, false // no program printed it
	}
	ctx, cancel := context.WithTimeout(context.Background(), longestLook)
	defer cancel()
	e := evidence{Cause: found, lines: upTo(found.Rest, differs), app: source{ctx, folder}}
	if r, ok := e.judge(found.Line); ok {
		return r, true
	}
	for _, line := range slices.Backward(e.lines) {
		if r, ok := e.judge(strings.TrimSpace(line)); ok {
			return r, true
		}
	}
	return Remedy{}, false
}

// evidence is what is known of a failure.
type evidence struct {
	Cause
	lines []string
	app   source
}

// form is a way to fail: a line that programs print about it, and what to do.
type form struct {
	line *regexp.Regexp
	// next is what to do, in which $1 is the first group of the line.
	next string
	// more makes the remedy instead, where it takes more than the line; false passes.
	more func(e evidence, groups []string) (Remedy, bool)
}

// forms are all ways to fail that are known. The first that fits a line counts.
var forms = slices.Concat(imports, variables, writing, databases, serving, repositories, resolving, building, beforehand, machine)

func (e evidence) judge(line string) (Remedy, bool) {
	for _, f := range forms {
		at := f.line.FindStringSubmatchIndex(line)
		if at == nil {
			continue
		}
		if f.more == nil {
			return Remedy{Next: string(f.line.ExpandString(nil, f.next, line, at))}, true
		}
		if r, ok := f.more(e, f.line.FindStringSubmatch(line)); ok {
			return r, true
		}
	}
	return Remedy{}, false
}

// says tells whether any line of the output fits.
func (e evidence) says(pattern *regexp.Regexp) bool { return e.find(pattern) != nil }

// find is the last line of the output that fits, with its groups; nil if none does.
func (e evidence) find(pattern *regexp.Regexp) []string {
	for _, line := range slices.Backward(e.lines) {
		if at := pattern.FindStringSubmatch(line); at != nil {
			return at
		}
	}
	return nil
}

// then is a remedy without more to it.
func then(next string) (Remedy, bool) { return Remedy{Next: next}, true }

// line makes a pattern of a form.
func line(pattern string) *regexp.Regexp { return regexp.MustCompile(pattern) }

// inApp is a key of [app] in slipway.toml with its value, as people are told to write it.
func inApp(line string) string { return line + " under [app] in slipway.toml" }
