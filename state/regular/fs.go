package regular

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// FS is the files below a folder, as [os.DirFS] has them, but that only regular files and
// folders open, that ReadFile reads at most [Text] bytes, and that nothing waits longer
// than its context.
type FS struct {
	ctx context.Context
	dir string
}

// NewFS returns the files below a folder. They are read until ctx ends.
func NewFS(ctx context.Context, dir string) FS { return FS{ctx, dir} }

// path is a name's place on the disk.
func (f FS) path(op, name string) (string, error) {
	if !fs.ValidPath(name) {
		return "", &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	local, err := filepath.Localize(name)
	if err != nil {
		return "", &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	return filepath.Join(f.dir, local), nil
}

// of does something with the file of a name. An error names the file as it was asked for.
func of[T any](f FS, op, name string, do func(path string) (T, error)) (T, error) {
	path, err := f.path(op, name)
	if err != nil {
		var none T
		return none, err
	}
	value, err := within(f.ctx, name, func() (T, error) { return do(path) })
	if wrong, ok := err.(*fs.PathError); ok { //nolint:errorlint // it is changed, so it must be the outermost
		return value, &fs.PathError{Op: wrong.Op, Path: name, Err: wrong.Err}
	}
	return value, err
}

// Open opens a regular file or a folder.
func (f FS) Open(name string) (fs.File, error) {
	opened, err := of(f, "open", name, open)
	if err != nil {
		return nil, err
	}
	if info, err := opened.Stat(); err == nil && info.IsDir() {
		return opened, nil
	}
	return &file{opened: opened, ctx: f.ctx, name: name}, nil
}

// ReadFile is [ReadFrom] with the limit [Text].
func (f FS) ReadFile(name string) ([]byte, error) { return ReadFrom(f, name, Text) }

// Stat follows links.
func (f FS) Stat(name string) (fs.FileInfo, error) { return of(f, "stat", name, os.Stat) }

// Lstat does not follow a link that the name ends in.
func (f FS) Lstat(name string) (fs.FileInfo, error) { return of(f, "lstat", name, os.Lstat) }

// ReadDir returns a folder's entries, sorted by name.
func (f FS) ReadDir(name string) ([]fs.DirEntry, error) { return of(f, "readdir", name, os.ReadDir) }

// ReadLink returns where a symbolic link leads, with slashes on every system. What is
// absolute on this computer begins with one.
func (f FS) ReadLink(name string) (string, error) {
	return of(f, "readlink", name, func(path string) (string, error) {
		target, err := os.Readlink(path)
		if filepath.VolumeName(target) != "" {
			target = "/" + target
		}
		return filepath.ToSlash(target), err
	})
}

// file is an open file whose reads end with a context. It has no other way to be read:
// io.Copy would take WriteTo of an [os.File].
type file struct {
	opened *os.File
	ctx    context.Context
	name   string
	// buffer is what a read writes to: one that was given up may still write.
	buffer *[64 << 10]byte
}

func (f *file) Stat() (fs.FileInfo, error) { return f.opened.Stat() }

func (f *file) Close() error {
	if f.buffer != nil {
		buffers.Put(f.buffer)
		f.buffer = nil
	}
	return f.opened.Close()
}

// buffers are those of files that were closed: an app may have many small files.
var buffers = sync.Pool{New: func() any { return new([64 << 10]byte) }}

// Read reads at most 64 KB at a time.
func (f *file) Read(p []byte) (int, error) {
	if f.buffer == nil {
		f.buffer = buffers.Get().(*[64 << 10]byte)
	}
	into := f.buffer[:min(len(p), len(f.buffer))]
	n, err := within(f.ctx, f.name, func() (int, error) { return f.opened.Read(into) })
	if f.ctx.Err() != nil {
		f.buffer = nil
		return 0, &fs.PathError{Op: "read", Path: f.name, Err: context.Cause(f.ctx)}
	}
	return copy(p, into[:n]), err
}
