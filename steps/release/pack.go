package release

import (
	"fmt"
	"os"

	"slipway/steps/app"
)

// spool is a file of this computer's for as long as it is uploaded: an app may be larger
// than the memory that slipway should take.
type spool struct{ *os.File }

// pack writes the archive that upload.sh unpacks to a spool and returns its length in bytes:
// of all of the bundle, or of what the delta lacks. The same arguments give the same bytes.
// The caller removes the spool.
func pack(b *app.Bundle, d *delta) (spool, int64, error) {
	file, err := os.CreateTemp("", "slipway-upload-*.tar.gz")
	if err != nil {
		return spool{}, 0, fmt.Errorf("make a file for the packed app: %w", err)
	}
	packed := spool{file}
	os.Remove(file.Name()) // a killed run leaves nothing; Windows refuses it, and remove does it there
	var texts map[string]string
	takes := func(app.BundleFile) bool { return true }
	if d != nil {
		texts, takes = d.texts(), func(f app.BundleFile) bool { return f.Link != "" || d.missing[f.Path] }
	}
	if err := b.WriteTarGzIn(file, "src", texts, takes); err != nil {
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
