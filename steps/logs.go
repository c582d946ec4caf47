package steps

import (
	_ "embed"
	"fmt"
	"strconv"

	"slipway/steps/layout"
	"slipway/steps/shell"
	"slipway/steps/web"
)

// Logs says which part of a log to print.
type Logs struct {
	// Lines is how many of the last ones; it counts only without Since.
	Lines int
	// Since is the time of the first, as journalctl and date take it: "1 hour ago".
	Since string
	// Follow goes on with what comes.
	Follow bool
	// Requests asks for what nginx wrote of the requests, as JSON lines, instead
	// of what the app said.
	Requests bool
}

// LogCommand is the command line that prints a log.
func (s *Session) LogCommand(l Logs) string {
	if l.Requests {
		return shell.Command("sudo", "-n", "/bin/sh", "-c", requestsScript(l))
	}
	words := []string{"sudo", "-n", "journalctl", "--quiet", "--no-pager", "--output=short-iso",
		"--unit=" + layout.Of(s.plan.ServerName()).User + "-*.service", fmt.Sprintf("--lines=%d", l.Lines)}
	if l.Since != "" {
		words = append(words[:len(words)-1], "--since="+l.Since)
	}
	if l.Follow {
		words = append(words, "--follow")
	}
	return shell.Command(words...)
}

//go:embed requestlog.sh
var requestLogScript string

// requestsScript prints lines of the log of requests.
func requestsScript(l Logs) string {
	follow := ""
	if l.Follow {
		follow = "yes"
	}
	return shell.Script(requestLogScript, shell.Values{"log": web.RequestsLog, "since": l.Since, "lines": strconv.Itoa(l.Lines), "follow": follow})
}
