//go:build !windows

package local

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"syscall"
)

// launchQEMU starts QEMU in the background, in a session of its own: away from the
// terminal and its signals, and for init to reap. QEMU inherits the lock.
func launchQEMU(ctx context.Context, l layout, argv []string, lock *os.File) error {
	program, err := findTool(argv[0])
	if err != nil {
		return err
	}
	log, err := os.OpenFile(l.qemuLog(), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	if err := errors.Join(os.WriteFile(l.console(), nil, 0o600), os.RemoveAll(l.qmp()), os.RemoveAll(l.pidfile())); err != nil {
		return err
	}
	keepInheritedHere()
	argv = append([]string{"-c", `umask 022; "$@" &`, "sh", program}, argv[1:]...)
	cmd := exec.CommandContext(ctx, "/bin/sh", argv...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr, cmd.ExtraFiles = "/", toolEnv(), log, log, []*os.File{lock}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	return cmd.Run()
}
