package plan

import (
	"fmt"
	"regexp"
	"strconv"

	"slipway/steps/app"
)

// Health is when a release counts as healthy.
type Health struct {
	// Path is what it is asked for: "/".
	Path string
	// Status is what it must answer with; 0 is any status below 500.
	Status int
	// Seconds is how long a new release may take until it does.
	Seconds int
}

const DefaultHealthSeconds = 60

// Health is what the settings say, with the defaults where they say nothing.
func (p Plan) Health() Health {
	said := p.HealthSettings()
	h := Health{Path: said.Path, Status: said.Status, Seconds: said.Time}
	if h.Path == "" {
		h.Path = "/"
	}
	if h.Seconds == 0 {
		h.Seconds = DefaultHealthSeconds
	}
	return h
}

// Takes tells whether a status is a healthy one.
func (h Health) Takes(status int) bool {
	if h.Status != 0 {
		return status == h.Status
	}
	return status < 500
}

// Describe says what a healthy release does.
func (h Health) Describe() string {
	if h == (Plan{}).Health() {
		return "it answers"
	}
	status := "a status below 500"
	if h.Status != 0 {
		status = "status " + strconv.Itoa(h.Status)
	}
	return fmt.Sprintf("it answers at %s with %s, within %d s", h.Path, status, h.Seconds)
}

// HealthSettings are those settings of the health check that were said.
func (p Plan) HealthSettings() app.Health {
	h := app.Health{Path: p.Value(KeyHealthPath)}
	h.Status, _ = strconv.Atoi(p.Value(KeyHealthStatus)) // the settings were checked
	h.Time, _ = strconv.Atoi(p.Value(KeyHealthTime))
	return h
}

// words are the settings that differ from the defaults: nothing where all are.
func (h Health) words() []string {
	if h == (Plan{}).Health() {
		return nil
	}
	return []string{h.Path, strconv.Itoa(h.Status), strconv.Itoa(h.Seconds)}
}

// healthPathPattern leaves out what a shell, a URL or a person could take for
// something else.
var healthPathPattern = regexp.MustCompile(`^/[A-Za-z0-9._~/?&=%+:@,-]*$`)

func checkHealthPath(value string) error {
	return matches(healthPathPattern, value, "a path like /healthz")
}

func checkHealthStatus(value string) error {
	if n, err := strconv.Atoi(value); err == nil && n >= 200 && n <= 599 {
		return nil
	}
	return Usagef("", "it is a status from 200 to 599")
}

// maxHealthSeconds is how long a release may take to become healthy at most.
const maxHealthSeconds = 900

func checkHealthTime(value string) error {
	if n, err := strconv.Atoi(value); err == nil && n >= 1 && n <= maxHealthSeconds {
		return nil
	}
	return Usagef("", "it is a number of seconds from 1 to %d", maxHealthSeconds)
}

// written is a number of slipway.toml's as it is said by flag; 0 is not said.
func written(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
