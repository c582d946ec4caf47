package app

import (
	"archive/tar"
	"compress/gzip"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"time"
)

// WriteTarGzWith writes the bundle as WriteTarGz does, with files of Slipway's own: texts
// by their paths, which come first and stand in the place of the bundle's files of the
// same names. The same bundle and texts give the same bytes.
func (b *Bundle) WriteTarGzWith(w io.Writer, added map[string]string) error {
	return b.WriteTarGzIn(w, "", added, func(f BundleFile) bool {
		_, replaced := added[f.Path]
		return !replaced
	})
}

// WriteTarGzIn writes as WriteTarGz does those files of the bundle that are taken, below a
// folder of the archive, or at its root if folder is "". The texts, by their paths in the
// archive, come first.
func (b *Bundle) WriteTarGzIn(w io.Writer, folder string, texts map[string]string, takes func(BundleFile) bool) error {
	gz := gzip.NewWriter(w)
	archive := tar.NewWriter(gz)
	for _, path := range slices.Sorted(maps.Keys(texts)) {
		header := &tar.Header{Typeflag: tar.TypeReg, Name: path, Size: int64(len(texts[path])), Mode: 0o644, ModTime: time.Unix(0, 0).UTC(), Format: tar.FormatPAX}
		if err := archive.WriteHeader(header); err != nil {
			return fmt.Errorf("%s can't be packed: %w", path, err)
		}
		if _, err := io.WriteString(archive, texts[path]); err != nil {
			return fmt.Errorf("%s can't be packed: %w", path, err)
		}
	}
	buffer := make([]byte, 64<<10)
	for _, f := range b.Files {
		if !takes(f) {
			continue
		}
		if err := b.writeEntry(archive, path.Join(folder, f.Path), f, buffer); err != nil {
			return err
		}
	}
	if err := archive.Close(); err != nil {
		return fmt.Errorf("the app can't be packed: %w", err)
	}
	if err := gz.Close(); err != nil {
		return fmt.Errorf("the app can't be packed: %w", err)
	}
	return nil
}

// Open opens a file of the bundle for reading. A link can't be opened.
func (b *Bundle) Open(f BundleFile) (io.ReadCloser, error) {
	if f.Link != "" {
		return nil, fmt.Errorf("%s is a link", f.Path)
	}
	file, err := b.fsys.Open(f.Path)
	if err != nil {
		return nil, fmt.Errorf("%s can't be read: %w", f.Path, err)
	}
	return file, nil
}
