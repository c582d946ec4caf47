package app

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"slices"
)

// Without is the bundle without the files of these paths.
func (b *Bundle) Without(paths ...string) *Bundle {
	less := *b
	less.Files = slices.DeleteFunc(slices.Clone(b.Files), func(f BundleFile) bool { return slices.Contains(paths, f.Path) })
	return &less
}

// Read is the content of a file of the bundle. One that the bundle does not have, or has as
// a link, is an fs.ErrNotExist; one that changed since Collect is an error, as in
// WriteTarGz.
func (b *Bundle) Read(path string) ([]byte, error) {
	at, found := slices.BinarySearchFunc(b.Files, path, func(f BundleFile, path string) int { return cmp.Compare(f.Path, path) })
	if !found || b.Files[at].Link != "" {
		return nil, fmt.Errorf("%s is not in the bundle: %w", path, fs.ErrNotExist)
	}
	content, err := fs.ReadFile(b.fsys, path)
	if err != nil {
		return nil, fmt.Errorf("%s can't be read: %w", path, err)
	}
	if sum := sha256.Sum256(content); !bytes.Equal(sum[:], b.Files[at].Sum[:]) {
		return nil, fmt.Errorf("%s changed while it was being packed: run the same command again", path)
	}
	return content, nil
}
