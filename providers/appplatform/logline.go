package appplatform

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"
)

// logLine is a line of a log.
type logLine struct {
	at time.Time
	// component printed it. It is empty, and at zero, for a line that does not say.
	component, text string
}

// logForm is a line as App Platform has it: "web 2026-01-31T14:00:00.123456789Z text".
var logForm = regexp.MustCompile(`^\[?([a-z][a-z0-9-]*)\]? \[?(\d{4}-\d\d-\d\d[T ][0-9:.]+Z?)\]? ?(.*)$`)

func parsedLine(line string) logLine {
	line = strings.TrimRight(line, "\r")
	if parts := logForm.FindStringSubmatch(line); parts != nil {
		for _, form := range []string{time.RFC3339Nano, time.DateTime} {
			if at, err := time.Parse(form, parts[2]); err == nil {
				return logLine{at, parts[1], parts[3]}
			}
		}
	}
	return logLine{text: line}
}

func (l logLine) write(w io.Writer) error {
	if l.component == "" {
		_, err := fmt.Fprintln(w, l.text)
		return err
	}
	_, err := fmt.Fprintf(w, "%s %s: %s\n", l.at.Local().Format(time.RFC3339), l.component, l.text)
	return err
}

// seenLines tells lines that were seen from those that are new, where a log is read again.
// Lines of several instances are not in the exact order of time.
type seenLines struct {
	// since is the time of the first line that is wanted.
	since  time.Time
	newest time.Time
	seen   map[logLine]bool
	// rereads is set once lines may come that came before.
	rereads bool
}

const (
	// disorder is how much later a line may come than one that was printed after it.
	disorder = time.Minute
	// mostSeen is how many lines are remembered before those that are old are forgotten.
	mostSeen = 10_000
)

// again begins to read the log again: what is older than disorder was seen.
func (s *seenLines) again() {
	s.rereads = true
	if before := s.newest.Add(-disorder); !s.newest.IsZero() && before.After(s.since) {
		s.since = before
	}
}

func (s *seenLines) isNew(l logLine) bool {
	if l.at.IsZero() {
		return true
	}
	if l.at.Before(s.since) || s.rereads && s.seen[l] {
		return false
	}
	if l.at.After(s.newest) {
		s.newest = l.at
	}
	if s.seen == nil {
		s.seen = map[logLine]bool{}
	}
	s.seen[l] = true
	if len(s.seen) > mostSeen {
		for old := range s.seen {
			if old.at.Before(s.newest.Add(-disorder)) {
				delete(s.seen, old)
			}
		}
		if len(s.seen) > mostSeen {
			clear(s.seen) // a line may come twice then
		}
	}
	return true
}

// lineSplitter calls do for each whole line of what is added to it. The error of do, which
// ends it, is an [unwritten].
type lineSplitter struct {
	do   func(line string) error
	rest string
}

// longestLine is how many bytes of a line are kept.
const longestLine = 64 << 10

func (s *lineSplitter) add(text string) error {
	s.rest += text
	for {
		line, rest, whole := strings.Cut(s.rest, "\n")
		if !whole {
			break
		}
		s.rest = rest
		if err := s.do(line[:min(len(line), longestLine)]); err != nil {
			return unwritten{err}
		}
	}
	s.rest = s.rest[:min(len(s.rest), longestLine)]
	return nil
}

// Write adds bytes.
func (s *lineSplitter) Write(b []byte) (int, error) { return len(b), s.add(string(b)) }

// end passes on what came behind the last end of a line.
func (s *lineSplitter) end() error {
	last := s.rest
	s.rest = ""
	if last == "" {
		return nil
	}
	if err := s.do(last); err != nil {
		return unwritten{err}
	}
	return nil
}
