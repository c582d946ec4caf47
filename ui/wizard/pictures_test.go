package wizard

import (
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"

	"slipway/ui/golden"
)

// TestPictures compares the pictures of all screens, which the README shows, or
// draws them with -update.
func TestPictures(t *testing.T) {
	for name := range scenes {
		t.Run(name, func(t *testing.T) {
			p := sit(t, nil)
			p.w.look = colouredLook(t, termenv.TrueColor, true)
			scenes[name](p)
			picture := svg(p.w.View())
			if err := xml.Unmarshal([]byte(picture), new(any)); err != nil {
				t.Errorf("it is no XML: %v", err)
			}
			golden.Same(t, "screens/"+name+".svg", picture)
		})
	}
}

// TestRecording compares the moving picture of a whole run, or draws it with
// -update.
func TestRecording(t *testing.T) {
	p := sit(t, nil)
	p.w.look = colouredLook(t, termenv.TrueColor, true)
	var frames []frame
	take := func(seconds float64) { frames = append(frames, frame{p.w.View(), seconds}) }
	p.found(nil)
	take(2)
	p.do(p.w.push(&where{}))
	take(1.5)
	p.press("enter")
	take(1.5)
	p.do(p.w.restart())
	p.review()
	take(2.5)
	for _, step := range []string{"machine", "connection", "packages", "proxy", "dependencies", "tests", "verify"} {
		p.until(step)
		take(0.8)
	}
	p.deployed()
	take(4)
	picture := moving(frames)
	if err := xml.Unmarshal([]byte(picture), new(any)); err != nil {
		t.Errorf("it is no XML: %v", err)
	}
	golden.Same(t, "screens/recording.svg", picture)
}

// frame is what shows for some seconds.
type frame struct {
	view    string
	seconds float64
}

// moving shows frames one after the other, again and again; to whoever wants no
// motion, the last.
func moving(frames []frame) string {
	all := 0.0
	for _, f := range frames {
		all += f.seconds
	}
	var style, body strings.Builder
	at := 0.0
	for i, f := range frames {
		from, to := at/all*100, (at+f.seconds)/all*100
		fmt.Fprintf(&style, "@keyframes f%d{0%%{visibility:hidden}%.2f%%{visibility:visible}%.2f%%{visibility:hidden}}\n", i, from, to)
		fmt.Fprintf(&style, "#f%d{visibility:hidden;animation:f%d %.1fs step-end infinite}\n", i, i, all)
		fmt.Fprintf(&body, "<g id=\"f%d\">\n%s</g>\n", i, rows(f.view))
		at += f.seconds
	}
	fmt.Fprintf(&style, "@media(prefers-reduced-motion){g{animation:none!important}#f%d{visibility:visible!important}}\n", len(frames)-1)
	return drawn(frames[0].view, "<style>"+style.String()+"</style>\n"+body.String())
}

// The measures of a picture, in pixels.
const (
	cellWidth  = 8.4
	cellHeight = 18
	margin     = 14
)

// svg draws what a terminal would show.
func svg(view string) string { return drawn(view, rows(view)) }

// drawn is a picture of the size of a view.
func drawn(view, body string) string {
	lines := strings.Split(view, "\n")
	var b strings.Builder
	width, height := 80*cellWidth+2*margin, len(lines)*cellHeight+2*margin
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %d" font-family="ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="14">`+"\n", width, height)
	fmt.Fprintf(&b, `<rect width="%.0f" height="%d" rx="8" fill="#0d1117"/>`+"\n", width, height)
	return b.String() + body + "</svg>\n"
}

// rows are the lines of a view.
func rows(view string) string {
	var b strings.Builder
	for i, line := range strings.Split(view, "\n") {
		if row := spans(line); row != "" {
			fmt.Fprintf(&b, `<text x="%d" y="%d" fill="#e6edf3" xml:space="preserve">%s</text>`+"\n", margin, margin+i*cellHeight+14, row)
		}
	}
	return b.String()
}

// spans are the parts of a line, each in its style, each at its column: fonts
// differ in how wide their signs are.
func spans(line string) string {
	var b strings.Builder
	style, column := "", 0
	for line != "" {
		if rest, ok := strings.CutPrefix(line, "\x1b["); ok {
			codes, after, _ := strings.Cut(rest, "m")
			style, line = styled(style, codes), after
			continue
		}
		text := line
		if at := strings.Index(line, "\x1b["); at >= 0 {
			text = line[:at]
		}
		line = line[len(text):]
		if text == " " && strings.Contains(style, "underline") {
			text = "█" // the cursor
		}
		if word := strings.TrimSpace(text); word != "" {
			at := column + len(text) - len(strings.TrimLeft(text, " "))
			fmt.Fprintf(&b, `<tspan x="%.1f" textLength="%.1f"%s>%s</tspan>`, margin+float64(at)*cellWidth,
				float64(ansi.StringWidth(word))*cellWidth, style, escaped(word))
		}
		column += ansi.StringWidth(text)
	}
	return b.String()
}

// styled is a style with more codes.
func styled(style, codes string) string {
	parts := strings.Split(codes, ";")
	for i := 0; i < len(parts); i++ {
		switch parts[i] {
		case "", "0":
			style = ""
		case "1":
			style += ` font-weight="bold"`
		case "7":
			style += ` text-decoration="underline"`
		case "38":
			rgb := make([]int, 3)
			for n := range rgb {
				rgb[n], _ = strconv.Atoi(parts[i+2+n]) // lipgloss wrote it
			}
			style += fmt.Sprintf(` fill="#%02x%02x%02x"`, rgb[0], rgb[1], rgb[2])
			i += 4
		}
	}
	return style
}

func escaped(text string) string {
	var b strings.Builder
	xml.EscapeText(&b, []byte(text)) //nolint:errcheck // a builder takes all
	return b.String()
}
