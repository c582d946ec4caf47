package release

import (
	"crypto/sha256"
	_ "embed" // the script
	"encoding/hex"
	"io"
	"slices"

	"slipway/steps/app"
)

//go:embed tree.sh
var treeText string

// treeOf is the sum that the function of tree.sh prints of the bundle's source.
func treeOf(b *app.Bundle) string {
	sum := sha256.New()
	write := func(texts ...string) {
		for _, text := range texts {
			io.WriteString(sum, text) //nolint:errcheck // a hash takes everything
		}
	}
	var links []string
	for _, f := range b.Files { // sorted by their paths, as on the server
		if f.Link != "" {
			links = append(links, "l ./"+f.Path+"//"+f.Link)
			continue
		}
		write(hex.EncodeToString(f.Sum[:]), "  ./", f.Path, "\x00")
	}
	write("\x00")
	slices.Sort(links)
	write(ended(links), "\x00")
	for _, f := range b.Files {
		if f.Link == "" && f.Executable {
			write("./", f.Path, "\x00")
		}
	}
	return hex.EncodeToString(sum.Sum(nil))
}
