package local

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gofrs/flock"

	"slipway/providers"
)

// TestImageWaits: while one run builds an image, another one waits until the image
// is there or its context ends.
func TestImageWaits(t *testing.T) {
	i := &image{spec: providers.Spec{Tag: "slipway-unit-1"}, cache: t.TempDir(), engine: nspawn{}, layout: layoutFor(t.TempDir(), "slipway-unit-1")}
	b, err := i.base()
	if err != nil {
		t.Fatal(err)
	}
	if f := look(t, i); f.Holds || !strings.Contains(f.Changes[0].What, "Debian 13") {
		t.Errorf("an image that does not exist: %+v", f)
	}
	if err := os.MkdirAll(filepath.Dir(b.place()), 0o700); err != nil {
		t.Fatal(err)
	}
	builder := flock.New(b.place() + ".lock")
	if err := builder.Lock(); err != nil {
		t.Fatal(err)
	}
	defer builder.Close()

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var told []string
	report := func(line string) {
		told = append(told, line)
		cancel()
	}
	if err := i.Make(ctx, report); !errors.Is(err, context.Canceled) {
		t.Errorf("a run that was told to give up: %v", err)
	}
	if len(told) != 1 || !strings.HasPrefix(told[0], "waiting for another run") {
		t.Errorf("it told %q", told)
	}

	done := make(chan error, 1)
	go func() { done <- i.Make(t.Context(), func(string) {}) }()
	if err := os.Mkdir(b.place(), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := builder.Unlock(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Errorf("a run that waited: %v", err)
	}
	if f := look(t, i); !f.Holds {
		t.Errorf("an image that exists: %+v", f)
	}
}

// TestUsedImageGone: a machine whose image is gone is lost. Its disk must not be laid
// over an image that was built again.
func TestUsedImageGone(t *testing.T) {
	i := &image{spec: providers.Spec{Tag: "slipway-unit-1"}, cache: t.TempDir(), engine: nspawn{}, layout: layoutFor(t.TempDir(), "slipway-unit-1")}
	gone := record{Tag: "slipway-unit-1", Image: filepath.Join(i.cache, "gone"), Seeded: true}
	if err := writeRecord(i.layout, gone); err != nil {
		t.Fatal(err)
	}
	var failed *providers.Failed
	if _, err := i.Look(t.Context(), time.Time{}); !errors.As(err, &failed) || !strings.Contains(failed.Next, "destroy") {
		t.Errorf("look: %v", err)
	}
}

// TestMachineImageBuildEnds cancels a real build in the middle and looks for
// what is left of it.
func TestMachineImageBuildEnds(t *testing.T) {
	t.Parallel()
	requireMachines(t)
	cache := t.TempDir()
	i := &image{spec: providers.Spec{Tag: "slipway-unit-1"}, cache: cache, engine: nspawn{}, layout: layoutFor(t.TempDir(), "slipway-unit-1")}
	b, err := i.base()
	if err != nil {
		t.Fatal(err)
	}
	stale := filepath.Join(b.place()+".part", "etc", "stale")
	if err := os.MkdirAll(stale, 0o755); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var told []string
	report := func(line string) {
		told = append(told, line)
		if present(stale) {
			t.Error("what an earlier build left is still there")
		}
		if strings.Contains(line, "extracting") {
			time.AfterFunc(time.Second, cancel)
		}
	}
	err = i.Make(ctx, report)
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("the build was not cancelled but ended with %v after\n%s", err, strings.Join(told, "\n"))
	}
	if present(b.place()) || present(b.place()+".part") {
		t.Error("half an image is left")
	}
	for pid, line := range processes(t) {
		if strings.Contains(line, cache) {
			t.Errorf("process %s is left: %s", pid, line)
		}
	}
	mountinfo, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil || strings.Contains(string(mountinfo), cache) {
		t.Errorf("mounts are left: %v", err)
	}
}
