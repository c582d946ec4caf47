package speed

import (
	"fmt"
	"slices"
	"strings"
)

// Figure is one row of the table: what was measured of Slipway, and of what stands beside it,
// in the same rounds.
type Figure struct {
	// Name says what was measured, with its unit.
	Name string
	// Beside names what it is compared with; empty if there is nothing.
	Beside string
	// Goal is the least or the most that the ratio should be, such as "≤ 1.00"; empty for none.
	Goal string
	// Ours and Theirs have one value each time that it was measured.
	Ours, Theirs []float64
}

// Ratio is Slipway's median by that of what stands beside it; 0 if nothing does, or if that is 0.
func (f *Figure) Ratio() float64 {
	if len(f.Theirs) == 0 || len(f.Ours) == 0 || median(f.Theirs) == 0 {
		return 0
	}
	return median(f.Ours) / median(f.Theirs)
}

// median is the middle of the values, or the mean of the two in the middle.
func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// shown is minimum, median and maximum, with two digits behind the point where the values are
// small.
func shown(values []float64) string {
	if len(values) == 0 {
		return "–"
	}
	digits := 0
	if median(values) < 1000 {
		digits = 2
	}
	return fmt.Sprintf("%.*f / %.*f / %.*f", digits, slices.Min(values), digits, median(values), digits, slices.Max(values))
}

// Table is the figures as a table of Markdown.
func Table(figures []*Figure) string {
	rows := [][]string{{"figure", "Slipway: min / median / max", "beside it: min / median / max", "", "ratio of the medians", "goal", "measured"}}
	for _, f := range figures {
		if len(f.Ours) == 0 {
			continue
		}
		ratio := "–"
		if r := f.Ratio(); r > 0 {
			ratio = fmt.Sprintf("%.2f", r)
		}
		times := fmt.Sprintf("%d times", len(f.Ours))
		if len(f.Ours) == 1 {
			times = "once"
		}
		rows = append(rows, []string{f.Name, shown(f.Ours), shown(f.Theirs), f.Beside, ratio, f.Goal, times})
	}
	rows = slices.Insert(rows, 1, slices.Repeat([]string{"---"}, len(rows[0])))
	var s strings.Builder
	for _, cells := range rows {
		s.WriteString("| " + strings.Join(cells, " | ") + " |\n")
	}
	return s.String()
}
