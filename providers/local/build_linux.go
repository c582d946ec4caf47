package local

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
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
	tree := dir
	if b.form == asDisk {
		tree = filepath.Join(dir, "tree")
		if err := os.Mkdir(dir, 0o700); err != nil {
			return err
		}
	}
	if err := runIsolated(ctx, b.command(tree), report); err != nil {
		return err
	}
	if err := b.finish(tree); err != nil {
		return err
	}
	if b.form == asDisk {
		if err := pressDisk(ctx, dir, tree, report); err != nil {
			return err
		}
	}
	if err := syncTree(dir); err != nil {
		return err
	}
	return os.Rename(dir, b.path)
}

// pressDisk makes the tree into a disk and takes the kernel out of it.
func pressDisk(ctx context.Context, dir, tree string, report func(line string)) error {
	for to, pattern := range map[string]string{kernelFile: "vmlinuz-*", initrdFile: "initrd.img-*"} {
		found, err := filepath.Glob(filepath.Join(tree, "boot", pattern))
		if err != nil {
			return err
		}
		if len(found) != 1 {
			return fmt.Errorf("the image has %d files boot/%s, and one is what can be booted", len(found), pattern)
		}
		if err := os.Link(found[0], filepath.Join(dir, to)); err != nil {
			return err
		}
	}
	if err := runIsolated(ctx, fillDisk(filepath.Join(dir, rawDisk), tree), report); err != nil {
		return err
	}
	return removeAll(ctx, tree)
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
