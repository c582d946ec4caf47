package release

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

// staticURLs are the paths that nginx serves without the app, sorted.
func staticURLs(p plan.Plan) []string { return slices.Sorted(maps.Keys(p.App.Static)) }

// staticLocations has nginx look for these paths in the current release, and then in
// the one that it took over from.
func staticLocations(p plan.Plan) shell.File {
	l := layout.Of(p.Name)
	var parts []string
	for _, url := range staticURLs(p) {
		parts = append(parts, fmt.Sprintf("location ^~ %s {\n\troot %s/static;\n\ttry_files $uri @earlier;\n}\n", url, l.Current()))
	}
	return shell.File{Path: l.StaticPaths(l.Release(p.Release)), Mode: "644", Content: "# Written by slipway.\n" + strings.Join(parts, "\n")}
}
