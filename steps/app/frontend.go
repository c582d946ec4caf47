package app

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"
)

// frontEnd is a package.json with a script that builds files for browsers.
type frontEnd struct {
	// manifest is the package.json, script its build script.
	manifest, script string
	// output is the file or folder that the script makes, as far as it is known; relative
	// to the root.
	output string
	// locked is set if there is a lock file, of which npm ci installs.
	locked bool
}

// buildTools are the programs that build, and the folders that they make by default.
var buildTools = []struct{ word, output string }{
	{"react-scripts", "build"}, {"vue-cli-service", "dist"}, {"vite", "dist"}, {"next", ".next"}, {"ng", "dist"}, {"parcel", "dist"},
	{"webpack", "dist"}, {"rollup", "dist"}, {"esbuild", "dist"}, {"tsc", "dist"}, {"gulp", "dist"}, {"nuxt", ".output"}, {"astro", "dist"}, {"svelte-kit", "build"},
}

// outputOptions are the options whose value is what a tool makes.
var outputOptions = regexp.MustCompile(`(?:--output|--outdir|--outDir|--out-dir|--outfile|--dist-dir|-o|-d)[= ]+([\w./@-]+)`)

// pathInScript is a path below a usual folder: "dist/index.html".
var pathInScript = regexp.MustCompile(`(?:^|[\s>"'])\.?/?(dist|build|public|static|out)/`)

var viteOutput = regexp.MustCompile(`outDir\s*:\s*["'` + "`" + `]([\w./-]+)["'` + "`" + `]`)

// frontEnds are the front ends among the files that are uploaded.
func (d *detection) frontEnds() []frontEnd {
	var all []frontEnd
	for _, manifest := range d.src.manifests {
		if neverServed(manifest) {
			continue
		}
		text, err := readText(d.fsys, manifest)
		if err != nil {
			d.found.warn(fmt.Sprintf("%s can't be read: %v", manifest, err))
			continue
		}
		var content struct {
			Scripts map[string]string `json:"scripts"`
		}
		if json.Unmarshal(text, &content) != nil || content.Scripts["build"] == "" {
			continue
		}
		f := frontEnd{manifest: manifest, script: content.Scripts["build"], locked: d.exists(sibling(manifest, "package-lock.json"))}
		f.output = d.outputOf(f)
		all = append(all, f)
	}
	return all
}

// outputOf finds what a build script makes; "" if that is not known.
func (d *detection) outputOf(f frontEnd) string {
	for _, config := range []string{"vite.config.js", "vite.config.ts", "vite.config.mjs", "vite.config.mts"} {
		text, err := readText(d.fsys, sibling(f.manifest, config))
		if found := viteOutput.FindSubmatch(text); err == nil && found != nil {
			return sibling(f.manifest, string(found[1]))
		}
	}
	for _, form := range []*regexp.Regexp{outputOptions, pathInScript} {
		if found := form.FindStringSubmatch(f.script); found != nil {
			return sibling(f.manifest, found[1])
		}
	}
	for _, tool := range buildTools {
		for word := range strings.FieldsSeq(f.script) {
			if word == tool.word {
				return sibling(f.manifest, tool.output)
			}
		}
	}
	return ""
}

// warnOfFrontEnds warns of front ends whose build is not among the files: Slipway runs no
// package.json, so visitors would not get it.
func (d *detection) warnOfFrontEnds() {
	for _, f := range d.frontEnds() {
		if d.found.Build != "" && strings.Contains(d.found.Build, "npm") || f.output == "" {
			continue
		}
		if _, err := fs.Stat(d.fsys, f.output); err == nil || !fs.ValidPath(f.output) {
			continue
		}
		install := "npm install"
		if f.locked {
			install = "npm ci"
		}
		in := ""
		if dir := path.Dir(f.manifest); dir != "." {
			in = "cd " + shellWord(dir) + " && "
		}
		d.found.warn(fmt.Sprintf("%s has a build script, which slipway does not run, and %s is not among the files: before you deploy, type %s%s && npm run build, and if git ignores it, add the line !%s to %s",
			f.manifest, f.output, in, install, f.output, IgnoreFile))
	}
}
