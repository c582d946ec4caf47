package app

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"sort"
	"strings"
	"time"
)

// The limits of a bundle: a folder with more in it, such as a home folder, was given by
// mistake. From muchBytes or manyFiles on it may have been, and a warning says how much it is.
const (
	maxBundleBytes = 2 << 30
	maxBundleFiles = 200_000
	muchBytes      = 256 << 20
	manyFiles      = 20_000
)

// Bundle is the app as it is uploaded. It depends only on the folder's files: the
// same files give the same bundle on any computer.
type Bundle struct {
	// Files are sorted by path.
	Files []BundleFile
	// LeftOut are the files and folders that are not uploaded, sorted; a folder ends
	// in "/" and stands for all that is in it.
	LeftOut []string
	// Secrets are the environment files and private keys in LeftOut.
	Secrets []string
	// Warnings are sentences for people about names that other computers see otherwise.
	Warnings []string

	fsys fs.FS
}

// BundleFile is one file or symbolic link.
type BundleFile struct {
	// Path is relative to the app's root, with slashes.
	Path string
	// Size is the content's length in bytes; 0 for a link.
	Size int64
	// Executable tells whether the owner may execute it.
	Executable bool
	// Link is where a symbolic link points, relative to its own folder. Followed link
	// by link it stays inside the root. It is "" for a file.
	Link string
	// Sum is the SHA-256 of the content.
	Sum [sha256.Size]byte
}

// Collect reads the folder and decides which files are uploaded.
//
// It leaves out version control, virtual environments, caches, editors' folders,
// environment files, private keys, slipway's own files, and what .slipwayignore
// names, in gitignore's syntax. In a git work tree it also leaves out what git
// ignores, unless a "!" line of .slipwayignore brings it back. A symbolic link that
// leads out of the folder once all links on its way are followed, something that is not a file (a socket, a device), and a
// folder too large to be an app are errors of type *providers.Usage.
func Collect(fsys fs.FS) (*Bundle, error) {
	ignore, err := readIgnore(fsys)
	if err != nil {
		return nil, err
	}
	c := &collector{bundle: &Bundle{fsys: fsys}, ignore: ignore, links: symlinks{}}
	if err := fs.WalkDir(fsys, ".", c.visit); err != nil {
		return nil, err
	}
	if err := c.links.refuse(); err != nil {
		return nil, err
	}
	if err := c.refusePointers(); err != nil {
		return nil, err
	}
	b := c.bundle
	sort.Slice(b.Files, func(i, j int) bool { return b.Files[i].Path < b.Files[j].Path })
	sort.Strings(b.LeftOut)
	sort.Strings(b.Secrets)
	b.warnOfNames()
	if b.Size() > muchBytes || len(b.Files) > manyFiles {
		b.Warnings = append(b.Warnings, "the app is large, "+b.Amount()+": name in "+IgnoreFile+" what it does not need")
	}
	if warning := ignore.warning(); warning != "" {
		b.Warnings = append(b.Warnings, warning)
	}
	return b, nil
}

type collector struct {
	bundle *Bundle
	ignore *ignoreRules
	links  symlinks
	bytes  int64
	// buffer is what a part of a file is read into.
	buffer [64 << 10]byte
	// largest is the largest file so far.
	largest BundleFile
	// pointers are the files that only name what Git LFS has elsewhere.
	pointers []string
}

func (c *collector) visit(name string, entry fs.DirEntry, err error) error {
	if err != nil {
		return fmt.Errorf("the app's folder can't be read: %w", err)
	}
	if name == "." {
		return nil
	}
	verdict, err := c.ignore.judge(c.bundle.fsys, name, entry.IsDir())
	if err != nil {
		return err
	}
	if verdict != takes {
		return c.leave(name, entry, verdict)
	}
	if entry.IsDir() {
		return nil
	}
	return c.take(name, entry)
}

func (c *collector) leave(name string, entry fs.DirEntry, v verdict) error {
	shown := withSlash(name, entry.IsDir())
	c.bundle.LeftOut = append(c.bundle.LeftOut, shown)
	if v == leavesSecret {
		c.bundle.Secrets = append(c.bundle.Secrets, shown)
	}
	if entry.IsDir() {
		return fs.SkipDir
	}
	return nil
}

func (c *collector) take(name string, entry fs.DirEntry) error {
	file, err := c.read(name, entry)
	if err != nil {
		return err
	}
	c.bytes += file.Size
	if file.Size > c.largest.Size {
		c.largest = file
	}
	c.bundle.Files = append(c.bundle.Files, file)
	if c.bytes > maxBundleBytes {
		return tooLarge(fmt.Sprintf("the folder holds more than %d GB to upload; its largest file is %s", maxBundleBytes>>30, c.largest.Path))
	}
	if len(c.bundle.Files) > maxBundleFiles {
		return tooLarge(fmt.Sprintf("the folder holds more than %d files to upload", maxBundleFiles))
	}
	return nil
}

func tooLarge(what string) error {
	return appUsage(what, "give the app's own folder, or name in "+IgnoreFile+" what is not to be uploaded")
}

