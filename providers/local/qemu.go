package local

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"slipway/providers"
	"slipway/state/regular"
)

const (
	// pressEvery is how often a machine is asked to shut down: while it boots, it
	// does not notice.
	pressEvery = 5 * time.Second
	// quitLimit is how long QEMU may take to end when it is told to.
	quitLimit = 20 * time.Second
	// launchLimit is how long QEMU may take to start.
	launchLimit = time.Minute
)

// qemu runs machines with a kernel of their own. It needs root's rights only for
// ports below 1024 and to build Debian's image.
//
// A machine runs as long as its lock is held. Its QEMU inherits the lock, so it
// holds it from its first instant to its last: no process id can be mistaken for
// another's, and no second QEMU can be started for the machine.
type qemu struct {
	baked []string
}

func (q qemu) base(image, cache string) (base, error) {
	if isSource(image) {
		return importFrom(image, cache)
	}
	r, err := recipeFor(image, cache, certificateFolder, asDisk)
	if err != nil {
		return nil, err
	}
	return r.with(q.baked), nil
}

func (qemu) patience() patience {
	if realProcessor() != "" {
		return quick
	}
	return patience{boot: 15 * time.Minute, greeting: 10 * time.Second, powerOff: 3 * time.Minute}
}

// hardware is how a machine over that base image is run on this computer.
func (qemu) hardware(image string) (virtual, error) {
	arch, known := architectures[debianArch()]
	if !known {
		return virtual{}, &providers.Refused{
			Err:  errors.New("the engine qemu knows amd64 and arm64, and this computer is " + runtime.GOARCH),
			Next: "leave --engine out, or choose --provider docker, digitalocean, heroku or ssh",
		}
	}
	v := virtual{architecture: arch, processor: realProcessor(), cpus: min(2, runtime.NumCPU()), confined: runtime.GOOS == "linux"}
	if v.processor == "" {
		v.processor = emulated
	}
	if exists(filepath.Join(image, kernelFile)) {
		v.direct = image
	}
	return v, nil
}

// observe asks QEMU for its state. The network is a part of QEMU and can't break
// alone.
func (q qemu) observe(ctx context.Context, l layout, _ record) (observed, error) {
	runs, err := held(l.lock())
	if err != nil || !runs {
		return observed{}, err
	}
	o := observed{Running: true, Supervised: true, Mounted: true, Namespace: true, Network: true, Forwards: true}
	var state struct {
		Status string `json:"status"`
	}
	err = qmpCall(ctx, l.qmp(), "query-status", &state)
	switch {
	case ctx.Err() != nil:
		return observed{}, context.Cause(ctx)
	case errors.Is(err, context.DeadlineExceeded): // it is busy, not broken
	case err != nil, state.Status != "running":
		o.Supervised = false
	}
	return o, nil
}

func (qemu) remains(l layout) ([]string, error) {
	if present(l.run) {
		return []string{l.run}, nil
	}
	return nil, nil
}

// start powers the machine on. If that fails, it ends what it has started.
func (q qemu) start(ctx context.Context, l layout, b boot) (err error) {
	for _, dir := range []string{l.dir, l.run} {
		if err := makeFolder(dir, 0o700); err != nil {
			return err
		}
	}
	if err := q.prepare(ctx, l, b); err != nil {
		return err
	}
	v, err := q.hardware(b.record.Image)
	if err != nil {
		return err
	}
	lock, err := take(ctx, l.lock())
	if err != nil {
		return err
	}
	err = launchQEMU(ctx, l, v.command(l, b.record.forwards()), lock)
	// QEMU has inherited the lock.
	if err := errors.Join(err, lock.Close()); err != nil {
		return errors.Join(err, q.clean(context.WithoutCancel(ctx), l))
	}
	if err := q.awaitUp(ctx, l); err != nil {
		return errors.Join(err, q.clean(context.WithoutCancel(ctx), l))
	}
	return nil
}

// prepare makes the disk and the first boot's data. Either is there only once it is
// complete.
func (q qemu) prepare(ctx context.Context, l layout, b boot) error {
	if b.record.Seeded {
		for _, path := range []string{l.disk(), l.seed()} {
			if !exists(path) {
				return &providers.Failed{
					Err:  fmt.Errorf("the machine's disk is not complete: %s is gone", path),
					Next: "put it back, or run `slipway destroy` and deploy again",
				}
			}
		}
		return nil
	}
	if err := makeOverlay(ctx, l, b.record.Image); err != nil {
		return fmt.Errorf("make the machine's disk: %w", err)
	}
	if err := makeSeed(ctx, l, b); err != nil {
		return fmt.Errorf("write the first boot's data: %w", err)
	}
	return b.seeded()
}

// makeOverlay lays the machine's own disk over the base image.
func makeOverlay(ctx context.Context, l layout, image string) error {
	base, format, err := baseDisk(image)
	if err != nil {
		return err
	}
	info, err := diskInfo(ctx, base)
	if err != nil {
		return err
	}
	part := l.disk() + ".part"
	size := strconv.FormatInt(max(diskSize, info.Size), 10)
	if err := runTool(ctx, overlayDisk(part, base, format, size)); err != nil {
		return err
	}
	return os.Rename(part, l.disk())
}

