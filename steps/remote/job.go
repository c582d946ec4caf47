package remote

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/crypto/ssh"

	"slipway/steps/shell"
)

// Job is a change to the server. It runs as a transient systemd unit, so that
// it goes on when the connection drops or slipway is killed, and whoever asks
// for the same job meanwhile follows the one that runs.
type Job struct {
	// Name is the job's: only one of a name runs at a time.
	Name string
	// Script is run by sh as root, stopping at the first failure.
	Script string
	// Look is a script of shell.Sections that is run once the script has
	// succeeded, in the same round trip.
	Look string
}

// jobsDir is on a file system that a reboot empties, as a reboot ends the jobs.
const jobsDir = "/run/slipway/jobs"

// jobLimit ends a job that hangs, so that whoever waits for it need not for ever.
const jobLimit = "2h"

// runner starts a job unless it runs, follows it, and prints its status and
// then its look. Its arguments: name, the script's length and SHA-256, whether
// an earlier end of the same script counts as this one's (on a reconnect),
// the boundary, and the look.
//
// The script is kept only if all of it came. The unit's name keeps two runners
// from starting the same job: the second systemd-run is refused and follows.
const runner = `set -eu
umask 077
name=$1 length=$2 sum=$3 reconnect=$4 boundary=$5 look=$6
dir=` + jobsDir + `/$name unit=slipway-job-$name.service
mkdir -p "$dir"
part=$(mktemp "$dir/script.XXXXXX")
trap 'rm -f "$part"' EXIT
cat >"$part"
[ "$(wc -c <"$part")" = "$length" ] || { echo "the script was cut short" >&2; exit 75; }
running() { case $(systemctl show -p ActiveState --value "$unit") in active|activating|deactivating) return 0;; esac; return 1; }
follow() {
  while running; do
    pid=$(systemctl show -p MainPID --value "$unit")
    [ "$pid" -gt 0 ] || { sleep 0.05; continue; }
    tail -n +1 -s 0.05 -f --pid="$pid" "$dir/log" 2>/dev/null || :
    while running; do sleep 0.02; done
    return
  done
  cat "$dir/log" 2>/dev/null || :
}
if running && [ "$(cat "$dir/sum" 2>/dev/null)" != "$sum" ]; then follow; reconnect=no; fi
if ! running && { [ "$reconnect" = no ] || [ ! -e "$dir/status" ] || [ "$(cat "$dir/sum" 2>/dev/null)" != "$sum" ]; }; then
  rm -f "$dir/status"
  : >"$dir/log"
  printf %s "$sum" >"$dir/sum"
  date +%s%N >"$dir/started"
  mv -f "$part" "$dir/script"
  systemctl reset-failed "$unit" 2>/dev/null || :
  systemd-run --quiet --collect --service-type=exec --property=RuntimeMaxSec=` + jobLimit + ` --unit="$unit" --description="slipway: $name" \
    /bin/sh -c 'sh -eu "$1/script" >"$1/log" 2>&1 </dev/null; echo $? >"$1/status.part"; rm -f "$1/script"; mv "$1/status.part" "$1/status"' job "$dir" || running
fi
printf '%s started %s\n' "$boundary" "$(cat "$dir/started")"
follow
status=$(cat "$dir/status" 2>/dev/null || echo -1)
printf '\n%s status %s\n' "$boundary" "$status"
[ "$status" != 0 ] || sh -c "$look" </dev/null`

// Run runs the job and returns what each section of its look printed. line
// receives what the script prints; nil takes nothing. A script that failed is
// an *ExitError with the end of what it printed. When ctx ends Run returns and
// the job goes on.
func (c *Client) Run(ctx context.Context, job Job, line func(string)) (map[string]string, error) {
	sum := sha256.Sum256([]byte(job.Script))
	output := &output{boundary: NewBoundary(), pass: line}
	return again(ctx, c, func(conn *ssh.Client, first bool) (map[string]string, error) {
		reconnect := "yes"
		if first {
			reconnect = "no"
		}
		command := c.asRoot("/bin/sh", "-c", runner, "slipway-job", job.Name, strconv.Itoa(len(job.Script)),
			hex.EncodeToString(sum[:]), reconnect, output.boundary, whole(job.Look))
		stdout, wait := output.follow()
		var stderr strings.Builder
		err := c.exec(ctx, conn, command, strings.NewReader(job.Script), stdout, &stderr)
		wait()
		if err != nil {
			return nil, withTail(err, "the step "+job.Name, stderr.String())
		}
		return output.result(job.Name)
	})
}

