package documents

import (
	"encoding/json"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"slipway/steps/app"
	"slipway/steps/plan"
)

// TestSettingsFiles reads every example of a slipway.toml as slipway does.
func TestSettingsFiles(t *testing.T) {
	for _, d := range documents(t) {
		for _, b := range d.blocks {
			if b.language != "toml" {
				continue
			}
			if _, err := app.ReadSettings(fstest.MapFS{app.SettingsFile: {Data: []byte(b.text)}}); err != nil {
				t.Errorf("%s:%d: %v", b.file, b.line, err)
			}
		}
	}
}

// sourcePath is how an example names the file that it is: in one of its first lines.
var sourcePath = regexp.MustCompile(`^(?://|#) (\S+\.(?:go|sh))\b`)

// sourceFile is the path of the file that a block is; empty if it is none.
func sourceFile(text string) string {
	for _, line := range strings.SplitN(text, "\n", 3)[:2] {
		if m := sourcePath.FindStringSubmatch(line); m != nil {
			return m[1]
		}
	}
	return ""
}

// TestExamplesCompile compiles the examples as if they were files of the repository.
func TestExamplesCompile(t *testing.T) {
	place, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range documents(t) {
		folders, overlay := map[string]bool{}, map[string]string{}
		for _, b := range d.blocks {
			file := ""
			if strings.Count(b.text, "\n") > 1 {
				file = sourceFile(b.text)
			}
			if b.language == "go" && file == "" {
				t.Errorf("%s:%d: the example does not say which file it is", b.file, b.line)
			}
			if file == "" {
				continue
			}
			copied := filepath.Join(t.TempDir(), path.Base(file))
			if err := os.WriteFile(copied, []byte(b.text), 0o600); err != nil {
				t.Fatal(err)
			}
			folders["./"+path.Dir(file)], overlay[filepath.Join(place, file)] = true, copied
		}
		for folder := range folders {
			compile(t, d.file, folder, overlay)
		}
	}
}

func compile(t *testing.T, file, folder string, overlay map[string]string) {
	t.Helper()
	list, err := json.Marshal(map[string]any{"Replace": overlay})
	if err != nil {
		t.Fatal(err)
	}
	at := filepath.Join(t.TempDir(), "overlay.json")
	if err := os.WriteFile(at, list, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", "build", "-overlay", at, folder)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%s: its example in %s: %v\n%s", file, folder, err, out)
	}
}

var (
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ (.+)$`)
	notSlug = regexp.MustCompile(`[^a-z0-9 _-]`)
)

// TestLinks follows every link and picture to a file of the repository, and to a
// heading in it.
func TestLinks(t *testing.T) {
	all := documents(t)
	for _, d := range all {
		for _, m := range link.FindAllStringSubmatch(d.text, -1) {
			to, anchor, _ := strings.Cut(m[1], "#")
			if strings.Contains(to, "://") {
				continue
			}
			target := d.file
			if to != "" {
				target = path.Join(path.Dir(d.file), to)
			}
			if _, err := os.Stat(filepath.Join(root, target)); err != nil {
				t.Errorf("%s: the link to %s leads nowhere", d.file, m[1])
				continue
			}
			if anchor != "" && !slices.ContainsFunc(all, func(o document) bool { return o.file == target && slices.Contains(slugs(o.text), anchor) }) {
				t.Errorf("%s: %s has no heading for %s", d.file, target, m[1])
			}
		}
	}
}

// slugs are what a document's headings are linked by.
func slugs(text string) []string {
	var all []string
	for _, m := range heading.FindAllStringSubmatch(text, -1) {
		all = append(all, strings.ReplaceAll(notSlug.ReplaceAllString(strings.ToLower(m[1]), ""), " ", "-"))
	}
	return all
}

// TestPaths finds every folder and file of the repository that a sentence names.
func TestPaths(t *testing.T) {
	inside := regexp.MustCompile(`^(ui|steps|providers|state|\.ci|\.github)/[\w./-]+$`)
	for _, d := range documents(t) {
		for _, s := range d.spans {
			if !inside.MatchString(s) || placeholder.MatchString(s) {
				continue
			}
			if _, err := os.Stat(filepath.Join(root, s)); err != nil {
				t.Errorf("%s names %s, which is not there", d.file, s)
			}
		}
	}
}

var variable = regexp.MustCompile(`\b(?:SLIPWAY|DIGITALOCEAN)_[A-Z_]+\b`)

// otherVariables are those that are not slipway's own and yet decide how it behaves.
var otherVariables = []string{"NO_COLOR", "CI", "TERM"}

// TestVariables finds every variable of the environment that a document names in
// the code.
func TestVariables(t *testing.T) {
	for _, d := range documents(t) {
		for _, name := range variable.FindAllString(d.text, -1) {
			if !isVariable(name) {
				t.Errorf("%s names the variable %s, which nothing reads", d.file, name)
			}
		}
	}
}

// isVariable tells whether the code names a variable of the environment.
func isVariable(name string) bool {
	if slices.Contains(otherVariables, name) ||
		slices.ContainsFunc(plan.Settings, func(s plan.Setting) bool { return s.Environment() == name }) {
		return true
	}
	return exec.Command("grep", "-rqF", "--include=*.go", "--exclude-dir=documents", `"`+name+`"`, root).Run() == nil
}
