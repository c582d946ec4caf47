package plan

import (
	"fmt"
	"regexp"
	"strconv"

	"slipway/steps/app"
)

// Health says when a release counts as healthy.
type Health struct {
	// Path is the path that is requested: "/".
	Path string
	// Status is the HTTP status that it must answer with; 0 is any below 500.
	Status int
	// Seconds is how long a new release may take until it answers so.
	Seconds int
}

// DefaultHealthSeconds is how many seconds a new release may take to become
// healthy if nothing else is set.
const DefaultHealthSeconds = 60

// Health is the health check of the plan: its settings, and the defaults for
// those that are not set.
func (p Plan) Health() Health {
	set := p.HealthSettings()
	h := Health{Path: set.Path, Status: set.Status, Seconds: set.Time}
	if h.Path == "" {
		h.Path = "/"
	}
	if h.Seconds == 0 {
		h.Seconds = DefaultHealthSeconds
	}
	return h
}

// Takes tells whether a release that answers with this HTTP status is healthy.
func (h Health) Takes(status int) bool {
	if h.Status != 0 {
		return status == h.Status
	}
	return status < 500
}

// Describe says in a few words what a healthy release does: "it answers".
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

// HealthSettings are the settings of the health check; what is not set is zero.
func (p Plan) HealthSettings() app.Health {
	h := app.Health{Path: p.Value(KeyHealthPath)}
	h.Status, _ = strconv.Atoi(p.Value(KeyHealthStatus)) // the settings were checked
	h.Time, _ = strconv.Atoi(p.Value(KeyHealthTime))
	return h
}

// words are what the health check adds to a release's name; the default one adds
// nothing.
func (h Health) words() []string {
	if h == (Plan{}).Health() {
		return nil
	}
	return []string{h.Path, strconv.Itoa(h.Status), strconv.Itoa(h.Seconds)}
}

// healthPathPattern leaves out the characters that mean something to a shell or
// can't stand in a URL's path.
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

// written is a number of slipway.toml as a flag gives it; 0 is not set.
func written(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
