package app

import (
	"strings"
	"testing"
	"testing/fstest"
)

func TestDetectWarnsOfFrontEnds(t *testing.T) {
	const script = `{"scripts": {"build": "%s"}}`
	for name, test := range map[string]struct {
		extra fstest.MapFS
		want  string
	}{
		"its output is missing": {files("client/package.json", strings.Replace(script, "%s", "vite build", 1)), "client/package.json has a build script, which slipway does not run, and client/dist is not among the files: before you deploy, type cd client && npm install && npm run build, and if git ignores it, add the line !client/dist to .slipwayignore"},
		"it has a lock file":    {files("package.json", strings.Replace(script, "%s", "react-scripts build", 1), "package-lock.json", "{}"), "package.json has a build script, which slipway does not run, and build is not among the files: before you deploy, type npm ci && npm run build"},
		"the script says where": {files("theme/static_src/package.json", strings.Replace(script, "%s", "tailwindcss -i a.css -o ../static/css/styles.css", 1)), "theme/static_src/package.json has a build script, which slipway does not run, and theme/static/css/styles.css is not"},
		"vite says where":       {files("ui/package.json", strings.Replace(script, "%s", "vite build", 1), "ui/vite.config.ts", "export default {build: {outDir: '../static/ui'}}"), "ui/package.json has a build script, which slipway does not run, and static/ui is not"},
		"the script itself":     {files("client/package.json", strings.Replace(script, "%s", "mkdir -p dist && echo front > dist/index.html", 1)), "client/package.json has a build script, which slipway does not run, and client/dist is not"},
		"its output is there":   {files("client/package.json", strings.Replace(script, "%s", "vite build", 1), "client/dist/index.html", ""), ""},
		"no build":              {files("package.json", `{"scripts": {"test": "x"}}`), ""},
		"its output is unknown": {files("package.json", strings.Replace(script, "%s", "node make.js", 1)), ""},
		"an example's":          {files("examples/package.json", strings.Replace(script, "%s", "vite build", 1)), ""},
	} {
		fsys := files("app.py", flaskApp, "requirements.txt", "")
		for name, file := range test.extra {
			fsys[name] = file
		}
		got, err := Detect(fsys, Settings{})
		warned := strings.Join(got.Warnings, "\n")
		if err != nil || !strings.HasPrefix(warned, test.want) || test.want == "" && warned != "" {
			t.Errorf("%s: got %q, %v", name, warned, err)
		}
	}
}
