// Package cause finds the cause of a failure in what the failed program printed: the
// last line of a traceback with the file and line of the app's own code, what pip, uv,
// pytest or a shell says is wrong, else the last line. All faces show the cause
// first and the rest below it.
//
// It only reads text and never fails: where no form is known, the cause is the text's
// own last line, so nothing is ever hidden.
package cause

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"slipway/ui/text"
)

// Cause is why something failed.
type Cause struct {
	// Lead is what the error says before the cause: "release: ", or empty.
	Lead string
	// Line says what went wrong, in the program's own words: "KeyError: 'PORT'".
	Line string
	// File and Number are the line of the app's own code that was being run, as
	// "shop/wsgi.py" and 3. File is empty if the output names none.
	File   string
	Number int
	// Rest is the whole text, if it says more than Line. Its lines are clean.
	Rest []string
}

// String is the cause in one line: "KeyError: 'PORT' (shop/wsgi.py:3)".
func (c Cause) String() string {
	if c.File == "" {
		return c.Line
	}
	return fmt.Sprintf("%s (%s)", c.Line, c.Place())
}

// Place is the file and the line, as editors take them: "shop/wsgi.py:3".
func (c Cause) Place() string { return fmt.Sprintf("%s:%d", c.File, c.Number) }

// exited is how an error begins that has the output of a program: what comes
// before, what failed, and the output.
var exited = regexp.MustCompile(`(?s)^(.*?)((?:it|the [a-z -]+?) failed with status -?\d+): (.*)$`)

// differs begins the list of what a release changed, which follows the output.
const differs = "it differs from release "

// Of finds the cause in the text of an error. The text is not trusted: what
// comes back has no control characters.
func Of(message string) Cause {
	message = strings.TrimRight(message, "\n")
	parts := exited.FindStringSubmatch(message)
	if parts == nil {
		lines := clean(message)
		return Cause{Line: lines[0], Rest: lines[1:]}
	}
	lead, what, output := parts[1], parts[2], clean(parts[3])
	c := Cause{Line: what}
	for _, find := range []func([]string) (Cause, bool){pytest, repository, build, traceback, resolver, complaint, headline, lastLine} {
		if found, ok := find(upTo(output, differs)); ok {
			c = found
			break
		}
	}
	c.Lead = text.Clean(lead)
	c.Rest = []string{what + ": " + output[0]}
	if len(output) > 1 {
		c.Rest = append([]string{what + ":"}, output...) // in columns as it was printed
	}
	return c
}

func clean(s string) []string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(text.Clean(text.LastState(line)), " ")
	}
	return lines
}

// upTo are the lines before the first that begins with a prefix.
func upTo(lines []string, prefix string) []string {
	for i, line := range lines {
		if strings.HasPrefix(line, prefix) {
			return lines[:i]
		}
	}
	return lines
}

func lastLine(lines []string) (Cause, bool) {
	for _, line := range slices.Backward(lines) {
		if line = strings.TrimSpace(line); line != "" {
			return Cause{Line: line}, true
		}
	}
	return Cause{}, false
}

// headline is the sentence that introduces the last lines of a release that did
// not answer.
func headline(lines []string) (Cause, bool) {
	for _, line := range lines {
		if line, ok := strings.CutSuffix(line, "; its last lines:"); ok {
			return Cause{Line: line}, true
		}
	}
	return Cause{}, false
}
