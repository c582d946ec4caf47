package docker

import (
	"fmt"
	"strings"

	units "github.com/docker/go-units"
	"github.com/moby/moby/api/types/container"

	"slipway/providers"
)

// endedBadly says that a container of the app's ended: with which status, whether its
// memory was too small, and what it printed last. What is the sentence's subject, as in
// "the web process"; memory is the container's, in bytes.
func endedBadly(what string, state *container.State, memory int64, last []string) error {
	if state == nil {
		return programFailed(what, -1, last)
	}
	if !state.OOMKilled {
		return programFailed(what, state.ExitCode, withReason(last, state.Error))
	}
	return &providers.Failed{
		Err: fmt.Errorf("%s failed with status %d: %s", what, state.ExitCode, strings.TrimSpace(fmt.Sprintf(
			"%s\nit needed more than its %s of memory and was killed", strings.Join(last, "\n"), units.BytesSize(float64(memory))))),
		Next: "give it more with --size, as in --size 2g, or let the app start fewer workers; then " + again,
	}
}

// programFailed says that a program of the app ended with a status, and what it printed
// last. What is the sentence's subject, as in "the release command".
func programFailed(what string, status int, last []string) error {
	text := strings.Join(last, "\n")
	next := "mend the app, then " + again
	lower := strings.ToLower(text)
	switch {
	case diskFull.explains(lower):
		next = diskFull.next
	case status == killed && !strings.Contains(lower, "traceback"):
		text = strings.TrimSpace(text + "\nit was killed, most likely as the engine's memory was full")
		next = "give the engine more memory, or end what uses it; then " + again
	}
	return &providers.Failed{Err: fmt.Errorf("%s failed with status %d: %s", what, status, text), Next: next}
}

// killed is the status of a program that SIGKILL ended.
const killed = 128 + 9

// withReason adds what the engine says of an end, if it does.
func withReason(last []string, reason string) []string {
	if reason == "" {
		return last
	}
	return append(last, reason)
}
