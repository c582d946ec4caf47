package app

import (
	"maps"
	"strings"
	"testing"
	"testing/fstest"
)

func TestDetectFrontEnds(t *testing.T) {
	const (
		script   = `{"scripts": {"build": "%s"}}`
		packaged = `{"scripts": {"build": "%s"}, "devDependencies": {"vite": "5"}}`
		install  = `env -i HOME=/tmp PATH="$PATH" npm `
		options  = " --include=dev --no-audit --no-fund && npm run build && rm -rf node_modules)"
	)
	with := func(form, build string) string { return strings.Replace(form, "%s", build, 1) }
	for name, test := range map[string]struct {
		extra         fstest.MapFS
		build, folder string
		warned        string
	}{
		"packages":              {files("client/package.json", with(packaged, "vite build")), "(cd client && " + install + "install" + options, "client", ""},
		"a lock file":           {files("client/package.json", with(packaged, "react-scripts build"), "client/package-lock.json", "{}"), "(cd client && " + install + "ci" + options, "client", ""},
		"no packages":           {files("client/package.json", with(script, "mkdir -p dist && echo front > dist/index.html")), "(cd client && npm run build)", "client", ""},
		"the script says where": {files("theme/static_src/package.json", with(script, "tailwindcss -i a.css -o ../static/css/styles.css")), "(cd theme/static_src && npm run build)", "theme/static_src theme/static/css", ""},
		"another script says":   {files("ui/package.json", `{"scripts": {"build": "npm run clean && npm run build:css", "clean": "rm x", "build:css": "postcss -o ../static/a.css"}}`), "(cd ui && npm run build)", "ui static", ""},
		"vite says where":       {files("ui/package.json", with(script, "vite build"), "ui/vite.config.ts", "export default {build: {outDir: '../static/ui'}}"), "(cd ui && npm run build)", "ui static/ui", ""},
		"webpack says where":    {files("ui/package.json", with(script, "webpack --mode production"), "ui/webpack.config.js", "module.exports = {output: {path: path.join(__dirname, '..', \"static\", 'ui')}}"), "(cd ui && npm run build)", "ui static/ui", ""},
		"by run-script-os":      {files("ui/package.json", `{"scripts": {"build": "run-script-os", "build:win32": "SET A=1 && webpack", "build:default": "A=1 webpack --color"}}`), "(cd ui && npm run build)", "ui", ""},
		"its output is there":   {files("client/package.json", with(script, "vite build"), "client/dist/index.html", ""), "", "", ""},
		"nothing serves it":     {files("ui/package.json", with(script, "next build")), "", "", "ui/package.json has a build script that is not run, because no Python file names .next; ui/.next is not among the files"},
		"no build":              {files("package.json", `{"scripts": {"test": "x"}}`), "", "", ""},
		"an example's":          {files("examples/package.json", with(script, "vite build")), "", "", ""},
		"in the root":           {files("package.json", with(script, "vite build")), "", "", "package.json has a build script that is not run, because it could write to all of the app; dist is not among the files: before you deploy, type npm install && npm run build, and if git ignores it, add the line !dist to .slipwayignore"},
		"files in the root's":   {files("package.json", with(script, "postcss -o shop/static/a.css && postcss -o shop/static/b.css")), "", "", "package.json has a build script that is not run, because it could write to all of the app; shop/static/a.css is not among the files: before you deploy, type npm install && npm run build, and if git ignores it, add the line !shop/static/* to .slipwayignore"},
		"its output is unknown": {files("ui/package.json", with(script, "node make.js")), "", "", "ui/package.json has a build script that is not run, because it is not known what it makes: if the app needs that, type cd ui && npm install && npm run build before you deploy"},
		"a newer Node.js":       {files("ui/package.json", `{"scripts": {"build": "vite build"}, "engines": {"node": ">=22.1"}}`), "", "", "ui/package.json has a build script that is not run, because it asks for Node.js >=22.1, and Debian has 20; ui/dist is not"},
		"pnpm":                  {files("ui/package.json", with(packaged, "vite build"), "ui/pnpm-lock.yaml", ""), "", "", "ui/package.json has a build script that is not run, because it is for pnpm"},
	} {
		fsys := files("app.py", flaskApp+"# dist build\n", "requirements.txt", "")
		maps.Copy(fsys, test.extra)
		got, err := Detect(fsys, Settings{})
		warned := strings.Join(got.Warnings, "\n")
		if err != nil || got.Build != test.build || strings.Join(got.BuildFolders, " ") != test.folder || got.NeedsNode() != (test.build != "") ||
			!strings.HasPrefix(warned, test.warned) || test.warned == "" && warned != "" {
			t.Errorf("%s: got %q in %q, warned %q, %v", name, got.Build, got.BuildFolders, warned, err)
		}
		if got, err := Detect(fsys, Settings{Build: "make"}); err != nil || got.Build != "make" || got.Warnings != nil {
			t.Errorf("%s: slipway.toml says how to build, and got %q, %q, %v", name, got.Build, got.Warnings, err)
		}
	}
}
