package release

import (
	_ "embed"
	"net"
	"strconv"
	"strings"

	"slipway/steps/fact"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

//go:embed health.sh
var healthText string

const (
	// wrongSeconds is how long a new release may answer with a wrong status.
	wrongSeconds = 10
	// endedLimit is how many workers of a release may end before it has answered.
	endedLimit = 6
)

// startFunctions are shell functions: start, which starts an instance of a release and
// waits until it is healthy, and what it needs.
func startFunctions(l layout.Layout, id string) string {
	return shell.Lines(differenceFunctions(), shell.Journal, shell.Script(healthText, shell.Values{
		"release": l.Release(id), "health": l.Health(id), "current": l.Current(), "variables": layout.VariablesFolder,
		"wrong_seconds": strconv.Itoa(wrongSeconds), "ended_limit": strconv.Itoa(endedLimit),
	}))
}

// healthFile is the release's health check. It lies with the release, so that a
// rollback asks as it was asked then. The request has the host and the scheme of a
// visitor's, for apps that answer to their own name only.
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
	return shell.File{Path: layout.Of(v.Plan.ServerName()).Health(v.Plan.Release), Mode: "644", Content: shell.Lines(
		"# Written by slipway.",
		"health_path="+shell.Quote(h.Path),
		"health_status="+status,
		"health_seconds="+strconv.Itoa(h.Seconds),
		"health_host="+shell.Quote(host),
		"health_scheme="+scheme,
	) + "\n"}
}

// ReadHealth reads a file that healthFile made into settings by their keys; a default is
// empty. ok is false if the text is something else.
func ReadHealth(text string) (settings map[string]string, ok bool) {
	values := map[string]string{}
	for _, line := range shell.SplitLines(text) {
		key, value, _ := strings.Cut(line, "=")
		values[key] = strings.Trim(value, "'")
	}
	settings = map[string]string{plan.KeyHealthPath: values["health_path"], plan.KeyHealthStatus: values["health_status"], plan.KeyHealthTime: values["health_seconds"]}
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
