package local

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"slipway/providers"
)

// inotifyChild tells the test that it is the process with a user namespace of its own.
const inotifyChild = "SLIPWAY_TEST_INOTIFY"

// TestAwaitInotify runs itself where there are only so many inotify instances: what is given
// back a little later is waited for, and what is not is refused.
func TestAwaitInotify(t *testing.T) {
	if os.Getenv(inotifyChild) == "" {
		self := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestAwaitInotify$")
		self.Env = append(os.Environ(), inotifyChild+"=1")
		ids := []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		self.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWUSER, UidMappings: ids,
			GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}}
		var said bytes.Buffer
		self.Stdout, self.Stderr = &said, &said
		if err := self.Start(); err != nil {
			t.Skipf("no user namespace can be made here: %v", err)
		}
		if err := self.Wait(); err != nil {
			t.Errorf("%v\n%s", err, said.String())
		}
		return
	}
	if err := os.WriteFile("/proc/sys/user/max_inotify_instances", []byte("12"), 0); err != nil {
		t.Skip(err)
	}
	var taken []int
	for range 6 {
		fd, err := unix.InotifyInit1(unix.IN_CLOEXEC)
		if err != nil {
			t.Fatal(err)
		}
		taken = append(taken, fd)
	}
	refused, ok := errors.AsType[*providers.Refused](awaitInotify(t.Context(), 10*time.Millisecond))
	if !ok || !errors.Is(refused, unix.EMFILE) {
		t.Errorf("with too few left: %v", refused)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if err := awaitInotify(ended, inotifyLimit); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
	time.AfterFunc(50*time.Millisecond, func() {
		for _, fd := range taken {
			unix.Close(fd)
		}
	})
	if err := awaitInotify(t.Context(), inotifyLimit); err != nil {
		t.Errorf("what is given back later is not waited for: %v", err)
	}
}
