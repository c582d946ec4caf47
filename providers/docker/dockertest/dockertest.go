// Package dockertest gives tests a real Docker engine of their own: Debian's dockerd in
// namespaces that it shares with the test, so that addresses which containers publish
// answer the test alone, and with the last process everything is gone: containers,
// bridges, rules of the firewall and mounts. Nothing is pulled: images that stand in for
// the official ones are made of Debian's packages, once for each computer.
//
// A package's TestMain is os.Exit(dockertest.Main(m.Run)). Its tests are skipped with
// -short and where no engine can run, and there they say why. Under CI they fail instead.
package dockertest

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/moby/moby/client"

	"slipway/providers/local/localtest"
)

// Options say what a test's engine is like.
type Options struct {
	// Images are the official images that the engine has: "python:3.13-slim",
	// "postgres:17". [Images] lists those that there are.
	Images []string
	// Size limits what the engine can keep, in bytes. With 0 there is no limit.
	Size int64
	// Report is told each line about the making of images; it may be nil.
	Report func(line string)
}

// Engine is a Docker engine that runs until it is closed.
type Engine struct {
	// Host is where it listens, as DOCKER_HOST has it: "unix:///run/…/docker.sock".
	Host string
	// Client speaks with it.
	Client *client.Client
	// Folder is where it keeps everything; its log is Folder/dockerd.log.
	Folder string

	stop   func() error
	report func(line string)
}

// group is the one whose members may use a test's engine. No group of the computer has
// its number.
const group = 61234

// Env is what a program's environment needs to use the engine.
func (e *Engine) Env() []string { return []string{"DOCKER_HOST=" + e.Host, "DOCKER_CONTEXT="} }

// Member is what stands before the words of a command to run it as a user without any
// privileges who is a member of the engine's group.
func (e *Engine) Member() []string { return as(group) }

// Stranger is the same for a user who is no member.
func (e *Engine) Stranger() []string { return as(UserID) }

// UserID is the number of the user and group that Member and Stranger run a command as.
const UserID = 61235

func as(group int) []string {
	user := strconv.Itoa(UserID)
	return []string{"setpriv", "--reuid=" + user, "--regid=" + user, "--groups=" + strconv.Itoa(group),
		"--bounding-set=-all", "--no-new-privs", "--"}
}

// Close ends the engine with its containers and removes what it kept.
func (e *Engine) Close() error {
	// A container that does not end when it is asked to would take ten seconds.
	ctx, cancel := context.WithTimeout(context.Background(), killLimit)
	defer cancel()
	if running, err := e.Client.ContainerList(ctx, client.ContainerListOptions{}); err == nil {
		for _, c := range running.Items {
			_, _ = e.Client.ContainerKill(ctx, c.ID, client.ContainerKillOptions{})
		}
	}
	_ = e.Client.Close()
	return e.stop()
}

// killLimit is how long Close waits for containers that it kills.
const killLimit = 10 * time.Second

// Main runs a package's tests, as m.Run does, in namespaces in which Start can start
// engines. Where it can't make them, it just runs the tests.
func Main(run func() int) int {
	flag.Parse()
	if testing.Short() || possible() != nil {
		return run()
	}
	return Inside(run)
}

// Need skips the test if no engine can run here.
func Need(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("a Docker engine takes longer than -short allows")
	}
	if err := possible(); err != nil {
		localtest.Skip(t, "no Docker engine can run here: %v", err)
	}
}

// Start starts an engine, which ends with the test.
func Start(t testing.TB, o Options) *Engine {
	t.Helper()
	Need(t)
	if o.Report == nil {
		o.Report = func(line string) { t.Log(line) }
	}
	e, err := Launch(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Errorf("end the Docker engine: %v", err)
		}
		if t.Failed() {
			t.Logf("the engine's log ends with:\n%s", e.log())
		}
	})
	return e
}

// shared is the engine that the tests of a package have in common.
var shared struct {
	sync.Mutex
	engine *Engine
}

// Shared is Start with an engine that all tests of the package have in common. It runs
// until the package's last test has ended; a test leaves nothing of its own behind.
func Shared(t testing.TB, images ...string) *Engine {
	t.Helper()
	Need(t)
	shared.Lock()
	defer shared.Unlock()
	if shared.engine == nil {
		e, err := Launch(context.Background(), Options{Report: func(string) {}})
		if err != nil {
			t.Fatal(err)
		}
		shared.engine = e
	}
	for _, image := range images {
		if err := shared.engine.Provide(t.Context(), image); err != nil {
			t.Fatal(err)
		}
	}
	return shared.engine
}

// closeShared ends the engine that Shared started, if it did.
func closeShared() {
	shared.Lock()
	defer shared.Unlock()
	if shared.engine == nil {
		return
	}
	if err := shared.engine.Close(); err != nil {
		fmt.Fprintln(os.Stderr, "dockertest: end the Docker engine:", err)
	}
	shared.engine = nil
}

// startLimit is how long an engine may take to answer.
const startLimit = time.Minute

// log is the end of the engine's log.
func (e *Engine) log() string { return tail(e.Folder + "/dockerd.log") }

func tail(path string) string {
	const most = 4000
	text, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-most):])
}
