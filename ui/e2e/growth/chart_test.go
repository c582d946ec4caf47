package growth

import (
	"flag"
	"fmt"
	"math"
	"os"
	"strings"
	"sync"
)

var update = flag.Bool("update", false, "draw the chart in the documents anew")

// chart is where the documents have the picture.
const chart = "../../../steps/growth.svg"

// series is a line of the chart: how much work so many causes take.
type series struct {
	name   string
	causes []int
	work   []float64
}

// measured are the lines that the tests have found.
var measured struct {
	sync.Mutex
	all []series
}

func keep(s series) {
	measured.Lock()
	defer measured.Unlock()
	measured.all = append(measured.all, s)
}

// shown sees that the documents have a picture of all that was measured, and draws it with
// -update.
func shown() error {
	if *update {
		if err := os.WriteFile(chart, []byte(drawn(measured.all)), 0o644); err != nil {
			return err
		}
	}
	picture, err := os.ReadFile(chart)
	if err != nil {
		return err
	}
	for _, s := range measured.all {
		if !strings.Contains(string(picture), ">"+s.name+"<") {
			return fmt.Errorf("the chart has no line for %s: draw it with -update", s.name)
		}
	}
	return nil
}

// The size of the plot in the picture's own units, and how many powers of ten it shows.
const (
	left, above, wide, high = 60.0, 40.0, 420.0, 320.0
	mostCauses, mostWork    = 4.0, 6.0
)

var colours = []string{"#2a6099", "#b3402a", "#3a7a3a", "#7a4a99", "#a07a1a", "#444", "#d2691e", "#008b8b", "#c71585", "#556b2f"}

// drawn is a picture of the lines, both axes in powers of ten: what grows as fast as its
// cause goes up by one line for each line to the right.
func drawn(all []series) string {
	var s strings.Builder
	fmt.Fprintf(&s, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 400" font-family="sans-serif" font-size="12" fill="#222">`+"\n")
	s.WriteString("<title>How Slipway's work grows with its cause</title>\n" + `<rect width="760" height="400" fill="#fff"/>` + "\n")
	fmt.Fprintf(&s, `<text x="8" y="20">things made in memory (where it is named: bytes sent, programs started), by how many there are</text>`+"\n")
	for power := 0.0; power <= mostCauses; power++ {
		x, _ := place(math.Pow(10, power), 1)
		fmt.Fprintf(&s, `<path d="M%.1f %g v%g" stroke="#ddd"/><text x="%.1f" y="%g" text-anchor="middle" fill="#666">%.0f</text>`+"\n", x, above, high, x, above+high+18, math.Pow(10, power))
	}
	for power := 1.0; power <= mostWork; power++ {
		_, y := place(1, math.Pow(10, power))
		fmt.Fprintf(&s, `<path d="M%g %.1f h%g" stroke="#ddd"/><text x="%g" y="%.1f" text-anchor="end" fill="#666">%.0f</text>`+"\n", left, y, wide, left-6, y+4, math.Pow(10, power))
	}
	for i, one := range all {
		var points []string
		for j, n := range one.causes {
			x, y := place(float64(n), one.work[j])
			points = append(points, fmt.Sprintf("%.1f,%.1f", x, y))
		}
		colour := colours[i%len(colours)]
		fmt.Fprintf(&s, `<polyline points="%s" fill="none" stroke="%s" stroke-width="2"/>`+"\n", strings.Join(points, " "), colour)
		fmt.Fprintf(&s, `<text x="%g" y="%g" fill="%s">%s</text>`+"\n", left+wide+20, above+20+22*float64(i), colour, one.name)
	}
	s.WriteString("</svg>\n")
	return s.String()
}

// place is where a point lies in the picture.
func place(causes, work float64) (x, y float64) {
	return left + math.Log10(causes)/mostCauses*wide, above + high - math.Log10(work)/mostWork*high
}
