package cause

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const tracebackHeader = "Traceback (most recent call last):"

var (
	// frameLine is a line of a traceback that names code. A syntax error's names
	// no function.
	frameLine = regexp.MustCompile(`^(.*?)  File "(.+?)", line (\d+)`)
	// exceptionLine ends a traceback: "shop.Missing: no such item", "KeyError".
	exceptionLine = regexp.MustCompile(`^[A-Za-z_][\w.]*(: .*|:)?$`)
	// foreign are files that are not the app's: packages, Python itself, and what
	// an installer unpacks to build it.
	foreign = regexp.MustCompile(`^<|/(site|dist)-packages/|/lib(64)?/python\d|/(v?env|\.venv)/bin/|^/usr/|/pip-|/builds-v\d|^/tmp/|^/var/tmp/`)
	// inRelease is what comes before the app's folder on the server, or in a container.
	inRelease = regexp.MustCompile(`^(/srv/[^/]+/(releases/[^/]+|current)/src|/app)/`)
)

// frame is a line of code that was being run.
type frame struct {
	file   string
	number int
}

// raised is one traceback: what was raised, and where.
type raised struct {
	line   string
	frames []frame
	// prefix is what a log puts before each line.
	prefix string
}

// traceback is the last exception that passed through the app's own code, else the
// last one but for those by which gunicorn stops because of another.
func traceback(lines []string) (Cause, bool) {
	all := tracebacks(lines)
	if len(all) == 0 {
		return Cause{}, false
	}
	chosen, rank := all[0], -1
	for _, r := range all {
		if got := r.rank(); got >= rank {
			chosen, rank = r, got
		}
	}
	if rank == 0 { // by it gunicorn stops because of what it said before
		if c, ok := complaint(lines); ok && !strings.HasPrefix(chosen.line, c.Line) {
			return c, true
		}
	}
	c := Cause{Line: chosen.line}
	if own, ok := chosen.own(); ok {
		c.File, c.Number = inRelease.ReplaceAllString(own.file, ""), own.number
		c.File = strings.TrimPrefix(c.File, "./")
	}
	return c, true
}

// rank is how likely it is that a traceback tells the cause.
func (r raised) rank() int {
	if _, ok := r.own(); ok {
		return 2
	}
	if strings.HasPrefix(r.line, "gunicorn.errors.HaltServer") || strings.HasPrefix(r.line, "SystemExit") {
		return 0
	}
	return 1
}

// own is the innermost frame of the app's own code.
func (r raised) own() (frame, bool) {
	for _, f := range slices.Backward(r.frames) {
		if !foreign.MatchString(f.file) {
			return f, true
		}
	}
	return frame{}, false
}

// tracebacks are all tracebacks in the lines, in order. One whose beginning was cut
// off counts from its first frame, as does a syntax error that has no header.
func tracebacks(lines []string) []raised {
	var all []raised
	var open *raised
	for i, line := range lines {
		if before, _, ok := strings.Cut(line, tracebackHeader); ok {
			open = &raised{prefix: prefixOf(before, lines[i+1:])}
			continue
		}
		if open == nil {
			if at := frameLine.FindStringSubmatch(line); at != nil {
				open = &raised{prefix: at[1]}
			}
		}
		if open != nil && open.takes(line) {
			all = append(all, *open)
			open = nil
		}
	}
	return all
}

// takes takes a line of the traceback in. It returns true if that was the last.
func (r *raised) takes(line string) bool {
	rest, ok := cutPrefix(line, r.prefix)
	if !ok {
		return false // another process's line, in between
	}
	if at := frameLine.FindStringSubmatch(rest); at != nil && at[1] == "" {
		number, _ := strconv.Atoi(at[3]) // the pattern has digits only
		r.frames = append(r.frames, frame{at[2], number})
		return false
	}
	if !exceptionLine.MatchString(rest) {
		return false // code, carets, or what an exception adds to itself
	}
	r.line = rest
	return true
}

// prefixOf is what stands before a header, if the next line has it too: a log's
// time and name do, a sentence that ends in the header does not.
func prefixOf(before string, following []string) string {
	if len(following) == 0 {
		return ""
	}
	if _, ok := cutPrefix(following[0], before); !ok {
		return ""
	}
	return before
}

// cutPrefix takes a log's prefix away, in which digits may differ.
func cutPrefix(line, prefix string) (string, bool) {
	if len(line) < len(prefix) || shape(line[:len(prefix)]) != shape(prefix) {
		return line, false
	}
	return line[len(prefix):], true
}

func shape(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return '0'
		}
		return r
	}, s)
}
