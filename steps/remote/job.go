package remote

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/sha256"
	_ "embed" // the scripts
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

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

// jobsDir is on a file system that a reboot empties, as a reboot ends the jobs. It is in
// memory: the scripts there may hold secrets, which never reach the disk.
const jobsDir = "/run/slipway/jobs"

// jobLogs has what the scripts print, on disk: an app's tests may print more than there is
// memory. Of more than logLimit bytes the beginning and the end are kept.
const (
	jobLogs  = "/var/lib/slipway/jobs"
	logLimit = 8 << 20
)

// jobLimit ends a job that hangs, so that nobody waits for it for ever.
const jobLimit = "2h"

// waitLimit is how long to wait for the job of an earlier run: a little longer than
// jobLimit.
const waitLimit = 2*time.Hour + 5*time.Minute

var (
	//go:embed job.sh
	jobScript string
	//go:embed jobunit.sh
	jobUnitScript string
	//go:embed wait.sh
	waitScript string
	//go:embed running.sh
	runningScript string
)

// startOrFollow is the script that starts a job and follows it, or follows the
// one that runs. An earlier end of the same script counts only on a reconnect:
// else it is the end of another run's.
func (j Job) startOrFollow(boundary string, reconnect bool) string {
	look := shell.Sectioned(boundary, withEnd(j.Look))
	sum := sha256.Sum256([]byte(j.Script))
	again := "no"
	if reconnect {
		again = "yes"
	}
	return shell.Script(jobScript, shell.Values{
		"name": j.Name, "length": strconv.Itoa(len(j.Script)), "sum": hex.EncodeToString(sum[:]), "reconnect": again,
		"boundary": boundary, "look": look, "look_limit": strconv.Itoa(longestAnswer + 1), "jobs": jobsDir, "logs": jobLogs,
		"log_limit": strconv.Itoa(logLimit), "limit": jobLimit, "unit_script": shell.Script(jobUnitScript, nil)})
}

// Run runs the job and returns what each section of its look printed. line
// receives what the script prints; nil takes nothing. A script that failed is
// an *ExitError with the end of what it printed. When ctx ends Run returns and
// the job goes on.
func (c *Client) Run(ctx context.Context, job Job, line func(string)) (map[string]string, error) {
	output := &output{boundary: NewBoundary(), pass: line}
	return acrossDrops(ctx, c, func(conn *ssh.Client, first bool) (map[string]string, error) {
		errand := newErrand(job.startOrFollow(output.boundary, !first), true)
		stdout, wait := output.follow()
		var stderr end
		err := c.exec(ctx, conn, errand, strings.NewReader(job.Script), stdout, &stderr)
		wait()
		if err != nil {
			return nil, withTail(err, "the step "+job.Name, stderr.String())
		}
		return output.result(job.Name)
	})
}

// Abandoned is the file that tells a job that runs that nobody is there any more who would
// bring what it waits for.
func Abandoned(job string) string { return jobsDir + "/" + job + "/abandoned" }

// Running is the shell text that prints the names of the jobs that run, one a line.
func Running() string { return shell.Script(runningScript, nil) }

// AwaitEarlier waits for the end of all jobs that earlier runs started, or of those of these
// names. The caller holds the deployment, so those runs are gone: see AwaitJobs.
func (c *Client) AwaitEarlier(ctx context.Context, report func(line string), names ...string) error {
	for {
		running, err := c.Output(ctx, Running())
		if err != nil {
			return err
		}
		jobs := slices.DeleteFunc(strings.Fields(running), func(job string) bool {
			return len(names) > 0 && !slices.Contains(names, job)
		})
		if len(jobs) == 0 {
			return nil
		}
		if err := c.AwaitJobs(ctx, jobs, report); err != nil {
			return err
		}
	}
}

// AwaitJobs waits for the end of jobs that run, which an earlier run started that is gone.
// They are told so: what such a job waits for is brought by nobody. Whether they succeeded
// is for a look to find.
func (c *Client) AwaitJobs(ctx context.Context, jobs []string, report func(line string)) error {
	for _, job := range jobs {
		report("waiting for the step " + job + ", which an earlier run started")
		if err := c.abandon(ctx, job); err != nil {
			return err
		}
		if err := c.wait(ctx, job); err != nil {
			return err
		}
	}
	return nil
}

// abandon tells a job, if it runs, that the run that started it is gone.
func (c *Client) abandon(ctx context.Context, job string) error {
	_, err := c.Output(ctx, shell.Lines("[ ! -d "+shell.Quote(jobsDir+"/"+job)+" ] || "+shell.Command("touch", Abandoned(job))))
	return err
}

// wait returns when a job has ended. It does not wait for ever: systemd ends a job that
// hangs, and what systemd can't end is an error.
func (c *Client) wait(ctx context.Context, name string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, waitLimit, fmt.Errorf("the step %s, which an earlier run started, has not ended in %s; "+
		"on the server, systemctl status slipway-job-%s.service tells what it does", name, waitLimit, name))
	defer cancel()
	_, err := acrossDrops(ctx, c, func(conn *ssh.Client, _ bool) (struct{}, error) {
		errand := newErrand(shell.Script(waitScript, shell.Values{"name": name}), true)
		return struct{}{}, withTail(c.exec(ctx, conn, errand, nil, io.Discard, io.Discard), "waiting for the step "+name, "")
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
		text, err := readLine(out)
		mark, marked := strings.CutPrefix(text, o.boundary+" ")
		switch {
		case o.status != "":
			if o.look.Len() <= longestAnswer {
				o.look.WriteString(text)
			}
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
		if o.status = value; value == "" {
			o.status = "-1" // it was not kept
		}
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
	if o.look.Len() > longestAnswer {
		return nil, errTooLong
	}
	return sections(o.boundary, o.look.String())
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
	boundary := NewBoundary()
	out, err := c.Output(ctx, shell.Sectioned(boundary, withEnd(script)))
	if err != nil {
		return nil, err
	}
	return sections(boundary, out)
}

// lookEnd is the section that shows that a look came to its end.
const lookEnd = "end"

// withEnd is a look that shows whether it came to its end.
func withEnd(script string) string { return shell.Lines(script, shell.Section(lookEnd, ":")) }

func sections(boundary, out string) (map[string]string, error) {
	found := shell.Sections(boundary, out)
	if _, ok := found[lookEnd]; !ok || !shell.Whole(found) {
		return nil, errors.New("the look at the server ended before its end")
	}
	return found, nil
}