func (c *collector) read(name string, entry fs.DirEntry) (BundleFile, error) {
	info, err := entry.Info()
	if err != nil {
		return BundleFile{}, fmt.Errorf("%s can't be read: %w", name, err)
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		target, err := c.links.add(c.bundle.fsys, name)
		return BundleFile{Path: name, Link: target, Sum: sha256.Sum256([]byte(target))}, err
	}
	if !info.Mode().IsRegular() {
		return BundleFile{}, appUsage(fmt.Sprintf("%s is neither a file nor a folder", name), "remove it or name it in "+IgnoreFile)
	}
	if c.bytes+info.Size() > maxBundleBytes {
		// The content is not read then: to hash a disk image would take minutes.
		return BundleFile{Path: name, Size: info.Size()}, nil
	}
	file, begins, err := c.hash(name, info.Mode())
	if strings.HasPrefix(begins, lfsPointer) {
		c.pointers = append(c.pointers, name)
	}
	return file, err
}

// hash returns with the file how its content begins.
func (c *collector) hash(name string, mode fs.FileMode) (file BundleFile, begins string, err error) {
	f, err := c.bundle.fsys.Open(name)
	if err != nil {
		return BundleFile{}, "", fmt.Errorf("%s can't be read: %w", name, err)
	}
	defer f.Close()
	sum := sha256.New()
	n, err := io.ReadFull(f, c.buffer[:])
	begins = string(c.buffer[:min(n, len(lfsPointer))])
	size := int64(n)
	for err == nil {
		sum.Write(c.buffer[:n])
		n, err = f.Read(c.buffer[:])
		size += int64(n)
	}
	sum.Write(c.buffer[:n])
	if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return BundleFile{}, "", fmt.Errorf("%s can't be read: %w", name, err)
	}
	file = BundleFile{Path: name, Size: size, Executable: executable(mode, begins)}
	sum.Sum(file.Sum[:0])
	return file, begins, nil
}

// Hash returns the hex SHA-256 over each file's path, kind, executable bit and
// content, in the order of their paths.
func (b *Bundle) Hash() string {
	sum := sha256.New()
	for _, f := range b.Files {
		writeField(sum, f.Path)
		writeField(sum, f.kind())
		writeField(sum, string(f.Sum[:]))
	}
	return hex.EncodeToString(sum.Sum(nil))
}

func (f BundleFile) kind() string {
	switch {
	case f.Link != "":
		return "link"
	case f.Executable:
		return "executable"
	}
	return "file"
}

// writeField writes s with its length before it, so that no two lists of
// fields give the same bytes.
func writeField(sum hash.Hash, s string) {
	fmt.Fprintf(sum, "%d:", len(s))
	io.WriteString(sum, s) //nolint:errcheck // a hash takes everything
}

// Size returns the sum of the files' sizes in bytes.
func (b *Bundle) Size() int64 {
	var size int64
	for _, f := range b.Files {
		size += f.Size
	}
	return size
}

// Amount says for people how much the bundle is: "12 files, 34 MB".
func (b *Bundle) Amount() string {
	amount := fmt.Sprintf("%d files", len(b.Files))
	if size := b.Size(); size >= 1<<20 {
		amount += fmt.Sprintf(", %d MB", size>>20)
	}
	return amount
}

// WriteTarGz writes the bundle as a compressed archive whose bytes depend only on the
// bundle: sorted, with one fixed time, owner 0, and the modes 0644 and 0755. A file
// that changed since Collect is an error, so that what is uploaded has the hash that
// Hash returns.
func (b *Bundle) WriteTarGz(w io.Writer) error { return b.WriteTarGzWith(w, nil) }

// writeEntry writes a file under its name in the archive. It uses the buffer.
func (b *Bundle) writeEntry(archive *tar.Writer, name string, f BundleFile, buffer []byte) error {
	if err := archive.WriteHeader(f.header(name)); err != nil {
		return fmt.Errorf("%s can't be packed: %w", f.Path, err)
	}
	if f.Link != "" {
		return nil
	}
	content, err := b.fsys.Open(f.Path)
	if err != nil {
		return fmt.Errorf("%s can't be read: %w", f.Path, err)
	}
	defer content.Close()
	sum := sha256.New()
	_, err = io.CopyBuffer(io.MultiWriter(archive, sum), struct{ io.Reader }{content}, buffer)
	if err != nil && !errors.Is(err, tar.ErrWriteTooLong) {
		return fmt.Errorf("%s can't be packed: %w", f.Path, err)
	}
	if err != nil || [sha256.Size]byte(sum.Sum(nil)) != f.Sum {
		return fmt.Errorf("%s changed while it was being packed: run the same command again", f.Path)
	}
	return nil
}

func (f BundleFile) header(name string) *tar.Header {
	h := &tar.Header{
		Typeflag: tar.TypeReg,
		Name:     name,
		Size:     f.Size,
		Mode:     0o644,
		ModTime:  time.Unix(0, 0).UTC(),
		Format:   tar.FormatPAX,
	}
	if f.Executable {
		h.Mode = 0o755
	}
	if f.Link != "" {
		h.Typeflag, h.Linkname, h.Mode = tar.TypeSymlink, f.Link, 0o777
	}
	return h
}
