package app

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

//go:embed samples
var samples embed.FS

// SampleNames lists the bundled samples, sorted.
func SampleNames() []string { return []string{"accounts", "hello"} }

// Sample returns the folder of a bundled sample app. A name that is not one of
// [SampleNames] is a *providers.Usage that lists them.
func Sample(name string) (fs.FS, error) {
	if slices.Contains(SampleNames(), name) {
		return fs.Sub(samples, "samples/"+name)
	}
	return nil, appUsage(fmt.Sprintf("there is no sample %q", name), "use --sample "+strings.Join(SampleNames(), " or --sample "))
}
