package interrupted

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"slipway/providers/local/localtest"
	"slipway/state"
	"slipway/steps"
)

// localChild deploys to a local machine, which is destroyed with the test.
func localChild(t *testing.T) child {
	t.Helper()
	localtest.NeedTime(t, 2*time.Minute)
	c := child{Home: t.TempDir(), Cache: localtest.Cache(t)}
	t.Cleanup(func() { destroyLocal(t, c) })
	return c
}

func destroyLocal(t *testing.T, c child) {
	t.Helper()
	home := state.Home{Dir: c.Home, Cache: c.Cache}
	if !home.Exists("hello") {
		return
	}
	removal, err := steps.OpenRemoval(context.Background(), "hello", home, (&points{child: c}).open)
	if err != nil {
		t.Error(err)
		return
	}
	defer removal.Close()
	if err := removal.Do(context.Background(), func(string) {}); err != nil {
		t.Error(err)
	}
}

// onceOnly checks on the machine itself that nothing was done twice.
func onceOnly(t *testing.T, c child) {
	t.Helper()
	disk := filepath.Join(c.Home, "hello", "machine", "disk")
	history, err := os.ReadFile(filepath.Join(disk, "var/log/apt/history.log"))
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(history), "Commandline: apt-get"); n != 1 {
		t.Errorf("apt-get installed %d times:\n%s", n, history)
	}
	for _, dir := range []string{"srv/app-hello/releases", "srv/app-hello/venvs"} {
		entries, err := os.ReadDir(filepath.Join(disk, dir))
		if err != nil || len(entries) != 1 {
			t.Errorf("%s has %d entries, %v", dir, len(entries), err)
		}
	}
}

// TestInterruptedLocal kills deployments to real machines on this computer.
func TestInterruptedLocal(t *testing.T) {
	localtest.NeedMachines(t)
	first := localChild(t)
	all := first.whole(t).Points
	destroyLocal(t, first)
	points := samplePoints(3, all)
	t.Logf("%d points between two effects; kills at %v", all, points)
	for _, at := range points {
		t.Run(strconv.Itoa(at), func(t *testing.T) {
			c := localChild(t)
			c.KillAt = at
			killed := c.run(t, nil)
			if !killed.killed {
				t.Fatalf("there is no point %d", at)
			}
			t.Logf("killed %s", killed.where)
			before, known := intact(t, c.Home)
			if _, err := os.Stat(filepath.Join(c.Home, "hello", "machine")); !known && !errors.Is(err, fs.ErrNotExist) {
				t.Error("a machine was made before it was on record")
			}
			end := c.whole(t)
			resumed(t, killed.steps, end)
			answers(t, end)
			onceOnly(t, c)
			if after, _ := intact(t, c.Home); known && after.Tag != before.Tag {
				t.Errorf("the tag was %s and is %s", before.Tag, after.Tag)
			}
			if again := c.whole(t); again.Changed {
				t.Errorf("something was left to change: %v", again.Steps)
			}
		})
	}
}
