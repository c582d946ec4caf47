package ui

import (
	"io"

	"slipway/steps/engine"
	"slipway/ui/text"
)

// JSON prints each event as one JSON object on a line of its own.
type JSON struct{ out text.JSON }

// NewJSON makes the face of --json.
func NewJSON(result io.Writer) *JSON {
	return &JSON{out: text.NewJSON(result)}
}

// Event prints the event.
func (j *JSON) Event(e engine.Event) {
	j.out.Encode(e) //nolint:errcheck // a closed pipe is the reader's choice
}

// Close does nothing: every event was printed when it came.
func (j *JSON) Close() {}
