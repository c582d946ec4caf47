// Package regular reads files of the operator's computer whose names are known and whose
// makers are not: an app's folder, a checked out repository, a folder that was unpacked.
//
// A name says nothing about what is there. A named pipe lets its reader wait without
// end, a device may have no end or act when it is opened, a disk image fills the memory,
// and a folder that a network holds may never answer. So each read here is of a regular
// file, or of a link to one, is bounded in size, and ends when its context does.
package regular

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"
)

// Limits of a file's size in bytes.
const (
	// Small is for keys, certificates and settings.
	Small = 1 << 20
	// Text is for what people and their tools write, such as lock files.
	Text = 16 << 20
	// Large is for what slipway itself keeps.
	Large = 64 << 20
)

// Refusal is the error for what is there but is not read. [Read] and the files of [FS]
// return it in an *[fs.PathError], which names the file.
type Refusal struct {
	// What is a sentence about the file, which "it" stands for.
	What string
	// Next is what to do about it.
	Next string
}

func (r *Refusal) Error() string { return r.What }

// Hint is what to do about it.
func (r *Refusal) Hint() string { return r.Next }

// Kind is what a mode stands for, with its article: "a named pipe". It is empty for a
// regular file.
func Kind(mode fs.FileMode) string {
	switch {
	case mode.IsRegular():
		return ""
	case mode.IsDir():
		return "a folder"
	case mode&fs.ModeSymlink != 0:
		return "a symbolic link"
	case mode&fs.ModeNamedPipe != 0:
		return "a named pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeDevice != 0:
		return "a device"
	}
	return "no regular file"
}

func isNoFile(kind string) *Refusal {
	return &Refusal{What: "it is " + kind + ", not a file", Next: "remove it, or put a file in its place"}
}

func tooLarge(limit int64) *Refusal {
	return &Refusal{What: fmt.Sprintf("it is larger than %d MB", limit>>20), Next: "check that this is the file that was meant"}
}

// Read returns the content of a file of at most limit bytes. Anything else that is there
// is a *[Refusal]; one that is not there is an [fs.ErrNotExist]. A read that does not
// come to an end is given up when ctx ends, with its cause.
func Read(ctx context.Context, path string, limit int64) ([]byte, error) {
	return within(ctx, path, func() ([]byte, error) { return read(path, limit) })
}

// ReadGiven is [Read] for a file that the operator names for this run. It may also be a
// pipe that this process has open already, such as /dev/stdin, or what a shell makes of
// <(command).
func ReadGiven(ctx context.Context, path string, limit int64) ([]byte, error) {
	if !strings.HasPrefix(path, "/dev/fd/") && !strings.HasPrefix(path, "/proc/self/fd/") && path != "/dev/stdin" {
		return Read(ctx, path, limit)
	}
	return within(ctx, path, func() ([]byte, error) {
		file, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		return readAll(file, path, limit)
	})
}

// ReadFrom is [Read] for a file of an [fs.FS]. With an [FS] it ends when its context does.
func ReadFrom(fsys fs.FS, name string, limit int64) ([]byte, error) {
	file, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return readOpened(file, name, limit)
}

// Check tells whether [Read] would read a file, for a library that opens it by its name.
func Check(ctx context.Context, path string, limit int64) error {
	_, err := within(ctx, path, func() (fs.FileInfo, error) {
		info, err := os.Stat(path)
		if err == nil {
			err = judge(path, info, limit)
		}
		return info, err
	})
	return err
}

// judge is nil for a regular file of at most limit bytes.
func judge(path string, info fs.FileInfo, limit int64) error {
	if kind := Kind(info.Mode()); kind != "" {
		return &fs.PathError{Op: "read", Path: path, Err: isNoFile(kind)}
	}
	if info.Size() > limit {
		return &fs.PathError{Op: "read", Path: path, Err: tooLarge(limit)}
	}
	return nil
}

func read(path string, limit int64) ([]byte, error) {
	file, err := open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return readOpened(file, path, limit)
}

func readOpened(file fs.File, path string, limit int64) ([]byte, error) {
	info, err := file.Stat()
	if err == nil {
		err = judge(path, info, limit)
	}
	if err != nil {
		return nil, err
	}
	var content bytes.Buffer
	content.Grow(int(min(info.Size(), limit)) + bytes.MinRead)
	return readInto(&content, file, path, limit)
}

// readAll reads a file that may grow meanwhile, or that says that it has no size, as
// those of /proc do.
func readAll(file io.Reader, path string, limit int64) ([]byte, error) {
	return readInto(new(bytes.Buffer), file, path, limit)
}

func readInto(content *bytes.Buffer, file io.Reader, path string, limit int64) ([]byte, error) {
	_, err := content.ReadFrom(io.LimitReader(file, limit+1))
	if err == nil && int64(content.Len()) > limit {
		err = &fs.PathError{Op: "read", Path: path, Err: tooLarge(limit)}
	}
	if err != nil {
		return nil, err
	}
	return content.Bytes(), nil
}

// open opens a regular file or a folder. A device is not even opened, since that alone
// may act. What took the file's place meanwhile can't make it wait.
func open(path string) (*os.File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if err := opens(path, info); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	if info, err = file.Stat(); err == nil {
		err = opens(path, info)
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

func opens(path string, info fs.FileInfo) error {
	if kind := Kind(info.Mode()); kind != "" && !info.IsDir() {
		return &fs.PathError{Op: "open", Path: path, Err: isNoFile(kind)}
	}
	return nil
}

// within returns what op does, or the cause of ctx's end if that comes first. op then
// goes on, because the system call that it waits for can't be ended, and what it returns
// is dropped.
func within[T any](ctx context.Context, path string, op func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		value, err := op()
		done <- result{value, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, &fs.PathError{Op: "read", Path: path, Err: context.Cause(ctx)}
	}
}
