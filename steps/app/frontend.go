package app

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// frontEnd is a package.json with a script that builds files for browsers.
type frontEnd struct {
	// manifest is the package.json, script its build script.
	manifest, script string
	// output is the file or folder that the script makes, as far as it is known; relative
	// to the root.
	output string
	// locked is set if there is a lock file, of which npm ci installs; packages if there
	// is anything to install.
	locked, packages bool
	// node is the version of Node.js that it asks for; "" for any.
	node string
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

// webpackOutput is the path of webpack's output, from the folder of its configuration.
var webpackOutput = regexp.MustCompile(`path\s*:\s*(?:path\.)?(?:join|resolve)\(\s*__dirname\s*,\s*((?:["'][\w./-]+["']\s*,?\s*)+)\)`)

// maxManifestDepth is how deep in folders a front end may be.
const maxManifestDepth = 2

// expanded is a script with the scripts that it runs.
func expanded(scripts map[string]string, name string, depth int) string {
	text := scripts[name]
	words := strings.Fields(text)
	if len(words) == 1 && words[0] == "run-script-os" && depth > 0 {
		for _, system := range []string{"linux", "nix", "default"} { // as it chooses on a server
			if scripts[name+":"+system] != "" {
				return expanded(scripts, name+":"+system, depth-1)
			}
		}
	}
	for i, word := range words {
		if i > 0 && depth > 0 && scripts[word] != "" && word != name && (words[i-1] == "run" || words[i-1] == "yarn" || strings.HasPrefix(words[0], "run-") || words[0] == "npm-run-all") {
			text += " && " + expanded(scripts, word, depth-1)
		}
	}
	return text
}

// frontEnds are the front ends among the files that are uploaded.
func (d *detection) frontEnds() []frontEnd {
	var all []frontEnd
	for _, manifest := range d.src.manifests {
		if neverServed(manifest) || strings.Count(manifest, "/") > maxManifestDepth {
			continue
		}
		text, err := readText(d.fsys, manifest)
		if err != nil {
			d.found.warn(fmt.Sprintf("%s can't be read: %v", manifest, err))
			continue
		}
		var content struct {
			Scripts         map[string]string `json:"scripts"`
			Dependencies    map[string]any    `json:"dependencies"`
			DevDependencies map[string]any    `json:"devDependencies"`
			Engines         map[string]string `json:"engines"`
		}
		if json.Unmarshal(text, &content) != nil || content.Scripts["build"] == "" {
			continue
		}
		f := frontEnd{manifest: manifest, script: expanded(content.Scripts, "build", 3), locked: d.exists(sibling(manifest, "package-lock.json")),
			packages: len(content.Dependencies)+len(content.DevDependencies) > 0, node: content.Engines["node"]}
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
	if output := d.webpackOutput(f); output != "" {
		return output
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

// webpackOutput is the folder that webpack's configuration names; "" if there is none, or
// the script does not run webpack.
func (d *detection) webpackOutput(f frontEnd) string {
	if !slices.Contains(strings.Fields(f.script), "webpack") {
		return ""
	}
	for _, config := range []string{"webpack.config.js", "webpack.config.cjs", "webpack.config.mjs", "webpack.config.ts", "webpack.prod.js"} {
		text, err := readText(d.fsys, sibling(f.manifest, config))
		found := webpackOutput.FindSubmatch(text)
		if err != nil || found == nil {
			continue
		}
		parts := strings.FieldsFunc(string(found[1]), func(r rune) bool { return strings.ContainsRune("'\" ,\t\r\n", r) })
		return sibling(f.manifest, path.Join(parts...))
	}
	return ""
}

// outputs is what the script makes, as a file of patterns has it: beside a file that is
// known there may be others.
func (f frontEnd) outputs() string {
	if path.Ext(f.output) != "" && path.Dir(f.output) != "." {
		return path.Dir(f.output) + "/*"
	}
	return f.output
}

// isMade tells whether what a front end builds is among the files.
func (d *detection) isMade(f frontEnd) bool {
	if f.output == "" {
		return false
	}
	_, err := fs.Stat(d.fsys, f.output)
	return err == nil || !fs.ValidPath(f.output)
}

// debianNode is the major version of Node.js that a server of today has: Debian 13's.
const debianNode = 20

var nodeVersion = regexp.MustCompile(`^\s*(?:>=|\^|~|=|v)*\s*(\d+)`)

// hindrance says why a front end can't be built on the server; "" if it can.
func (d *detection) hindrance(f frontEnd) string {
	asked := nodeVersion.FindStringSubmatch(f.node)
	switch {
	case f.output == "":
		return "it is not known what it makes"
	case d.exists(sibling(f.manifest, "pnpm-lock.yaml")) && !f.locked:
		return "it is for pnpm, which Debian does not have"
	case d.exists(sibling(f.manifest, "bun.lockb")) && !f.locked || d.exists(sibling(f.manifest, "bun.lock")) && !f.locked:
		return "it is for Bun, which Debian does not have"
	case asked != nil && len(asked[1]) < 4 && atoi(asked[1]) > debianNode:
		return fmt.Sprintf("it asks for Node.js %s, and Debian has %d", f.node, debianNode)
	case !d.isServed(f.output):
		return "no Python file names " + path.Base(f.output)
	}
	return ""
}

// isServed tells whether the app seems to serve what a front end makes: it lies among the
// static files, or the source names it. Another host may have the front end otherwise.
func (d *detection) isServed(output string) bool {
	if strings.Contains("/"+output, "/static/") {
		return true
	}
	for _, p := range d.src.paths {
		if !neverServed(p) && d.src.modules[p].mentions(path.Base(output)) {
			return true
		}
	}
	return false
}

func atoi(digits string) int {
	n, _ := strconv.Atoi(digits) // a match of digits
	return n
}

// command is a line for sh that builds the front end in its folder. What packages run
// when they are installed is a stranger's: it does not see the app's variables.
func (f frontEnd) command() string {
	line := "npm run build"
	if f.packages {
		install := "npm install"
		if f.locked {
			install = "npm ci"
		}
		line = `env -i HOME=/tmp PATH="$PATH" ` + install + " --include=dev --no-audit --no-fund && npm run build && rm -rf node_modules"
	}
	if dir := path.Dir(f.manifest); dir != "." {
		return "(cd " + shellWord(dir) + " && " + line + ")"
	}
	return line
}

// folders are the folders that the build may write to.
func (f frontEnd) folders() []string {
	folders := []string{path.Dir(f.manifest)}
	output := f.output
	if path.Ext(output) != "" {
		output = path.Dir(output)
	}
	if output != folders[0] && !strings.HasPrefix(output, folders[0]+"/") {
		folders = append(folders, output)
	}
	return folders
}

// buildFrontEnds has the front ends built in the new release whose build is not among
// the files. A build command of slipway.toml stands for all of them.
func (d *detection) buildFrontEnds() {
	if d.settings.Build != "" {
		return
	}
	for _, f := range d.frontEnds() {
		if d.isMade(f) || d.hindrance(f) != "" || path.Dir(f.manifest) == "." {
			continue // In the root, the build could write to all of the app.
		}
		before := f.command()
		if d.found.Build != "" {
			before += " && " + d.found.Build
		}
		d.found.Build = before
		d.found.BuildFolders = append(f.folders(), d.found.BuildFolders...)
		d.found.because("front end", f.command(), f.manifest)
	}
}

// NeedsNode tells whether the build command runs Node.js, which the server needs then.
func (f Found) NeedsNode() bool {
	return slices.ContainsFunc(strings.FieldsFunc(f.Build, func(r rune) bool { return strings.ContainsRune(" ;&|()", r) }), func(word string) bool {
		return word == "npm" || word == "npx" || word == "node"
	})
}

// warnOfFrontEnds warns of front ends that are neither built nor among the files: visitors
// would not get them.
func (d *detection) warnOfFrontEnds() {
	for _, f := range d.frontEnds() {
		if d.isMade(f) || d.settings.Build != "" || strings.Contains(d.found.Build, f.command()) {
			continue
		}
		why, in := d.hindrance(f), ""
		if why == "" {
			why = "it could write to all of the app"
		}
		if dir := path.Dir(f.manifest); dir != "." {
			in = "cd " + shellWord(dir) + " && "
		}
		what := fmt.Sprintf("%s has a build script that is not run, because %s", f.manifest, why)
		if f.output == "" {
			d.found.warn(fmt.Sprintf("%s: if the app needs that, type %snpm install && npm run build before you deploy", what, in))
			continue
		}
		d.found.warn(fmt.Sprintf("%s; %s is not among the files: before you deploy, type %snpm install && npm run build, and if git ignores it, add the line !%s to %s",
			what, f.output, in, f.outputs(), IgnoreFile))
	}
}
