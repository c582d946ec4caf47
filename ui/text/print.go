package text

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// indent begins each further line of a value, so that no value can pass for a line
// of Slipway's own.
const indent = "    "

// Fprintf is fmt.Fprintf for people. The format is Slipway's own; of the values, each
// text and each error is cleaned, and its lines after the first are indented.
// Commands and faces print with it and nothing else.
func Fprintf(w io.Writer, format string, args ...any) (int, error) {
	return fmt.Fprintf(w, format, cleanAll(args)...)
}

// Fprintln prints one line for people: the value, cleaned, with its line breaks as
// spaces. A URL on stdout, which scripts read, is printed with it.
func Fprintln(w io.Writer, line string) (int, error) { return fmt.Fprintln(w, Clean(line)) }

func cleanAll(args []any) []any {
	clean := make([]any, len(args))
	for i, arg := range args {
		switch v := arg.(type) {
		case error:
			clean[i] = block(v.Error())
		case []byte:
			clean[i] = block(string(v))
		default:
			clean[i] = arg // a number
			if kind := reflect.ValueOf(arg).Kind(); kind == reflect.String || kind >= reflect.Array && kind <= reflect.Struct {
				clean[i] = block(fmt.Sprint(arg))
			}
		}
	}
	return clean
}

func block(s string) string { return strings.Join(Lines(s), "\n"+indent) }

// JSON prints values as JSON, one a line.
type JSON struct{ out io.Writer }

// NewJSON makes one that prints to out.
func NewJSON(out io.Writer) JSON { return JSON{out} }

// Encode prints a value. A character that a terminal would obey is escaped, so that the
// value is the same to a program.
func (j JSON) Encode(value any) error {
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return err
	}
	_, err := io.WriteString(j.out, EscapeJSON(strings.TrimSuffix(line.String(), "\n"))+"\n")
	return err
}

// EscapeJSON writes the characters of a line of JSON that a terminal would obey as
// \u and their number. A byte that is no UTF-8 is U+FFFD.
func EscapeJSON(line string) string {
	if isPlain(line) {
		return line
	}
	var escaped strings.Builder
	for _, r := range line {
		switch {
		case !unsafe(r):
			escaped.WriteRune(r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&escaped, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&escaped, `\u%04x`, r)
		}
	}
	return escaped.String()
}

// longestLine is how much of one line is kept, in bytes.
const longestLine = 64 << 10

// Stream cleans line by line what comes in pieces, such as a log that is followed.
// Of a line that is longer than 64 KiB the beginning is shown. Close it: it holds a
// last line without an end.
type Stream struct {
	out  io.Writer
	each func(string) string
	line []byte
	cut  bool
}

// NewStream makes a Stream to out; each makes a line fit to be shown.
func NewStream(out io.Writer, each func(string) string) *Stream { return &Stream{out: out, each: each} }

// Write takes a piece. It returns len(p) unless out fails.
func (s *Stream) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		part, after, ended := bytes.Cut(rest, []byte("\n"))
		rest = after
		room := longestLine - len(s.line)
		s.cut = s.cut || len(part) > room
		s.line = append(s.line, part[:min(len(part), room)]...)
		if !ended {
			break
		}
		if err := s.flush(); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

// Close shows what is left.
func (s *Stream) Close() error {
	if len(s.line) == 0 {
		return nil
	}
	return s.flush()
}

func (s *Stream) flush() error {
	line, end := s.line, "\n"
	if s.cut {
		end = "…\n"
		for len(line) > 0 && !utf8.Valid(line[max(0, len(line)-utf8.UTFMax):]) && !utf8.RuneStart(line[len(line)-1]) {
			line = line[:len(line)-1]
		}
	}
	_, err := io.WriteString(s.out, s.each(string(line))+end)
	s.line, s.cut = s.line[:0], false
	return err
}
