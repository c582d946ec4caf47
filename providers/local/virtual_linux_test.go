package local

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"slipway/providers"
)

func TestVirtualizes(t *testing.T) {
	for cpuinfo, want := range map[string]bool{
		"processor\t: 0\nflags\t\t: fpu vmx sse\nbugs\t\t: svm\n": true,
		"flags\t\t: fpu svm\n":                       true,
		"flags\t\t: fpu vmxnet\nvmx flags\t: vnmi\n": false,
		"": false,
	} {
		if got := virtualizes(cpuinfo); got != want {
			t.Errorf("%q: %v", cpuinfo, got)
		}
	}
}

// halting is a machine with a real QEMU and a guest that only halts: it boots in a
// second and not in a minute.
type halting struct {
	layout
	record record
}

func newHalting(t *testing.T) halting {
	t.Helper()
	needQEMU(t)
	if testing.Short() {
		t.Skip("real machines take longer than -short allows")
	}
	b, err := importFrom(haltingDisk(t), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.MkdirAll(filepath.Dir(b.place()), 0o700), b.build(t.Context(), func(string) {})); err != nil {
		t.Fatal(err)
	}
	tag := fmt.Sprintf("slipway-test-%d-%d", os.Getpid(), time.Now().UnixNano()%1e9)
	r, err := newRecord(tag, b.name(), b.place())
	if err != nil {
		t.Fatal(err)
	}
	h := halting{layout: layoutFor(t.TempDir(), tag), record: r}
	t.Cleanup(func() {
		// The test's own context has ended here.
		if err := (qemu{}).clean(context.Background(), h.layout); err != nil {
			t.Error(err)
		}
	})
	return h
}

// on powers it on as a run of the command does.
func (h *halting) on(t *testing.T) {
	t.Helper()
	b := boot{record: h.record, name: "halts", tag: h.record.Tag, userData: "#cloud-config\n", seeded: func() error {
		h.record.Seeded = true
		return nil
	}}
	if err := errors.Join((qemu{}).clean(t.Context(), h.layout), (qemu{}).start(t.Context(), h.layout, b)); err != nil {
		t.Fatal(err)
	}
}

func (h *halting) assert(t *testing.T, want treatment) {
	t.Helper()
	o, err := (qemu{}).observe(t.Context(), h.layout, h.record)
	if err != nil || treat(o) != want {
		t.Fatalf("it needs %v, %v; not %v", treat(o), err, want)
	}
}

func (h *halting) pid(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile(h.pidfile())
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

// assertGone looks for parts of the machine, without the code under test.
func (h *halting) assertGone(t *testing.T) {
	t.Helper()
	for pid, line := range processes(t) {
		if strings.Contains(line, h.id) {
			t.Errorf("process %s is left: %s", pid, line)
		}
	}
	if left, err := (qemu{}).remains(h.layout); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
	assertNoName(t, "/run/slipway", h.id)
}

func TestVirtualMachineLife(t *testing.T) {
	h := newHalting(t)
	h.assert(t, powerOn)
	h.on(t)
	h.assert(t, leaveAlone)
	if left, err := (qemu{}).remains(h.layout); err != nil || len(left) != 1 {
		t.Errorf("what runs is not listed: %v, %v", left, err)
	}
	for path, mode := range map[string]os.FileMode{h.seed(): 0o600, h.dir: 0o700, h.run: 0o700, h.console(): 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != mode {
			t.Errorf("%s has the mode %v, %v", path, info.Mode().Perm(), err)
		}
	}
	if present(h.seed()+".d") || present(h.seed()+".part") {
		t.Error("copies of the first boot's data are left")
	}

	for _, c := range []struct {
		name string
		run  func(h *halting, t *testing.T)
	}{
		// In this order: each goes on with what the one before leaves.
		{"a second one beside it", (*halting).startedTwice},
		{"paused", (*halting).paused},
		{"killed", (*halting).killed},
		{"hung", (*halting).hung},
		{"its socket is lost", (*halting).socketLost},
		{"its port is taken", (*halting).portTaken},
		{"its disk is lost", (*halting).diskLost},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(&h, t) })
	}
}

func (h *halting) startedTwice(t *testing.T) {
	err := (qemu{}).start(t.Context(), h.layout, boot{record: h.record})
	if err == nil || !strings.Contains(err.Error(), "another QEMU") {
		t.Errorf("started twice: %v", err)
	}
	h.assert(t, leaveAlone)
}

func (h *halting) paused(t *testing.T) {
	if err := qmpCall(t.Context(), h.qmp(), "stop", nil); err != nil {
		t.Fatal(err)
	}
	h.assert(t, restart)
}

func (h *halting) killed(t *testing.T) {
	if err := syscall.Kill(h.pid(t), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it is seen to be off", func() error {
		if has, err := held(h.lock()); has || err != nil {
			return fmt.Errorf("held: %v, %w", has, err)
		}
		return nil
	})
	h.assert(t, powerOn)
	h.on(t)
	h.assert(t, leaveAlone)
}

func (h *halting) hung(t *testing.T) {
	if err := syscall.Kill(h.pid(t), syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	// It answers nothing, so that nobody may take it for broken; and yet it
	// must end when it is told to.
	h.assert(t, leaveAlone)
	if err := (qemu{}).clean(t.Context(), h.layout); err != nil {
		t.Fatal(err)
	}
	h.assertGone(t)
	h.on(t)
}

func (h *halting) socketLost(t *testing.T) {
	if err := os.Remove(h.qmp()); err != nil {
		t.Fatal(err)
	}
	h.assert(t, restart)
	if err := (qemu{}).stop(t.Context(), h.layout); err != nil {
		t.Fatal(err)
	}
	h.assertGone(t)
}

func (h *halting) portTaken(t *testing.T) {
	listener, err := net.Listen("tcp4", h.record.Address+":443")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	var refused *providers.Refused
	err = (qemu{}).start(t.Context(), h.layout, boot{record: h.record})
	if !errors.As(err, &refused) || !strings.Contains(err.Error(), "ports") {
		t.Errorf("started: %v", err)
	}
	h.assertGone(t)
}

func (h *halting) diskLost(t *testing.T) {
	if err := os.Remove(h.disk()); err != nil {
		t.Fatal(err)
	}
	var failed *providers.Failed
	err := (qemu{}).start(t.Context(), h.layout, boot{record: h.record})
	if !errors.As(err, &failed) || !strings.Contains(failed.Next, "destroy") {
		t.Errorf("started: %v", err)
	}
}

// TestVirtualKillsOnlyItsOwn: a number in a file may be another process's by now.
func TestVirtualKillsOnlyItsOwn(t *testing.T) {
	other := exec.Command("sleep", "60")
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	if err := killProcess(other.Process.Pid, "slipway-unit-1"); err != nil {
		t.Fatal(err)
	}
	if err := other.Process.Signal(syscall.Signal(0)); err != nil {
		t.Errorf("it was killed: %v", err)
	}
	_ = other.Process.Kill()
	_ = other.Wait()
}
