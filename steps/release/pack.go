package release

import (
	"fmt"
	"os"

	"slipway/steps/app"
)

// spool is a file of this computer's for as long as it is uploaded: an app may be larger
// than the memory that slipway should take.
type spool struct{ *os.File }

// pack writes the bundle's archive to a spool and returns its length in bytes. The caller
// removes it.
func pack(b *app.Bundle) (spool, int64, error) {
	file, err := os.CreateTemp("", "slipway-upload-*.tar.gz")
	if err != nil {
		return spool{}, 0, fmt.Errorf("make a file for the packed app: %w", err)
	}
	packed := spool{file}
	os.Remove(file.Name()) // a killed run leaves nothing; Windows refuses it, and remove does it there
	if err := b.WriteTarGz(file); err != nil {
		packed.remove()
		return spool{}, 0, err
	}
	info, err := file.Stat()
	if err != nil {
		packed.remove()
		return spool{}, 0, fmt.Errorf("read the packed app: %w", err)
	}
	return packed, info.Size(), nil
}

func (s spool) remove() {
	s.Close()
	os.Remove(s.Name()) // it is gone already but on Windows
}
