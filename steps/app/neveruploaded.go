package app

import (
	"maps"
	"path"
	"slices"
	"strings"
)

// NeverUploaded are the patterns, sorted, of the names that Collect leaves out of every
// app, in whatever folder: "__pycache__", "*.pyc". What it judges by more than a name,
// such as a private key in a .pem file, is not among them.
func NeverUploaded() []string {
	patterns := []string{".env*", "*.env", "*.pyc", "*.pyo", "*.key", "*.p12", "*.pfx"}
	for _, names := range []map[string]bool{leftFolders, secretFolders, leftFiles, secretFiles} {
		patterns = slices.AppendSeq(patterns, maps.Keys(names))
	}
	slices.Sort(patterns)
	return slices.Compact(patterns)
}

// LeftOutBesides are those of LeftOut that no pattern of NeverUploaded matches.
func (b *Bundle) LeftOutBesides() []string {
	patterns := NeverUploaded()
	return slices.DeleteFunc(slices.Clone(b.LeftOut), func(name string) bool {
		base := path.Base(strings.TrimSuffix(name, "/"))
		return slices.ContainsFunc(patterns, func(pattern string) bool {
			matches, err := path.Match(pattern, base)
			return err == nil && matches
		})
	})
}
