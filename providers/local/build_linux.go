package local

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// build makes the image beside its place and puts it there once it is whole and
// on the disk. The caller holds the image's lock, so what an earlier build left
// is nobody's.
func (b recipe) build(ctx context.Context, report func(line string)) (err error) {
	dir := b.path + ".part"
	if err := removeAll(ctx, dir); err != nil {
		return fmt.Errorf("remove what an earlier build left: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, removeAll(context.WithoutCancel(ctx), dir))
		}
	}()
	if err := runIsolated(ctx, b.command(dir), report); err != nil {
		return err
	}
	if err := b.finish(dir); err != nil {
		return err
	}
	if err := syncTree(dir); err != nil {
		return err
	}
	return os.Rename(dir, b.path)
}

// runIsolated runs argv so that all its processes and mounts end with it: on
// its own, when ctx is cancelled, and also when this process is killed.
func runIsolated(ctx context.Context, argv []string, report func(line string)) error {
	argv = isolated(argv)
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Env = buildEnv(os.LookupEnv)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.WaitDelay = 10 * time.Second
	// The kernel sends Pdeathsig when the thread that started the child ends.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	return runLines(ctx, cmd, report)
}

// buildEnv is what of this process's environment a build may see: the packages'
// scripts run as root, and credentials are none of their business.
func buildEnv(lookup func(string) (string, bool)) []string {
	env := baseEnv()
	for _, name := range []string{"http_proxy", "https_proxy", "no_proxy", "TMPDIR"} {
		if value, ok := lookup(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// syncTree waits until everything below dir's file system is on the disk.
func syncTree(dir string) error {
	file, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer file.Close()
	return unix.Syncfs(int(file.Fd()))
}

// runApt runs apt-get. A cancelled one is asked to stop before it is killed,
// for a killed dpkg leaves packages half installed.
func runApt(ctx context.Context, argv []string, report func(line string)) error {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 30 * time.Second
	return runLines(ctx, cmd, report)
}
