// Package speed measures Slipway beside a script that somebody wrote by hand, which does the
// same job. The script is byhand.sh, and a test sees that both leave a server with the same
// content.
//
//	go test ./ui/e2e/speed -bench . -run '^$' -timeout 1h              the table
//	go test ./ui/e2e/speed -bench . -run '^$' -timeout 1h -rounds 8    of more rounds
//	go test ./ui/e2e/speed -bench . -run '^$' -timeout 1h -before FILE beside an earlier slipway, for what a script can't do
//	go test ./ui/e2e/speed -bench . -run '^$' -timeout 1h -update      writes the table and the picture into steps/ too
//
// A figure means something only on a computer that does nothing else meanwhile. The table says
// how busy it was.
package speed

import (
	"encoding/json"
	"fmt"
	"html"
	"strings"
	"time"

	"slipway/steps/engine"
)

// bar is a step in the picture, with seconds since the run began. It looks until it changes;
// a step that had nothing to change only looks.
type bar struct {
	step              string
	looks, from, till float64
	changes           bool
}

// Gantt draws which step of a run took which time, as an SVG, from the lines of --json. Steps
// that neither changed anything nor took a twentieth of a second are left out.
func Gantt(events string) (string, error) {
	var bars []*bar
	byStep := map[string]*bar{}
	var began time.Time
	total := 0.0
	for line := range strings.Lines(events) {
		var e engine.Event
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			return "", fmt.Errorf("a line of --json is no event: %w", err)
		}
		if began.IsZero() {
			began = e.Time
		}
		at := e.Time.Sub(began).Seconds()
		total = max(total, at)
		if e.Kind != engine.KindStep {
			continue
		}
		b := byStep[e.Step]
		if b == nil {
			b = &bar{step: e.Step, looks: at, from: at, till: at}
			bars, byStep[e.Step] = append(bars, b), b
		}
		b.tell(e.Status, at)
	}
	shown := bars[:0]
	for _, b := range bars {
		if b.changes || b.till-b.looks >= 0.05 {
			shown = append(shown, b)
		}
	}
	if len(shown) == 0 {
		return "", fmt.Errorf("no step of the run took any time")
	}
	return drawn(shown, total), nil
}

// tell notes where the step stands at a time. A step that was applied has ended: what comes
// after is the look again at all of them.
func (b *bar) tell(status engine.Status, at float64) {
	switch status {
	case engine.Changing:
		if !b.changes {
			b.changes, b.from = true, at
		}
		b.till = at
	case engine.Applied:
		b.till = at
	case engine.Changed:
		if b.till == b.from {
			b.till = at
		}
	case engine.Looking, engine.Unchanged, engine.Failed, engine.WouldChange:
		if !b.changes {
			b.from, b.till = at, at
		}
	}
}

// What the picture measures, in its own units.
const (
	labels, plot, right = 120.0, 700.0, 60.0
	row, top, foot      = 20.0, 44.0, 12.0
)

// drawn is the picture of the bars of a run that took total seconds.
func drawn(bars []*bar, total float64) string {
	height := top + row*float64(len(bars)) + foot
	scale := plot / total
	var s strings.Builder
	fmt.Fprintf(&s, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %g %g" font-family="sans-serif" font-size="12" fill="#222">`+"\n", labels+plot+right, height)
	fmt.Fprintf(&s, `<title>Where the %.1f seconds of a first deployment go</title>`+"\n", total)
	fmt.Fprintf(&s, `<rect width="%g" height="%g" fill="#fff"/>`+"\n", labels+plot+right, height)
	fmt.Fprintf(&s, `<text x="8" y="18">step</text><text x="%g" y="18">seconds since the run began; dark: it changes the server, light: it looks</text>`+"\n", labels)
	for second := 0.0; second <= total; second += between(total) {
		x := labels + second*scale
		fmt.Fprintf(&s, `<path d="M%.1f %g V%g" stroke="#ddd"/><text x="%.1f" y="%g" text-anchor="middle" fill="#666">%g</text>`+"\n", x, top-4, height-foot, x, top-8, second)
	}
	for i, b := range bars {
		y := top + row*float64(i)
		fmt.Fprintf(&s, `<text x="8" y="%g">%s</text>`, y+14, html.EscapeString(b.step))
		if b.from > b.looks {
			fmt.Fprintf(&s, `<rect x="%.1f" y="%g" width="%.1f" height="%g" fill="#b8cce0"/>`, labels+b.looks*scale, y+3, max(1, (b.from-b.looks)*scale), row-6)
		}
		if b.changes {
			fmt.Fprintf(&s, `<rect x="%.1f" y="%g" width="%.1f" height="%g" fill="#2a6099"/>`, labels+b.from*scale, y+3, max(1, (b.till-b.from)*scale), row-6)
		}
		fmt.Fprintf(&s, `<text x="%.1f" y="%g" fill="#666">%.2f</text>`+"\n", labels+b.till*scale+5, y+14, b.till-b.looks)
	}
	s.WriteString("</svg>\n")
	return s.String()
}

// between is how many seconds lie between two lines of the time's axis: some eight lines, at
// round numbers.
func between(total float64) float64 {
	for _, step := range []float64{0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60} {
		if total/step <= 10 {
			return step
		}
	}
	return 120
}
