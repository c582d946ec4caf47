package repository

import (
	"archive/tar"
	"context"
	_ "embed" // the script
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"

	"slipway/providers"
	"slipway/state/durable"
	"slipway/steps/shell"
)

//go:embed send.sh
var sendText string

// Snapshots are the identifiers of the backups in a folder of this computer, sorted; none
// if there is no repository.
func Snapshots(dir string) ([]string, error) {
	if _, err := os.Stat(folder(dir).path(config)); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	here, err := folder(dir).list()
	return here.snapshots(), err
}

// Send brings the copy of a repository to a server that has none. The server compares each
// file with its name before the repository stands in its place.
func Send(ctx context.Context, server Server, place Place, dir string) error {
	f := folder(dir)
	first, err := durable.Read(f.path(config), largestConfig)
	if err != nil {
		return &providers.Failed{Err: fmt.Errorf("there are no backups in %s: %w", dir, err), Next: "name the folder with --backup-to local:PATH"}
	}
	here, err := f.list()
	if err != nil {
		return err
	}
	reader, writer := io.Pipe()
	packed := make(chan error, 1)
	go func() {
		err := f.pack(writer, first, here)
		writer.CloseWithError(err) // nil is the end of the archive
		packed <- err
	}()
	err = server.Pipe(ctx, shell.Script(sendText, shell.Values{"folder": place.Folder}), reader, io.Discard)
	reader.CloseWithError(io.ErrClosedPipe)
	if own := <-packed; own != nil && !errors.Is(own, io.ErrClosedPipe) {
		err = own
	}
	if err != nil {
		return fmt.Errorf("send the backups to the server: %w", err)
	}
	return nil
}

func (f folder) pack(to io.Writer, first []byte, here listing) error {
	archive := tar.NewWriter(to)
	for _, top := range order {
		if err := archive.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: top + "/", Mode: 0o700}); err != nil {
			return err
		}
	}
	if err := archive.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: config, Mode: 0o600, Size: int64(len(first))}); err != nil {
		return err
	}
	if _, err := archive.Write(first); err != nil {
		return err
	}
	for _, name := range inOrder(slices.Collect(maps.Keys(here.sizes))) {
		if err := f.packFile(archive, name, here.sizes[name]); err != nil {
			return err
		}
	}
	return archive.Close()
}

func (f folder) packFile(archive *tar.Writer, name string, size int64) error {
	file, err := os.Open(f.path(name))
	if err != nil {
		return err
	}
	defer file.Close()
	if err := archive.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o600, Size: size}); err != nil {
		return err
	}
	_, err = io.CopyN(archive, file, size)
	return err
}
