package child_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"slipway/providers/child"
)

// parent makes this program one that starts a child and waits to be killed.
const parent = "SLIPWAY_TEST_PARENT"

// The first thread of a process never ends: it is kept for main, and no test runs on it.
func init() { runtime.LockOSThread() }

func TestMain(m *testing.M) {
	if os.Getenv(parent) == "" {
		os.Exit(m.Run())
	}
	cmd := exec.Command("cat")
	cmd.Stdout = os.Stdout
	in, err := cmd.StdinPipe()
	if err == nil {
		err = child.Tie(cmd, syscall.SIGKILL, cmd.Start)
	}
	if err == nil {
		_, err = fmt.Fprintln(in, "started")
	}
	if err == nil {
		err = cmd.Wait() // in stays open: only the signal ends it
	}
	fmt.Println(err)
	os.Exit(1)
}

// TestEndsWithThis: a child ends with a parent that is killed.
func TestEndsWithThis(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "/proc/self/exe")
	cmd.Env = append(os.Environ(), parent+"=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	if line, err := lines.ReadString('\n'); err != nil || line != "started\n" {
		t.Fatalf("%q, %v", line, err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	// The child has the other end too: what is read ends when both have ended.
	if rest, err := io.ReadAll(lines); err != nil || len(rest) > 0 {
		t.Errorf("%q, %v", rest, err)
	}
	_ = cmd.Wait() // it was killed
}

// TestThreadThatEnds: a child goes on when the thread ends on which it was asked for.
func TestThreadThatEnds(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "cat")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	started := make(chan error)
	var thread int
	go func() {
		runtime.LockOSThread() // and not unlocked: the thread ends with the goroutine
		thread = unix.Gettid()
		started <- child.Tie(cmd, syscall.SIGKILL, cmd.Start)
	}()
	if err := <-started; err != nil {
		t.Fatal(err)
	}
	gone(t, thread)
	if _, err := fmt.Fprintln(in, "here"); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "here\n" {
		t.Errorf("the child answers %q, %v", line, err)
	}
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("the child ended with %v", err)
	}
}

// gone waits until a thread of this process has ended.
func gone(t *testing.T, thread int) {
	t.Helper()
	path := filepath.Join("/proc/self/task", strconv.Itoa(thread))
	for limit := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		if _, err := os.Stat(path); os.IsNotExist(err) {
			return
		}
		if time.Now().After(limit) {
			t.Fatalf("the thread %d does not end", thread)
		}
	}
}

// TestRun: a command that is run to its end gives its error, and the thread back.
func TestRun(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "sh", "-c", "echo said; exit 3")
	if out, err := child.CombinedOutput(cmd); string(out) != "said\n" || err == nil || cmd.ProcessState.ExitCode() != 3 {
		t.Errorf("%q, %v", out, err)
	}
	missing := exec.CommandContext(t.Context(), "/no/such/program")
	if err := child.Tie(missing, syscall.SIGKILL, missing.Start); !os.IsNotExist(err) {
		t.Errorf("a program that is missing: %v", err)
	}
}
