package release

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

// staticURLs are the paths that nginx serves without the app, sorted.
func staticURLs(p plan.Plan) []string { return slices.Sorted(maps.Keys(p.App.Static)) }

// servedData has nginx serve a kept folder. The app can put a link in the place of the
// folder or of one above it, so nginx follows none below the folder that holds the app's
// state. What visitors uploaded is no page of the app: a browser must neither guess its type nor run a script in it. A document that the
// browser shows by a part of its own, which a sandbox would stop, runs none.
const servedData = `location ^~ %[1]s {
	alias "%[2]s/";
	disable_symlinks on from=%[3]s;
	set $uploaded "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox";
	if ($uri ~* "\.pdf$") {
		set $uploaded "";
	}
	add_header Content-Security-Policy $uploaded always;
	add_header X-Content-Type-Options nosniff always;
	add_header X-Frame-Options SAMEORIGIN always;
	add_header Referrer-Policy strict-origin-when-cross-origin always;
}
`

// staticLocations has nginx look for these paths in the current release, and then in
// the one that it took over from.
func staticLocations(p plan.Plan) shell.File {
	l := layout.Of(p.ServerName())
	var parts []string
	for _, url := range staticURLs(p) {
		parts = append(parts, fmt.Sprintf("location ^~ %s {\n\troot %s/static;\n\ttry_files $uri @earlier;\n}\n", url, l.Current()))
	}
	for _, k := range p.App.ServedData() {
		parts = append(parts, fmt.Sprintf(servedData, k.URL, l.Kept(k.Path), path.Dir(l.State())))
	}
	return shell.File{Path: l.StaticPaths(l.Release(p.Release)), Mode: "644", Content: "# Written by slipway.\n" + strings.Join(parts, "\n")}
}
