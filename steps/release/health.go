package release

import (
	"net"
	"strconv"
	"strings"

	"slipway/steps/fact"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

// healthFile is how a release is asked whether it is healthy, beside the
// release: one that is rolled back to is asked as it was then. The request
// carries what a visitor's would, for apps that answer to their own name only.
func healthFile(v fact.View) shell.File {
	h, status, host, scheme := v.Plan.Health(), "", "localhost", "http"
	if h.Status != 0 {
		status = strconv.Itoa(h.Status)
	}
	if net.ParseIP(v.Address) != nil {
		host = strings.TrimPrefix(plan.WebURL(v.Address), "http://")
	}
	if domain, _, _ := strings.Cut(v.Plan.Value(plan.KeyDomain), plan.ListSeparator); domain != "" {
		host, scheme = domain, "https"
	}
	return shell.File{Path: layout.Of(v.Plan.Name).Health(v.Plan.Release), Mode: "644", Content: shell.Lines(
		"# Written by slipway.",
		"health_path="+shell.Quote(h.Path),
		"health_status="+status,
		"health_seconds="+strconv.Itoa(h.Seconds),
		"health_host="+shell.Quote(host),
		"health_scheme="+scheme,
	) + "\n"}
}

// ReadHealth is what healthFile wrote, as settings: empty where it is the
// default. It is false if it is not that.
func ReadHealth(text string) (map[string]string, bool) {
	said := map[string]string{}
	for _, line := range shell.SplitLines(text) {
		key, value, _ := strings.Cut(line, "=")
		said[key] = strings.Trim(value, "'")
	}
	settings := map[string]string{plan.KeyHealthPath: said["health_path"], plan.KeyHealthStatus: said["health_status"], plan.KeyHealthTime: said["health_seconds"]}
	if settings[plan.KeyHealthPath] == "" || settings[plan.KeyHealthTime] == "" {
		return nil, false
	}
	if settings[plan.KeyHealthPath] == "/" {
		settings[plan.KeyHealthPath] = ""
	}
	if settings[plan.KeyHealthTime] == strconv.Itoa(plan.DefaultHealthSeconds) {
		settings[plan.KeyHealthTime] = ""
	}
	return settings, true
}