// Running is the shell text that prints the names of the jobs that run.
const Running = `systemctl list-units --plain --no-legend --full 'slipway-job-*.service' | sed -n 's/^slipway-job-\(.*\)\.service .*$/\1/p'`

// waitScript follows a job that an earlier run left, whatever its script is.
const waitScript = `while systemctl is-active --quiet "slipway-job-$1.service"; do sleep 0.1; done`

// Wait returns when the job of that name, which an earlier run started, has
// ended. Whether it succeeded is for a look to find.
func (c *Client) Wait(ctx context.Context, name string) error {
	_, err := again(ctx, c, func(conn *ssh.Client, _ bool) (struct{}, error) {
		command := c.asRoot("/bin/sh", "-c", waitScript, "slipway-job", name)
		return struct{}{}, withTail(c.exec(ctx, conn, command, nil, io.Discard, io.Discard), "waiting for the step "+name, "")
	})
	return err
}

// output is what the runner prints, over as many connections as it takes: the
// script's lines, its status, and the look.
type output struct {
	boundary string
	pass     func(line string)

	started string   // which start of the job the lines are of
	shown   int      // lines of it that were passed on
	last    []string // lines of it

	lines  int // of it, on this connection
	status string
	look   strings.Builder
}

// follow begins a connection's reading. What is written to the writer is read
// until wait is called.
func (o *output) follow() (stdout io.Writer, wait func()) {
	o.lines, o.status = 0, ""
	o.look.Reset()
	out, in := io.Pipe()
	var reading sync.WaitGroup
	reading.Go(func() {
		o.read(bufio.NewReader(out))
		io.Copy(io.Discard, out) //nolint:errcheck // a pipe's only errors are ours
	})
	return in, func() {
		in.Close()
		reading.Wait()
	}
}

func (o *output) read(out *bufio.Reader) {
	for {
		text, err := out.ReadString('\n')
		mark, marked := strings.CutPrefix(text, o.boundary+" ")
		switch {
		case o.status != "":
			o.look.WriteString(text)
		case marked && err == nil && o.mark(strings.TrimSpace(mark)):
		case strings.TrimSpace(text) != "" && err == nil:
			o.line(strings.TrimRight(text, "\r\n"))
		}
		if err != nil {
			return
		}
	}
}

// mark reads what the runner says of the job; it is false for another's word.
func (o *output) mark(mark string) bool {
	what, value, _ := strings.Cut(mark, " ")
	switch what {
	case "started":
		if value != o.started { // a server that rebooted lost the job; it began anew
			o.started, o.shown, o.last = value, 0, nil
		}
		o.lines = 0
		return true
	case "status":
		o.status = value
		return true
	}
	return false
}

// line passes one line of the script on, unless an earlier connection did.
func (o *output) line(text string) {
	if o.lines++; o.lines <= o.shown {
		return
	}
	o.shown = o.lines
	o.last = append(o.last, text)
	o.last = o.last[max(0, len(o.last)-tailLines):]
	if o.pass != nil {
		o.pass(text)
	}
}

func (o *output) result(name string) (map[string]string, error) {
	status, err := strconv.Atoi(o.status)
	if err != nil {
		return nil, fmt.Errorf("%w before the step %s told its status", errDropped, name)
	}
	if status != 0 {
		return nil, &ExitError{What: "the step " + name, Status: status, Tail: strings.Join(o.last, "\n")}
	}
	return sections(o.look.String())
}

// NewBoundary makes a word that no output contains by chance or by ill will.
func NewBoundary() string {
	id := make([]byte, 12)
	rand.Read(id) // never fails, as its documentation says
	return "slipway-" + hex.EncodeToString(id)
}

// Look runs a script of shell.Sections in one round trip and returns what each
// section printed, by name.
func (c *Client) Look(ctx context.Context, script string) (map[string]string, error) {
	out, err := c.Ask(ctx, whole(script))
	if err != nil {
		return nil, err
	}
	return sections(out)
}

// lookEnd is the section that shows that a look came to its end.
const lookEnd = "end"

func whole(script string) string { return shell.Lines(script, shell.Section(lookEnd, ":")) }

func sections(out string) (map[string]string, error) {
	found := shell.Sections(out)
	if _, ok := found[lookEnd]; !ok {
		return nil, errors.New("the look at the server ended before its end")
	}
	return found, nil
}
