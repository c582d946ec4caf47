package local

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"slipway/providers"
)

// makerDir is set, to a deployment's folder, in a copy of the test program that
// only makes a machine, to be killed meanwhile.
const makerDir, makerTag = "SLIPWAY_TEST_MAKER_DIR", "SLIPWAY_TEST_MAKER_TAG"

func TestMain(m *testing.M) {
	if dir := os.Getenv(makerDir); dir != "" {
		os.Exit(makeOnly(dir, os.Getenv(makerTag)))
	}
	os.Exit(m.Run())
}

func makeOnly(dir, tag string) int {
	cache, err := os.UserCacheDir()
	if err != nil {
		return 1
	}
	p, err := New(Options{Dir: dir, Cache: cache + "/slipway"})
	if err != nil {
		return 1
	}
	spec := providers.Spec{Name: "rehearsal", Tag: tag, UserData: os.Getenv("SLIPWAY_TEST_USER_DATA")}
	all := p.Resources(spec)
	if err := all[len(all)-1].Make(context.Background(), func(string) {}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// TestMachineSurvivesKill kills the making of a machine at many instants. From
// each, either the next run or a destroy must find everything in order.
func TestMachineSurvivesKill(t *testing.T) {
	t.Parallel()
	g := newGuest(t, "")
	for _, r := range g.Resources(g.spec)[:2] { // the tools and the image
		if !holds(t, r) {
			if err := r.Make(t.Context(), func(string) {}); err != nil {
				t.Fatal(err)
			}
		}
	}
	for n, delay := range []int{4, 8, 12, 16, 20, 25, 30, 40, 50, 70, 100, 150, 250, 400} {
		g.killMake(t, time.Duration(delay)*time.Millisecond)
		look(t, g.machine())
		if n%3 == 2 {
			if err := g.Destroy(t.Context(), g.spec, func(string) {}); err != nil {
				t.Fatalf("destroy after a kill at %d ms: %v", delay, err)
			}
			assertNothingLeft(t, g.Provider, g.spec)
		}
	}
	g.ensure(t)
	g.sh(t, "true")
	g.assertOnce(t)
}

// killMake starts to make the machine in another process and kills that.
func (g *guest) killMake(t *testing.T, after time.Duration) {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), makerDir+"="+g.dir, makerTag+"="+g.spec.Tag, "SLIPWAY_TEST_USER_DATA="+g.spec.UserData)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	cmd.WaitDelay = time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(after)
	if err := cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Fatal(err)
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); err != nil && !errors.As(err, &exit) && !errors.Is(err, exec.ErrWaitDelay) {
		t.Fatal(err)
	}
	if exit != nil && exit.Exited() {
		t.Fatalf("the other process failed by itself within %v: %v: %s", after, exit, &stderr)
	}
}
