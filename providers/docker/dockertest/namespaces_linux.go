package dockertest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"slipway/providers/child"
)

// The variables that tell a copy of this program what it is.
const (
	// stageVariable is stageInit or stageInside; outside the namespaces it is not set.
	stageVariable = "DOCKERTEST_STAGE"
	stageInit     = "init"
	stageInside   = "inside"
	// folderVariable is the folder for what engines keep.
	folderVariable = "DOCKERTEST_FOLDER"
)

// networkLimit is how long slirp4netns may take to be ready.
const networkLimit = 10 * time.Second

// needed are the programs that an engine needs, with the packages that have them.
var needed = [][2]string{
	{"dockerd", "docker.io"}, {"iptables", "iptables"}, {"slirp4netns", "slirp4netns"},
	{"mmdebstrap", "mmdebstrap"}, {"setpriv", "util-linux"},
}

// possible tells why no engine can run here; nil if it can.
func possible() error {
	if os.Geteuid() != 0 {
		return errors.New("it needs root")
	}
	for _, n := range needed {
		if _, err := exec.LookPath(n[0]); err != nil {
			return fmt.Errorf("the package %s is missing", n[1])
		}
	}
	return nil
}

// Inside calls run in a copy of this program that has a network, mounts and processes
// of its own, and returns what run returned. When the copy ends, however it ends, all
// of that is gone.
func Inside(run func() int) int {
	switch os.Getenv(stageVariable) {
	case stageInside:
		defer closeShared()
		return run()
	case stageInit:
		return initialise()
	}
	status, err := enter()
	if err != nil {
		fmt.Fprintln(os.Stderr, "dockertest:", err)
		return 1
	}
	return status
}

// enter starts the copy and waits for its end.
func enter() (status int, err error) {
	sweep()
	folder, release, err := ownFolder()
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, remove(folder), release()) }()
	wait, begin, err := os.Pipe()
	if err != nil {
		return 0, err
	}
	defer begin.Close()
	inside := copyOfThis(stageInit, folderVariable+"="+folder)
	inside.ExtraFiles = []*os.File{wait}
	inside.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNET | unix.CLONE_NEWNS | unix.CLONE_NEWPID}
	err = child.Tie(inside, syscall.SIGKILL, inside.Start)
	wait.Close()
	if err != nil {
		return 0, fmt.Errorf("make namespaces for a Docker engine: %w", err)
	}
	defer passSignals(inside.Process)()
	endNetwork, err := startNetwork(inside.Process.Pid)
	if err != nil {
		return 0, errors.Join(err, inside.Process.Kill(), inside.Wait())
	}
	defer endNetwork()
	if _, err := begin.Write([]byte("1")); err != nil {
		return 0, errors.Join(err, inside.Process.Kill(), inside.Wait())
	}
	var ended *exec.ExitError
	if err := inside.Wait(); err != nil && !errors.As(err, &ended) {
		return 0, err
	}
	if !inside.ProcessState.Exited() {
		return 1, nil
	}
	return inside.ProcessState.ExitCode(), nil
}

// copyOfThis is this program with the same arguments at another stage.
func copyOfThis(stage string, env ...string) *exec.Cmd {
	cmd := exec.Command("/proc/self/exe", os.Args[1:]...)
	cmd.Args[0] = os.Args[0]
	cmd.Env = append(append(os.Environ(), stageVariable+"="+stage), env...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	return cmd
}

// passSignals passes on what asks this process to end. stop ends that.
func passSignals(to *os.Process) (stop func()) {
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGQUIT, syscall.SIGHUP)
	go func() {
		for s := range signals {
			_ = to.Signal(s)
		}
	}()
	return func() {
		signal.Stop(signals)
		close(signals)
	}
}

// startNetwork leads packets of the process's network to the outside and back. The
// sandbox of slirp4netns changes mounts, so it gets its own.
func startNetwork(pid int) (end func(), err error) {
	ready, told, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer ready.Close()
	leash, hold, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command("slirp4netns", "--configure", "--mtu=65520", "--disable-host-loopback", "--enable-sandbox",
		"--enable-seccomp", "--ready-fd=3", "--exit-fd=4", strconv.Itoa(pid), "tap0")
	cmd.ExtraFiles = []*os.File{told, leash}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Unshareflags: unix.CLONE_NEWNS}
	err = child.Tie(cmd, syscall.SIGKILL, cmd.Start)
	told.Close()
	leash.Close()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start slirp4netns: %w", err), hold.Close())
	}
	end = func() {
		_ = hold.Close()
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	if err := ready.SetReadDeadline(time.Now().Add(networkLimit)); err == nil {
		_, err = ready.Read(make([]byte, 1))
		if err == nil {
			return end, nil
		}
	}
	end()
	return nil, errors.New("slirp4netns did not start")
}

// initialise is the first process in the namespaces. It gives them what an engine
// needs, starts the copy that does the work, and buries processes whose parents died.
func initialise() int {
	gate := os.NewFile(3, "gate")
	if _, err := gate.Read(make([]byte, 1)); err != nil {
		return 1
	}
	gate.Close()
	if err := ownMounts(); err != nil {
		fmt.Fprintln(os.Stderr, "dockertest:", err)
		return 1
	}
	child := copyOfThis(stageInside)
	if err := child.Start(); err != nil {
		fmt.Fprintln(os.Stderr, "dockertest:", err)
		return 1
	}
	defer passSignals(child.Process)()
	for {
		var status unix.WaitStatus
		pid, err := unix.Wait4(-1, &status, 0, nil)
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil:
			return 1
		case pid == child.Process.Pid && status.Signaled():
			return 128 + int(status.Signal())
		case pid == child.Process.Pid && status.Exited():
			return status.ExitStatus()
		}
	}
}

// ownMounts hides the computer's own engine and processes. Files below /etc and /run are
// the computer's to read; what is written there stays here.
func ownMounts() error {
	for _, m := range []struct {
		source, target, kind string
		flags                uintptr
		data                 string
	}{
		{"", "/", "", unix.MS_REC | unix.MS_PRIVATE, ""},
		{"proc", "/proc", "proc", unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC, ""},
		{"tmpfs", "/run", "tmpfs", unix.MS_NOSUID | unix.MS_NODEV, "mode=755"},
		{"overlay", "/etc", "overlay", 0, "lowerdir=/etc,upperdir=/run/etc/upper,workdir=/run/etc/work"},
	} {
		if m.kind == "overlay" {
			if err := errors.Join(os.MkdirAll("/run/etc/upper", 0o755), os.MkdirAll("/run/etc/work", 0o755)); err != nil {
				return err
			}
		}
		if err := unix.Mount(m.source, m.target, m.kind, m.flags, m.data); err != nil {
			return fmt.Errorf("mount %s: %w", m.target, err)
		}
	}
	for path, text := range map[string]string{
		"/etc/hosts":       "127.0.0.1 localhost\n::1 localhost\n",
		"/etc/resolv.conf": "nameserver 10.0.2.3\n", // slirp4netns asks the computer's own
	} {
		// It may be a link to what is hidden now.
		if err := os.RemoveAll(path); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
