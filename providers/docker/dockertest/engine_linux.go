package dockertest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/moby/moby/client"
	"golang.org/x/sys/unix"
)

// stopLimit is how long an engine may take to end its containers and itself.
const stopLimit = 30 * time.Second

// Launch starts an engine and gives it the images. It works only in what Inside calls.
func Launch(ctx context.Context, o Options) (*Engine, error) {
	if os.Getenv(stageVariable) != stageInside {
		return nil, errors.New("TestMain must be os.Exit(dockertest.Main(m.Run)): this process has no namespaces for an engine")
	}
	folder, err := os.MkdirTemp(os.Getenv(folderVariable), "")
	if err != nil {
		return nil, err
	}
	e := &Engine{Folder: folder, report: o.Report}
	if e.report == nil {
		e.report = func(string) {}
	}
	if err := e.start(ctx, o); err != nil {
		return nil, err
	}
	for _, image := range o.Images {
		if err := e.Provide(ctx, image); err != nil {
			return nil, errors.Join(err, e.Close())
		}
	}
	return e, nil
}

// start starts dockerd and waits until it answers.
func (e *Engine) start(ctx context.Context, o Options) error {
	data := filepath.Join(e.Folder, "data")
	if err := os.Mkdir(data, 0o711); err != nil {
		return err
	}
	if o.Size > 0 {
		if err := unix.Mount("tmpfs", data, "tmpfs", 0, "mode=711,size="+strconv.FormatInt(o.Size, 10)); err != nil {
			return fmt.Errorf("limit the engine's disk: %w", err)
		}
	}
	run := filepath.Join("/run", cgroup(os.Getenv(folderVariable))+"-"+filepath.Base(e.Folder))
	if err := os.Mkdir(run, 0o755); err != nil {
		return err
	}
	log, err := os.Create(filepath.Join(e.Folder, "dockerd.log"))
	if err != nil {
		return err
	}
	defer log.Close()
	e.Host = "unix://" + filepath.Join(run, "docker.sock")
	cmd := exec.Command("dockerd", e.arguments(data, run)...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start dockerd: %w", err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait() // its state tells how it ended
	}()
	e.stop = func() error {
		return errors.Join(stop(cmd, ended), discard(data, o.Size > 0), os.RemoveAll(run), os.RemoveAll(e.Folder))
	}
	e.Client, err = client.New(client.WithHost(e.Host))
	if err != nil {
		return errors.Join(err, e.stop())
	}
	if err := e.await(ctx, cmd, ended); err != nil {
		return errors.Join(fmt.Errorf("dockerd did not start: %w; its log ends with:\n%s", err, e.log()), e.stop())
	}
	return nil
}

// arguments are dockerd's. It reads no configuration of the computer's own, and its
// containers' control groups lie apart from others'.
func (e *Engine) arguments(data, run string) []string {
	return []string{
		"--data-root=" + data, "--exec-root=" + filepath.Join(run, "exec"), "--pidfile=" + filepath.Join(run, "pid"),
		"--host=" + e.Host, "--group=" + strconv.Itoa(group), "--exec-opt=native.cgroupdriver=cgroupfs",
		"--cgroup-parent=/" + cgroup(os.Getenv(folderVariable)), "--shutdown-timeout=5",
	}
}

// await waits until the engine answers.
func (e *Engine) await(ctx context.Context, cmd *exec.Cmd, ended chan struct{}) error {
	ctx, cancel := context.WithTimeoutCause(ctx, startLimit, fmt.Errorf("no answer after %s", startLimit))
	defer cancel()
	for {
		_, err := e.Client.Ping(ctx, client.PingOptions{})
		if err == nil {
			return nil
		}
		select {
		case <-ended:
			return fmt.Errorf("it ended: %s", cmd.ProcessState)
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// stop asks dockerd to end, which ends its containers, and kills it if it does not.
func stop(cmd *exec.Cmd, ended chan struct{}) error {
	if err := cmd.Process.Signal(syscall.SIGTERM); errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	select {
	case <-ended:
		return nil
	case <-time.After(stopLimit):
	}
	// All of its processes are in its group, but for containers, which end with the namespaces.
	err := syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	<-ended
	return errors.Join(fmt.Errorf("dockerd was still running %s after it was asked to end", stopLimit), err)
}

// discard gives the memory of a limited disk back.
func discard(data string, limited bool) error {
	if !limited {
		return nil
	}
	return unix.Unmount(data, unix.MNT_DETACH)
}
