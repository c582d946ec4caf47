// Package simulation is what the simulated clouds of the tests have in common: faults
// that are switched on by their names, answers that are lost on the way, and the server
// of a command by which a simulation is tried by hand.
package simulation

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Setter switches a fault on. F has all faults of a simulation. An empty value is the
// usual one.
type Setter[F any] func(faults *F, value string) error

// Setters are the faults of a simulation, by name.
type Setters[F any] map[string]Setter[F]

// Set switches one fault on: "slow-build=3s", "unverified".
func (s Setters[F]) Set(faults *F, setting string) error {
	name, value, _ := strings.Cut(setting, "=")
	set, ok := s[name]
	if !ok {
		return fmt.Errorf("there is no fault %q; there are: %s", name, strings.Join(s.Names(), ", "))
	}
	if err := set(faults, value); err != nil {
		return fmt.Errorf("fault %s: %w", name, err)
	}
	return nil
}

// Names lists the faults, sorted.
func (s Setters[F]) Names() []string { return slices.Sorted(maps.Keys(s)) }

// Lasting is a fault that takes a time.
func Lasting[F any](field func(*F) *time.Duration, usual time.Duration) Setter[F] {
	return valued(field, usual, time.ParseDuration)
}

// Counted is a fault that strikes a number of times.
func Counted[F any](field func(*F) *int, usual int) Setter[F] {
	return valued(field, usual, strconv.Atoi)
}

// Named is a fault of one thing.
func Named[F any](field func(*F) *string, usual string) Setter[F] {
	return valued(field, usual, func(value string) (string, error) { return value, nil })
}

// Flagged is a fault without a value.
func Flagged[F any](field func(*F) *bool) Setter[F] {
	return valued(field, true, func(value string) (bool, error) { return true, fmt.Errorf("takes no value, got %q", value) })
}

func valued[F, V any](field func(*F) *V, usual V, parse func(string) (V, error)) Setter[F] {
	return func(faults *F, value string) (err error) {
		if *field(faults) = usual; value != "" {
			*field(faults), err = parse(value)
		}
		return err
	}
}

// Drop ends the connection without an answer.
func Drop() { panic(http.ErrAbortHandler) }

// Tear sends an answer's beginning, and ends the connection.
func Tear(w http.ResponseWriter, status int, beginning string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Length", "4096")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(beginning))
	if f, ok := w.(http.Flusher); ok {
		f.Flush()
	}
	Drop()
}
