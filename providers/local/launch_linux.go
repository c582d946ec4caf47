package local

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"slipway/providers/child"

	"golang.org/x/sys/unix"
)

// networkLimit is how long slirp4netns may take to be ready.
const networkLimit = 10 * time.Second

// startNetwork starts slirp4netns for the machine's namespace, through which the
// machine reaches the world, and leads the machine's address into the machine.
func startNetwork(ctx context.Context, l layout, g groups, r record) error {
	if err := errors.Join(os.RemoveAll(l.socket()), empty(l.networkLog())); err != nil {
		return err
	}
	ready, told, err := os.Pipe()
	if err != nil {
		return err
	}
	defer ready.Close()
	err = launch(ctx, g, groupNetwork, detached(g.procs(groupNetwork), slirpCommand(l, "3")), l.networkLog(), baseEnv(), told)
	told.Close()
	if err != nil {
		return fmt.Errorf("start slirp4netns: %w", err)
	}
	if err := awaitReady(ready); err != nil {
		return fmt.Errorf("slirp4netns did not start (its output is in %s): %w", l.networkLog(), err)
	}
	return connect(ctx, l, r)
}

// awaitReady waits for the byte that slirp4netns writes when the guest's interface
// exists. If slirp4netns ends before, the pipe ends without a byte.
func awaitReady(ready *os.File) error {
	if err := ready.SetReadDeadline(time.Now().Add(networkLimit)); err != nil {
		return err
	}
	_, err := ready.Read(make([]byte, 1))
	return err
}

// startGuest boots the guest under a shell that boots it again whenever it asks for
// a reboot.
func startGuest(ctx context.Context, l layout, g groups) error {
	if err := empty(l.console()); err != nil {
		return err
	}
	argv := supervised(g.procs(groupWatch), g.procs(groupGuest), nspawnCommand(l))
	if err := launch(ctx, g, groupWatch, argv, l.console(), nspawnEnv()); err != nil {
		return fmt.Errorf("start systemd-nspawn: %w", err)
	}
	return nil
}

// launch runs a command whose background processes outlive this process. They are
// in a session of their own, away from the terminal and its signals, and in their
// control group from the first instant: if this process is killed, the next run
// still finds all of them.
func launch(ctx context.Context, g groups, member string, argv []string, log string, env []string, files ...*os.File) error {
	keepInheritedHere()
	out, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer out.Close()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr, cmd.ExtraFiles = "/", env, out, out, files
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if h := g.hierarchies[0]; h.unified {
		group, err := os.Open(h.group(g.id, member))
		if err != nil {
			return err
		}
		defer group.Close()
		cmd.SysProcAttr.UseCgroupFD, cmd.SysProcAttr.CgroupFD = true, int(group.Fd())
	}
	return cmd.Run()
}

// keepInheritedHere marks all files that this process inherited so that a machine
// does not inherit them: it would hold a pipe open for ever, or a lock. Kernels
// before 5.11 have no such call and do without.
func keepInheritedHere() {
	_ = unix.CloseRange(3, math.MaxUint32, unix.CLOSE_RANGE_CLOEXEC)
}

// run runs a short command of a machine to its end and puts what it printed into the
// error. The command is killed with this process, and it inherits a lock: it could make
// something after the next run has looked, for a process that is killed ends only once the
// kernel has done what it asked for, and the network's parts are made one at a time.
func run(ctx context.Context, l layout, argv ...string) error {
	return runWith(ctx, l, "", argv...)
}

// runWith is run of a command that reads input.
func runWith(ctx context.Context, l layout, input string, argv ...string) error {
	lock, err := lockCommands(ctx, l)
	if err != nil {
		return err
	}
	defer lock.Close()
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Stdin, cmd.ExtraFiles = strings.NewReader(input), []*os.File{lock}
	cmd.WaitDelay = time.Second
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, err := child.CombinedOutput(cmd)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return fmt.Errorf("%s: %w: %s", strings.Join(argv, " "), err, strings.TrimSpace(string(out)))
	}
	return nil
}

// lockCommands waits until no short command of the machine runs, whichever run it is of. The
// file is nil if the machine has no folder, and so no command.
func lockCommands(ctx context.Context, l layout) (*os.File, error) {
	lock, err := lockWithin(ctx, l.commands(), killLimit)
	switch {
	case err == nil:
		return lock, nil
	case errors.Is(err, os.ErrNotExist):
		return nil, nil
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case errors.Is(err, unix.EWOULDBLOCK):
		return nil, fmt.Errorf("a command of an earlier run still works at the machine's network: %w", err)
	}
	return nil, fmt.Errorf("lock the machine's commands: %w", err)
}

// awaitCommands waits until what an earlier run's commands make is there.
func awaitCommands(ctx context.Context, l layout) error {
	lock, err := lockCommands(ctx, l)
	if lock != nil {
		lock.Close()
	}
	return err
}

// empty empties a log, if there is one: it holds the lines of one start.
func empty(log string) error {
	if err := os.Truncate(log, 0); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
