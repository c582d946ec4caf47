package docker

import (
	"context"
	"crypto/rand"
	_ "embed"
	"strings"

	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"
)

//go:embed initialize.sh
var initializeText string

// onceName is a new name for a container that runs one command.
func (d deployment) onceName() string {
	return d.spec.Tag + "-once-" + strings.ToLower(rand.Text()[:8])
}

// job is a command that runs once in a container of its own.
type job struct {
	// what is the subject of the error if it fails: "the release command".
	what  string
	words []string
	// scratch keeps it from the app's data: it gets what the image begins with.
	scratch bool
	// alone has it run without the deployment's network, which there is none of.
	alone bool
}

// perform runs a job of a release and passes on what it prints. The container goes with
// it.
func (d deployment) perform(ctx context.Context, r release, j job, report func(line string)) error {
	options := d.container(r, roleOnce, "", j.words...)
	if j.scratch {
		options.HostConfig.Mounts = d.scratch(r.Data)
	}
	if j.alone {
		options.HostConfig.NetworkMode = ""
	}
	id, err := d.start(ctx, d.onceName(), options)
	if id != "" {
		// Even if ctx is over: a command that goes on could write to the app's data.
		defer func() { _ = d.remove(context.WithoutCancel(ctx), id) }()
	}
	if err != nil {
		return err
	}
	last, err := d.follow(ctx, id, report)
	if err != nil {
		return err
	}
	status, err := d.wait(ctx, id)
	if err != nil || status == 0 {
		return err
	}
	c, _, err := d.inspect(ctx, id)
	if err != nil {
		return err
	}
	return endedBadly(j.what, c.State, r.Memory, last)
}

// follow passes on what a container prints until it ends, and returns the last lines.
func (d deployment) follow(ctx context.Context, id string, report func(line string)) ([]string, error) {
	stream, err := d.api.ContainerLogs(ctx, id, client.ContainerLogsOptions{ShowStdout: true, ShowStderr: true, Follow: true})
	if err != nil {
		return nil, d.failed("read what a command prints", err)
	}
	defer stream.Close()
	defer context.AfterFunc(ctx, func() { stream.Close() })()
	var last []string
	out := &lineWriter{each: func(line string) {
		last = lastOf(append(last, line))
		report(line)
	}}
	_, err = stdcopy.StdCopy(out, out, stream)
	out.lines.end(out.each)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return last, d.failed("read what a command prints", err)
}

// wait waits for the end of a container and returns its status.
func (d deployment) wait(ctx context.Context, id string) (int, error) {
	ended := d.api.ContainerWait(ctx, id, client.ContainerWaitOptions{Condition: container.WaitConditionNotRunning})
	select {
	case answer := <-ended.Result:
		return int(answer.StatusCode), nil
	case err := <-ended.Error:
		return 0, d.failed("wait for a command", err)
	}
}

// lineWriter passes on whole lines of what is written to it.
type lineWriter struct {
	lines lines
	each  func(line string)
}

func (w *lineWriter) Write(p []byte) (int, error) {
	w.lines.add(string(p), w.each)
	return len(p), nil
}

// initialize is the job that makes an app's database. It does nothing where there is one.
func initialize(line string, data []string) job {
	words := append([]string{"/bin/sh", "-c", initializeText, "initialize", line}, data...)
	return job{what: "the command that makes the database", words: words}
}

func releaseJob(line string) job {
	return job{what: "the release command", words: []string{"/bin/sh", "-c", line}}
}

func testJob(line string) job {
	return job{what: "the test command", words: []string{"/bin/sh", "-c", line}, scratch: true}
}
