// Package text prepares text for a terminal: it takes out of what apps, programs,
// visitors and servers wrote all that a terminal would obey, and breaks lines between
// words. It is the one way from Slipway to a terminal: all faces and commands print by
// it, and a test finds whoever does not.
package text

import (
	"io"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

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
	for _, line := range Lines(string(p)) {
		lines = append(lines, wrapLine(line, width)...)
	}
	if _, err := io.WriteString(w.Out, strings.Join(lines, "\n")); err != nil {
		return 0, err
	}
	return len(p), nil
}
