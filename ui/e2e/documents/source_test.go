package documents

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
)

// sources calls each for every line of the repository's own files.
func sources(t *testing.T, each func(file string, number int, line, before string)) {
	t.Helper()
	err := fs.WalkDir(os.DirFS(root), ".", func(file string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == ".git" || entry.Name() == "testdata"):
			return fs.SkipDir
		case !entry.Type().IsRegular() || !strings.HasSuffix(file, ".go") && !strings.HasSuffix(file, ".sh") && path.Dir(file) != ".ci":
			return nil
		}
		text, err := fs.ReadFile(os.DirFS(root), file)
		before := ""
		for i, line := range strings.Split(string(text), "\n") {
			each(file, i+1, line, before)
			before = line
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

var (
	disabled = regexp.MustCompile(`^\s*# shellcheck disable=[A-Z0-9,-]+(.*)$`)
	reason   = regexp.MustCompile(`^\s*# [^\s#]+(\s+\S+)+`)
)

// TestShellcheckReasons wants a reason behind, or in the line before, each directive by
// which shellcheck is silent.
func TestShellcheckReasons(t *testing.T) {
	found := 0
	sources(t, func(file string, number int, line, before string) {
		m := disabled.FindStringSubmatch(line)
		if m == nil {
			return
		}
		found++
		if !reason.MatchString(m[1]) && (!reason.MatchString(before) || strings.Contains(before, "shellcheck")) {
			t.Errorf("%s:%d: %s has no reason: write it behind, after a #", file, number, strings.TrimSpace(line))
		}
	})
	if found == 0 {
		t.Error("no directive was found: the pattern is wrong")
	}
}

var fuzzTarget = regexp.MustCompile(`^func (Fuzz\w+)\(`)

// TestFuzzTargetsAreListed wants each fuzz target in CONTRIBUTING.md, in the line of its
// folder.
func TestFuzzTargetsAreListed(t *testing.T) {
	text, err := os.ReadFile(root + "/.github/CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	sources(t, func(file string, _ int, line, _ string) {
		m := fuzzTarget.FindStringSubmatch(line)
		if m == nil {
			return
		}
		found++
		row := regexp.MustCompile(fmt.Sprintf("(?m)^\\| `%s` \\|.*`%s`", regexp.QuoteMeta(path.Dir(file)), m[1]))
		if !row.Match(text) {
			t.Errorf("%s has %s, which CONTRIBUTING.md does not list in the line of %s", file, m[1], path.Dir(file))
		}
	})
	if found == 0 {
		t.Error("no target was found: the pattern is wrong")
	}
}

var (
	declaredTest = regexp.MustCompile(`^func ((?:Test|Fuzz)\w+)\(`)
	namedTest    = regexp.MustCompile("`((?:Test|Fuzz)\\w+)`")
)

// TestNamedTestsExist wants each test that a document names, such as those of the
// boundaries in SECURITY.md.
func TestNamedTestsExist(t *testing.T) {
	declared := map[string]bool{}
	sources(t, func(_ string, _ int, line, _ string) {
		if m := declaredTest.FindStringSubmatch(line); m != nil {
			declared[m[1]] = true
		}
	})
	named := 0
	for _, d := range documents(t) {
		for _, m := range namedTest.FindAllStringSubmatch(d.text, -1) {
			named++
			if !declared[m[1]] {
				t.Errorf("%s names %s, which is no test", d.file, m[1])
			}
		}
	}
	if named == 0 {
		t.Error("no test is named: the pattern is wrong")
	}
}
