package steps

import (
	"slipway/providers"

	"context"
	"errors"
	"fmt"

	"slipway/state"
	"slipway/steps/remote"
	"slipway/steps/shell"
)

// Session is a connection to a deployment's server, as the user deploy. Close
// its client.
type Session struct {
	Client *remote.Client
	plan   Plan
}

// OpenSession logs in to a deployment's server. A name that is not known is a
// *Usage. It takes no lock.
func OpenSession(ctx context.Context, name string, home state.Home, open OpenProvider) (*Session, error) {
	record, err := home.Read(name)
	if errors.Is(err, state.ErrUnknown) {
		return nil, errNothing(name)
	}
	if err != nil {
		return nil, err
	}
	plan, dir := PlanOf(record), home.Folder(name)
	provider, err := open(plan, dir)
	if err != nil {
		return nil, err
	}
	where, err := provider.Server(ctx, specOf(plan))
	if err != nil {
		return nil, &providers.Failed{Err: fmt.Errorf("log in to %s: %w", name, err), Next: "run the command that deploys it again"}
	}
	k, err := readKeys(dir)
	if err != nil {
		return nil, err
	}
	pinned, err := parseKeys(record.Server.HostKeys)
	if err != nil {
		return nil, err
	}
	client, err := dialDeploy(ctx, where, pinned, k.signers())
	if err != nil {
		return nil, err
	}
	return &Session{Client: client, plan: plan}, nil
}

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
		"--unit=" + layoutOf(s.plan.Name).user + "-*.service", fmt.Sprintf("--lines=%d", l.Lines)}
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
	log := shell.Quote(requestsLog)
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
