package docker

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"github.com/moby/moby/api/types/jsonstream"
)

// followBuild passes on what an engine tells of a build, line by line, and returns when
// it ends. If it failed, the error has the last lines that the build's program printed.
func followBuild(stream io.Reader, e Endpoint, report func(line string)) error {
	b := &build{report: report}
	err := decode(stream, func(m jsonstream.Message) { b.lines.add(m.Stream, b.line) })
	b.lines.end(b.line)
	if message, ok := errors.AsType[*jsonstream.Error](err); ok {
		return b.failed(message, e)
	}
	return explain(wrapped("build the image", err), e)
}

// followPull passes on what an engine tells of a pull, one line for each step of each
// layer, and returns when it ends.
func followPull(stream io.Reader, image string, e Endpoint, report func(line string)) error {
	told := ""
	err := decode(stream, func(m jsonstream.Message) {
		// The rest repeats with each kilobyte.
		line := strings.TrimSpace(m.ID + " " + m.Status)
		if line != told && line != "" {
			report(line)
		}
		told = line
	})
	return explain(wrapped("pull "+image, err), e)
}

func wrapped(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// decode reads an engine's messages to their end. What the engine itself calls an error
// is a *[jsonstream.Error].
func decode(stream io.Reader, each func(m jsonstream.Message)) error {
	for messages := json.NewDecoder(stream); ; {
		var m jsonstream.Message
		switch err := messages.Decode(&m); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("the engine's answer breaks off: %w", err)
		case m.Error != nil:
			return m.Error
		}
		each(m)
	}
}

// build is what is known of a build that runs.
type build struct {
	report func(line string)
	lines  lines
	step   string // the Dockerfile's line that runs
	base   string // the image that was asked for last
	last   []string
}

var (
	// stepLine is how the classic builder begins a line of the Dockerfile.
	stepLine = regexp.MustCompile(`^Step \d+/\d+ : (.*)$`)
	// exitLine is how it says that the line's program failed.
	exitLine = regexp.MustCompile(`(?s)^The command '(.*)' returned a non-zero code: (\d+)`)
)

// mostLast is how many of the last lines of a program an error has.
const mostLast = 40

func (b *build) line(line string) {
	// The classic builder colours what a program wrote to stderr.
	line = strings.TrimSuffix(strings.TrimPrefix(line, "\x1b[0m"), "\x1b[0m")
	line = strings.TrimPrefix(line, "\x1b[91m")
	if line == "" || strings.HasPrefix(line, " ---> ") || strings.HasPrefix(line, "Removing intermediate container ") {
		return
	}
	b.report(line)
	step := stepLine.FindStringSubmatch(line)
	if step == nil {
		b.last = lastOf(append(b.last, line))
		return
	}
	b.step, b.last = step[1], nil
	if words := strings.Fields(b.step); len(words) > 1 && words[0] == "FROM" {
		b.base = words[1]
	}
}

// failed explains the error that ended a build.
func (b *build) failed(message *jsonstream.Error, e Endpoint) error {
	exit := exitLine.FindStringSubmatch(message.Message)
	if exit == nil {
		doing := "build the image"
		if strings.HasPrefix(b.step, "FROM ") {
			doing = "get the image " + b.base
		}
		return explain(fmt.Errorf("%s: %w", doing, message), e)
	}
	status, err := strconv.Atoi(exit[2])
	if err != nil {
		status = message.Code
	}
	return programFailed("the build of the image", status, append([]string{b.step}, b.last...))
}

// lastOf cuts to the last lines.
func lastOf(lines []string) []string {
	return lines[max(0, len(lines)-mostLast):]
}

// lines puts lines together from pieces of a text.
type lines struct{ begun strings.Builder }

// longestLine is how many bytes of a line are kept.
const longestLine = 4 << 10

func (l *lines) add(piece string, each func(line string)) {
	for {
		line, rest, ended := strings.Cut(piece, "\n")
		if room := longestLine - l.begun.Len(); room > 0 {
			l.begun.WriteString(line[:min(room, len(line))])
		}
		if !ended {
			return
		}
		l.end(each)
		piece = rest
	}
}

// end is the end of a line.
func (l *lines) end(each func(line string)) {
	line := strings.TrimSuffix(strings.ToValidUTF8(l.begun.String(), ""), "\r")
	l.begun.Reset()
	if line != "" {
		each(line)
	}
}
