// Package text prepares text for a terminal: it takes control characters out of
// what programs and servers wrote, and breaks lines between words. The wizard, the
// line-by-line questions and the plain face share it.
package text

import (
	"io"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Clean returns a line that another program wrote, without what would move a
// terminal's cursor or change its colours. Of a progress bar it keeps the last
// state.
func Clean(line string) string {
	line = ansi.Strip(strings.ToValidUTF8(line, "?"))
	if i := strings.LastIndexByte(strings.TrimRight(line, "\r"), '\r'); i >= 0 {
		line = line[i+1:]
	}
	line = strings.ReplaceAll(line, "\t", "    ")
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return -1
		}
		return r
	}, line)
}

// Wrap breaks a text into lines of at most width cells. It breaks at spaces only:
// a word that is wider than a line stands on a line of its own, whole. Lines that
// continue an indented line have its indentation. A width of 0 or less breaks
// nothing but at the text's own newlines.
func Wrap(s string, width int) []string {
	var lines []string
	for line := range strings.SplitSeq(s, "\n") {
		lines = append(lines, wrapLine(line, width)...)
	}
	return lines
}

func wrapLine(line string, width int) []string {
	if width <= 0 || ansi.StringWidth(line) <= width {
		return []string{line}
	}
	words := strings.TrimLeft(line, " ")
	indent := line[:len(line)-len(words)]
	if len(indent) >= width/2 {
		indent = ""
	}
	var lines []string
	now := ""
	for word := range strings.SplitSeq(words, " ") {
		switch {
		case now == "":
			now = indent + word
		case ansi.StringWidth(now)+1+ansi.StringWidth(word) <= width:
			now += " " + word
		default:
			lines = append(lines, strings.TrimRight(now, " "))
			now = indent + word
		}
	}
	return append(lines, now)
}

// Writer cleans and wraps what is written to Out. Each Write is whole lines, or a
// prompt that ends without a newline.
type Writer struct {
	Out io.Writer
	// Width is how many cells a line of Out has now. nil, or a width of 0 or less,
	// leaves lines whole.
	Width func() int
}

// Write cleans and wraps p and writes it to Out. It returns len(p) unless Out fails.
func (w Writer) Write(p []byte) (int, error) {
	width := 0
	if w.Width != nil {
		width = w.Width()
	}
	var lines []string
	for line := range strings.SplitSeq(string(p), "\n") {
		lines = append(lines, wrapLine(Clean(line), width)...)
	}
	if _, err := io.WriteString(w.Out, strings.Join(lines, "\n")); err != nil {
		return 0, err
	}
	return len(p), nil
}
