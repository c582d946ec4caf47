package fakecloud

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// Request is one call that reached the cloud, also one that was refused.
type Request struct {
	Method, Path, Query string
	Time                time.Time
}

// Requests returns every call since the cloud was made, oldest first.
func (c *Cloud) Requests() []Request {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.requests)
}

// Count returns how often a method was called on paths that begin with path.
func (c *Cloud) Count(method, path string) int {
	n := 0
	for _, r := range c.Requests() {
		if r.Method == method && strings.HasPrefix(r.Path, path) {
			n++
		}
	}
	return n
}

// Creates returns how many create calls for droplets were sent.
func (c *Cloud) Creates() int {
	n := 0
	for _, r := range c.Requests() {
		if r.Method == http.MethodPost && r.Path == "/v2/droplets" {
			n++
		}
	}
	return n
}

// ForgetRequests makes Requests, Count and Creates begin anew.
func (c *Cloud) ForgetRequests() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.requests = nil
}
