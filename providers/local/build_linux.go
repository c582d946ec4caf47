package local

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"slipway/providers/child"

	"golang.org/x/sys/unix"
)

// build makes the image beside its place and moves it there once it is complete and
// on the disk. The caller holds the image's lock, so no other build uses what an
// earlier one left.
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
		if err := makeDisk(ctx, dir, tree, report); err != nil {
			return err
		}
	}
	if err := syncTree(dir); err != nil {
		return err
	}
	return os.Rename(dir, b.path)
}

// makeDisk turns the tree into a disk, with the kernel and its initramfs beside it.
func makeDisk(ctx context.Context, dir, tree string, report func(line string)) error {
	for to, pattern := range map[string]string{kernelFile: "vmlinuz-*", initrdFile: "initrd.img-*"} {
		found, err := filepath.Glob(filepath.Join(tree, "boot", pattern))
		if err != nil {
			return err
		}
		if len(found) != 1 {
			return fmt.Errorf("the image has %d files boot/%s, and it must have one", len(found), pattern)
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

// runIsolated runs a command so that all its processes and mounts end with it: when
// it ends, when ctx ends, and when this process is killed.
func runIsolated(ctx context.Context, argv []string, report func(line string)) error {
	argv = isolated(argv)
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Env = buildEnv(os.LookupEnv)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.WaitDelay = 10 * time.Second
	return child.Tie(cmd, syscall.SIGKILL, func() error { return runLines(ctx, cmd, report) })
}

// buildEnv is the environment of a build. It has only some variables of this
// process: packages' scripts run as root and must not see credentials.
func buildEnv(lookup func(string) (string, bool)) []string {
	env := baseEnv()
	for _, name := range []string{"http_proxy", "https_proxy", "no_proxy", "TMPDIR"} {
		if value, ok := lookup(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// syncTree waits until everything on the file system of dir is on the disk.
func syncTree(dir string) error {
	file, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer file.Close()
	return unix.Syncfs(int(file.Fd()))
}

// runApt runs apt-get. When ctx ends, it asks apt-get to stop before it kills it: a
// killed dpkg leaves packages half installed.
func runApt(ctx context.Context, argv []string, report func(line string)) error {
	argv = usualModes(argv)
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 30 * time.Second
	return runLines(ctx, cmd, report)
}
