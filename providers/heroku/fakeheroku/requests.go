package fakeheroku

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// Request is one call of the API, also one that was refused.
type Request struct {
	Method, Path string
	Time         time.Time
}

// Requests returns every call since the Heroku was made, oldest first.
func (h *Heroku) Requests() []Request {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.requests)
}

// Count returns how often a method was called on paths of a family: "apps", "builds".
func (h *Heroku) Count(method, what string) int {
	n := 0
	for _, r := range h.Requests() {
		if r.Method == method && family(r.Path) == what {
			n++
		}
	}
	return n
}

// ForgetRequests makes Requests and Count begin anew.
func (h *Heroku) ForgetRequests() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.requests = nil
}

// family is the kind of thing that a path is about: "apps", "builds", "config-vars".
func family(path string) string {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	if parts[0] == "teams" && len(parts) > 1 && parts[1] == "apps" {
		return "apps"
	}
	if parts[0] == "apps" && len(parts) > 2 {
		if last := parts[len(parts)-1]; last == "config-vars" {
			return last
		}
		return parts[2]
	}
	return parts[0]
}

// recent is how many calls were answered in the last hour.
func (h *Heroku) recent() int {
	from, n := time.Now().Add(-time.Hour), 0
	for i := len(h.requests) - 1; i >= 0 && h.requests[i].Time.After(from); i-- {
		n++
	}
	return n
}

func (h *Heroku) remaining() int { return max(h.options.HourlyLimit-h.recent(), 0) }

// changes tells whether a method is one that changes something.
func changes(method string) bool { return method != http.MethodGet && method != http.MethodHead }
