package ui

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"slipway/steps/engine"
	"slipway/ui/golden"
)

// TestHostileOutput has every text of every event be hostile: what the faces print of
// them obeys Slipway alone.
func TestHostileOutput(t *testing.T) {
	var result, progress, lines bytes.Buffer
	plain, asJSON := NewPlain(&result, &progress), NewJSON(&lines)
	for _, kind := range []engine.Kind{engine.KindStart, engine.KindStep, engine.KindLine, engine.KindNote, engine.KindPlanned, engine.KindFailed, engine.KindDone} {
		for _, status := range []engine.Status{engine.Looking, engine.Changing, engine.WouldChange, engine.Failed, engine.Changed} {
			e := engine.Event{Time: time.Unix(1, 0)}
			golden.Fill(&e)
			e.Kind, e.Status, e.Changed = kind, status, false
			plain.Event(e)
			asJSON.Event(e)
		}
	}
	plain.Close()
	golden.Harmless(t, "progress", progress.String())
	golden.Harmless(t, "the result", result.String())
	if n := strings.Count(result.String(), "\n"); n != 5 {
		t.Errorf("five URLs are %d lines: %q", n, result.String())
	}
	golden.Harmless(t, "JSON", lines.String())
	for line := range strings.Lines(lines.String()) {
		var e engine.Event
		if err := json.Unmarshal([]byte(line), &e); err != nil || e.Line != strings.ToValidUTF8(golden.Hostile, "\ufffd") {
			t.Fatalf("a program reads %q, %v", e.Line, err)
		}
	}
}
