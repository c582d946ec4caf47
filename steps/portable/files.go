package portable

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"

	"slipway/steps/app"
	"slipway/steps/plan"
)

//go:embed files.py
var filesText string

// filesModule is the module that serves files, and then the app.
const filesModule = "slipway_files"

// serveFiles has the app's own process serve the files that nginx serves on a server, and
// returns the target that gunicorn loads.
func (r *Release) serveFiles(p plan.Plan) (target string) {
	found := p.App
	folders, kept := maps.Clone(found.Static), map[string]string{}
	for _, k := range found.ServedData() {
		kept[k.URL] = k.Path
	}
	if _, itself := found.Named["whitenoise"]; itself && found.Framework == app.Django {
		folders = nil // it serves them by itself
	}
	switch {
	case len(folders)+len(kept) == 0:
		return found.Target
	case p.OwnServer():
		urls := slices.Sorted(maps.Keys(folders))
		r.Details = append(r.Details, fmt.Sprintf("%s must be served by the app itself: there is no nginx", strings.Join(slices.Concat(urls, slices.Sorted(maps.Keys(kept))), ", ")))
		return found.Target
	}
	if _, named := found.Named["whitenoise"]; !named {
		r.Packages = append(r.Packages, "whitenoise>=6")
	}
	r.Details = append(r.Details, "whitenoise serves the files that nginx serves on a server")
	text := fmt.Sprintf("# Written by slipway.\nAPP = %s\nASGI = %s\nFOLDERS = {%s}\nKEPT = {%s}\n\n", app.PythonString(found.Target), pythonBool(found.Server == app.ASGI), table(folders), table(kept))
	r.Files = append(r.Files, File{Folder + "/" + filesModule + ".py", text + filesText})
	return filesModule + ":application"
}

// table is the inside of a Python dictionary.
func table(of map[string]string) string {
	var pairs []string
	for _, key := range slices.Sorted(maps.Keys(of)) {
		pairs = append(pairs, app.PythonString(key)+": "+app.PythonString(of[key]))
	}
	return strings.Join(pairs, ", ")
}

func pythonBool(b bool) string {
	if b {
		return "True"
	}
	return "False"
}
