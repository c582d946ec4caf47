package wizard

import (
	"io"
	"strings"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"

	"slipway/ui/text"
)

// look is the colours and signs that this terminal can show.
type look struct {
	title, path, here, faint, strong, accent, good, bad, warn paint
	glyphs
	// plain is true if there are no colours.
	plain bool
	// still is true if nothing is to move by itself.
	still bool
}

// paint is a style for text that may be another's: what it renders is clean.
type paint struct{ style lipgloss.Style }

// Bold is the style in bold, or not.
func (p paint) Bold(bold bool) paint { return paint{p.style.Bold(bold)} }

// Render renders text. Its lines stay lines.
func (p paint) Render(texts ...string) string {
	return p.style.Render(strings.Join(text.Lines(strings.Join(texts, " ")), "\n"))
}

// glyphs are the signs that the screens use.
type glyphs struct {
	cursor, caret, done, failed, now, todo, full, empty, bullet, sep, ellipsis, closed, opened string
	spin                                                                                       []string
}

var unicodeGlyphs = glyphs{cursor: "›", caret: "▏", done: "✓", failed: "✗", now: "●", todo: "○", full: "█", empty: "░",
	bullet: "·", sep: "›", ellipsis: "…", closed: "▸", opened: "▾", spin: []string{"◐", "◓", "◑", "◒"}}

var asciiGlyphs = glyphs{cursor: ">", caret: "_", done: "+", failed: "x", now: "*", todo: "-", full: "#", empty: ".",
	bullet: "-", sep: ">", ellipsis: "~", closed: "[+]", opened: "[-]", spin: []string{"|", "/", "-", "\\"}}

// terminalLook finds out what the terminal can show.
func terminalLook(out io.Writer, getenv func(string) string) *look {
	r := lipgloss.NewRenderer(out)
	// Asked now, before anything reads the keyboard that the answer comes by.
	r.HasDarkBackground()
	lipgloss.SetDefaultRenderer(r) // bubbles know no other
	l := newLook(r)
	l.still = getenv("SLIPWAY_REDUCED_MOTION") != "" || getenv("NO_MOTION") != ""
	if !speaksUnicode(getenv) {
		l.glyphs = asciiGlyphs
	}
	return l
}

// speaksUnicode is false only if the locale says so. Without a locale this is most
// likely a container, and the terminal outside it shows Unicode.
func speaksUnicode(getenv func(string) string) bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if locale := strings.ToLower(getenv(name)); locale != "" {
			return strings.Contains(locale, "utf-8") || strings.Contains(locale, "utf8")
		}
	}
	return true
}

// colour is one for light and one for dark backgrounds, in full and in 16
// colours.
func colour(light, light16, dark, dark16 string) lipgloss.CompleteAdaptiveColor {
	return lipgloss.CompleteAdaptiveColor{
		Light: lipgloss.CompleteColor{TrueColor: light, ANSI256: light, ANSI: light16},
		Dark:  lipgloss.CompleteColor{TrueColor: dark, ANSI256: dark, ANSI: dark16},
	}
}

func newLook(r *lipgloss.Renderer) *look {
	style := func(c lipgloss.TerminalColor) paint { return paint{r.NewStyle().Foreground(c)} }
	bold := paint{r.NewStyle().Bold(true)}
	blue := colour("#0a5fb4", "4", "#6cb6ff", "14")
	return &look{
		glyphs: unicodeGlyphs,
		plain:  r.ColorProfile() == termenv.Ascii,
		title:  style(blue).Bold(true),
		path:   style(colour("#6a6a6a", "8", "#8b949e", "7")),
		here:   bold,
		faint:  style(colour("#6a6a6a", "8", "#8b949e", "7")),
		strong: bold,
		accent: style(blue),
		good:   style(colour("#1a7f37", "2", "#56d364", "10")),
		bad:    style(colour("#c0232c", "1", "#ff7b72", "9")).Bold(true),
		warn:   style(colour("#8a5a00", "3", "#e3b341", "11")),
	}
}
