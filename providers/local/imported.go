package local

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"slipway/providers"
	"slipway/state/regular"
)

// imported is a base image made of the operator's own disk image, such as the
// images that distributions publish for clouds. It has a boot loader and cloud-init.
type imported struct {
	source source
	path   string
}

func (i imported) name() string  { return i.source.name() }
func (i imported) title() string { return "the base image of " + i.source.name() }
func (i imported) place() string { return i.path }

func (i imported) change() providers.Change {
	why := "once for all machines of this computer; a copy of it in " + filepath.Dir(i.path)
	if i.source.address != "" {
		return providers.Change{What: "download " + i.source.address + " and check it", Why: why}
	}
	return providers.Change{What: "copy the disk image " + i.source.file, Why: why}
}

// build copies the image beside its place, checks it, and moves it there. The
// caller holds the image's lock.
func (i imported) build(ctx context.Context, report func(line string)) (err error) {
	dir := i.path + ".part"
	if err := removeAll(ctx, dir); err != nil {
		return fmt.Errorf("remove what an earlier copy left: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, removeAll(context.WithoutCancel(ctx), dir))
		}
	}()
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	raw := filepath.Join(dir, rawDisk)
	if err := i.copyTo(ctx, raw, report); err != nil {
		return err
	}
	facts, err := diskInfo(ctx, raw)
	if err != nil {
		return err
	}
	if err := checkDisk(raw, facts); err != nil {
		return &providers.Usage{Err: fmt.Errorf("the image %s can't be used: %w", i.source.name(), err),
			Next: "give the image that its publisher makes for clouds (qcow2 or raw, with cloud-init)"}
	}
	if facts.Format == "qcow2" {
		if err := os.Rename(raw, filepath.Join(dir, qcowDisk)); err != nil {
			return err
		}
	}
	return os.Rename(dir, i.path)
}

// checkDisk is nil for a complete disk in a known format. A disk that refers to
// other files could show the machine any file of this computer.
func checkDisk(path string, facts diskFacts) error {
	switch {
	case facts.Backing != "" || facts.Specific.Data.File != "":
		return errors.New("it is not complete: it refers to another file")
	case facts.Format == "qcow2":
		return nil
	case facts.Format != "raw":
		return fmt.Errorf("its format is %s, and only qcow2 and raw can be used", facts.Format)
	}
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	sector := make([]byte, 512)
	if _, err := io.ReadFull(file, sector); err != nil || sector[510] != 0x55 || sector[511] != 0xAA {
		return errors.New("it is neither qcow2 nor a raw disk with a boot sector; is it still compressed?")
	}
	return nil
}

// copyTo writes the image to a file, checks its checksum, and returns once the file
// is on the disk.
func (i imported) copyTo(ctx context.Context, to string, report func(line string)) error {
	from, size, err := i.open(ctx)
	if err != nil {
		return err
	}
	defer from.Close()
	file, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer file.Close()
	sum := i.source.newHash()
	progress := &progress{size: size, report: report, told: time.Now()}
	if _, err := io.Copy(io.MultiWriter(file, sum, progress), reader{ctx, from}); err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return fmt.Errorf("copy the image: %w", err)
	}
	if got := hex.EncodeToString(sum.Sum(nil)); i.source.sum != "" && got != i.source.sum {
		return &providers.Usage{
			Err:  fmt.Errorf("the image %s has the %s %s, and %s was asked for", i.source.name(), i.source.algorithm, got, i.source.sum),
			Next: "get the checksum from the publisher again, or download the image again, then run the same command again",
		}
	}
	return file.Sync()
}

// open returns the image's bytes and how many they are; -1 if that is not known.
func (i imported) open(ctx context.Context) (io.ReadCloser, int64, error) {
	if i.source.address == "" {
		if err := regular.Check(ctx, i.source.file, math.MaxInt64); err != nil {
			return nil, 0, fmt.Errorf("the image can't be used: %w", err)
		}
		file, err := os.Open(i.source.file)
		if err != nil {
			return nil, 0, err
		}
		info, err := file.Stat()
		if err != nil {
			return nil, 0, errors.Join(err, file.Close())
		}
		return file, info.Size(), nil
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, i.source.address, nil)
	if err != nil {
		return nil, 0, err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, 0, err
	}
	if answer.StatusCode != http.StatusOK {
		return nil, 0, errors.Join(fmt.Errorf("%s answers %s", i.source.address, answer.Status), answer.Body.Close())
	}
	return answer.Body, answer.ContentLength, nil
}

// reader stops when its context ends; reading a file alone would not.
type reader struct {
	ctx  context.Context
	from io.Reader
}

func (r reader) Read(p []byte) (int, error) {
	if r.ctx.Err() != nil {
		return 0, context.Cause(r.ctx)
	}
	return r.from.Read(p)
}

// progress reports every few seconds how much has been copied.
type progress struct {
	done, size int64
	told       time.Time
	report     func(line string)
}

func (p *progress) Write(b []byte) (int, error) {
	p.done += int64(len(b))
	if time.Since(p.told) > 2*time.Second {
		p.told = time.Now()
		line := fmt.Sprintf("%d MB", p.done>>20)
		if p.size > 0 {
			line += fmt.Sprintf(" of %d MB", p.size>>20)
		}
		p.report(line)
	}
	return len(b), nil
}