// baseDisk finds the disk in a base image, and its format.
func baseDisk(image string) (path, format string, err error) {
	for name, format := range map[string]string{rawDisk: "raw", qcowDisk: "qcow2"} {
		if path := filepath.Join(image, name); exists(path) {
			return path, format, nil
		}
	}
	return "", "", fmt.Errorf("the base image %s has no disk in it", image)
}

// makeSeed packs the first boot's data into a disk. The folder that it is packed
// from holds the machine's first host key and is removed.
func makeSeed(ctx context.Context, l layout, b boot) (err error) {
	folder := l.seed() + ".d"
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	if err := writeSeed(folder, b); err != nil {
		return err
	}
	program, err := isoProgram()
	if err != nil {
		return err
	}
	part := l.seed() + ".part"
	if err := runTool(ctx, seedImage(program, part, folder)); err != nil {
		return err
	}
	if err := os.Chmod(part, 0o600); err != nil {
		return err
	}
	return os.Rename(part, l.seed())
}

// diskFacts is what qemu-img prints about a disk.
type diskFacts struct {
	Format   string `json:"format"`
	Size     int64  `json:"virtual-size"`
	Backing  string `json:"backing-filename"`
	Specific struct {
		Data struct {
			File string `json:"data-file"`
		} `json:"data"`
	} `json:"format-specific"`
}

func diskInfo(ctx context.Context, path string) (diskFacts, error) {
	out, err := output(ctx, []string{"qemu-img", "info", "--force-share", "--output=json", path})
	if err != nil {
		return diskFacts{}, err
	}
	var facts diskFacts
	return facts, json.Unmarshal(out, &facts)
}

// awaitUp returns when QEMU has its devices and answers. If QEMU has ended instead,
// the error has what it printed.
func (qemu) awaitUp(ctx context.Context, l layout) error {
	err := retry(ctx, launchLimit, func() error {
		if runs, err := held(l.lock()); err != nil || !runs {
			return permanent(errors.Join(errEnded, err))
		}
		return qmpCall(ctx, l.qmp(), "query-status", nil)
	})
	if err == nil || ctx.Err() != nil {
		return err
	}
	log, _ := regular.Read(ctx, l.qemuLog(), regular.Large)
	printed := strings.TrimSpace(plain(string(log)))
	if strings.Contains(printed, "host forwarding") {
		return &providers.Refused{
			Err:  fmt.Errorf("the machine's address can't have all of its ports: %s", printed),
			Next: "stop the program that listens there (`ss -ltnp` shows it), or run the same command with sudo if you may not open ports below 1024",
		}
	}
	return fmt.Errorf("QEMU did not start: %w: %s", err, printed)
}

var errEnded = errors.New("it has ended")

// mend has nothing to do: the network is a part of QEMU and can't break alone.
func (qemu) mend(context.Context, layout, record) error { return nil }

// stop presses the machine's power button until it is off, and ends it by force if
// that takes too long.
func (q qemu) stop(ctx context.Context, l layout) error {
	deadline := time.Now().Add(q.patience().powerOff)
	for time.Now().Before(deadline) {
		if err := qmpCall(ctx, l.qmp(), "system_powerdown", nil); err != nil {
			break // it is off or does not answer: clean ends it
		}
		if err := awaitFree(ctx, l, pressEvery); err == nil {
			break
		}
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return q.clean(ctx, l)
}

// clean ends QEMU at once and removes everything of it but the machine's folder.
func (qemu) clean(ctx context.Context, l layout) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if runs, err := held(l.lock()); err != nil {
		return err
	} else if runs {
		_ = qmpCall(ctx, l.qmp(), "quit", nil) // if this fails, it is killed
	}
	err := retry(ctx, quitLimit, func() error {
		runs, err := held(l.lock())
		if err != nil || !runs {
			return err
		}
		if err := killHolder(l); err != nil {
			return err
		}
		return errors.New("QEMU is still there")
	})
	if err != nil {
		return err
	}
	if err := removeAll(ctx, l.run); err != nil {
		return err
	}
	_ = os.Remove(runRoot()) // it stays as long as other machines have folders in it
	return nil
}

// killHolder kills the QEMU whose process id is in the machine's folder. While QEMU
// starts, there is none yet.
func killHolder(l layout) error {
	text, err := os.ReadFile(l.pidfile())
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || pid <= 1 {
		return nil //nolint:nilerr // it is being written
	}
	return killProcess(pid, l.id)
}

func awaitFree(ctx context.Context, l layout, limit time.Duration) error {
	return retry(ctx, limit, func() error {
		runs, err := held(l.lock())
		if err == nil && runs {
			err = errors.New("QEMU is still there")
		}
		return err
	})
}
