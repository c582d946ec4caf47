package steps

import (
	"fmt"

	"slipway/steps/layout"
	"slipway/steps/shell"
	"slipway/steps/web"
)

// Logs is what of a log is wanted.
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
		"--unit=" + layout.Of(s.plan.Name).User + "-*.service", fmt.Sprintf("--lines=%d", l.Lines)}
	if l.Since != "" {
		words = append(words[:len(words)-1], "--since="+l.Since)
	}
	if l.Follow {
		words = append(words, "--follow")
	}
	return shell.Command(words...)
}

// requestsScript prints lines of the log of requests, those that were rotated
// away among them, and follows it from exactly there.
func requestsScript(l Logs) string {
	log := shell.Quote(web.RequestsLog)
	chosen := fmt.Sprintf("tail -n %d", l.Lines)
	lines := []string{`[ -e ` + log + ` ] || { echo "nginx has no log of requests yet" >&2; exit 1; }`}
	if l.Since != "" {
		lines = append(lines, `since=$(date -d `+shell.Quote(l.Since)+` +%Y-%m-%dT%H:%M:%S%:z) || exit 1`)
		// Each line begins with {"time":"…", in the server's own time zone.
		chosen = `awk -F '"' -v since="$since" '$4 >= since'`
	}
	lines = append(lines,
		`lines=$(wc -l <`+log+`)`,
		`{ ls -vr `+log+`.* 2>/dev/null | xargs -r zcat -f; head -n "$lines" `+log+`; } | `+chosen)
	if l.Follow {
		lines = append(lines, `exec tail -q -n "+$((lines + 1))" -F `+log+` 2>/dev/null`)
	}
	return shell.Lines(lines...)
}
