package speed

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"slipway/ui/golden"
)

// What -update writes: the table stands in the document between two lines.
const (
	documentPath = "../../../steps/README.md"
	picturePath  = "../../../steps/firstdeployment.svg"
	tableBegins  = "<!-- The table is written by: go test ./ui/e2e/speed -bench . -run '^$' -timeout 1h -update -->\n"
	tableEnds    = "<!-- The table ends. -->\n"
)

// document writes a table into the document.
func document(tb testing.TB, table string) {
	tb.Helper()
	text, err := os.ReadFile(documentPath)
	if err != nil {
		tb.Fatal(err)
	}
	above, rest, found := strings.Cut(string(text), tableBegins)
	_, below, ends := strings.Cut(rest, tableEnds)
	if !found || !ends {
		tb.Fatalf("%s has no place for the table", documentPath)
	}
	if err := os.WriteFile(documentPath, []byte(above+tableBegins+"\n"+table+"\n"+tableEnds+below), 0o644); err != nil {
		tb.Fatal(err)
	}
}

// picture writes the picture of a run.
func picture(tb testing.TB, events string) {
	tb.Helper()
	drawn, err := Gantt(events)
	if err != nil {
		tb.Fatal(err)
	}
	if err := os.WriteFile(picturePath, []byte(drawn), 0o644); err != nil {
		tb.Fatal(err)
	}
}

// TestGantt draws a small run: steps that overlap, one that only looks, and one that took no
// time and is left out.
func TestGantt(t *testing.T) {
	events, err := os.ReadFile(filepath.Join("testdata", "events.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	drawn, err := Gantt(string(events))
	if err != nil {
		t.Fatal(err)
	}
	golden.Same(t, "gantt.svg", drawn)
	for _, c := range []struct{ name, events string }{{"no event", "x\n"}, {"nothing took time", `{"event":"done","time":"2026-01-01T00:00:00Z"}` + "\n"}} {
		if drawn, err := Gantt(c.events); err == nil {
			t.Errorf("%s: drawn: %s", c.name, drawn)
		}
	}
}

// TestTable has the figures say what they are, also where nothing stands beside one or nothing
// was measured.
func TestTable(t *testing.T) {
	golden.Same(t, "table.md", Table([]*Figure{
		{Name: "odd", Beside: "it", Goal: "≤ 1.00", Ours: []float64{3, 1, 2}, Theirs: []float64{4, 4, 4}},
		{Name: "even, large", Beside: "it", Ours: []float64{5000, 4000, 7000, 6000}, Theirs: []float64{11000}},
		{Name: "alone", Ours: []float64{0.5}},
		{Name: "beside nothing that was answered", Beside: "it", Ours: []float64{1, 2}, Theirs: []float64{0, 0}},
		{Name: "not measured", Beside: "it"},
	}))
}
