package ui

import (
	"encoding/json"
	"io"

	"slipway/steps/engine"
)

// JSON prints each event as one JSON object on a line of its own.
type JSON struct{ encoder *json.Encoder }

// NewJSON makes the face of --json.
func NewJSON(result io.Writer) *JSON {
	encoder := json.NewEncoder(result)
	encoder.SetEscapeHTML(false)
	return &JSON{encoder: encoder}
}

// Event prints the event.
func (j *JSON) Event(e engine.Event) {
	j.encoder.Encode(e) //nolint:errcheck // a closed pipe is the reader's choice
}

// Close does nothing: every event was printed when it came.
func (j *JSON) Close() {}
