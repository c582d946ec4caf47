package app

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// asGit are files of gitignore's syntax, and names of files that git is asked about.
var asGit = []string{
	"?.txt", "a?c", "[!a]*.py", "[^a]b", "[a-c]/x", "[]a]", "[[:digit:]]*", "[a", "a\\", "\\!x", "\\#x", "#x", "!a\na", "a\n!a", "a+b", "a(b)", "$x", "{a,b}", "a|b", "^a", "a.b",
	"*", "**", "**/a", "a/**", "a/**/b", "a**b", "a/**b", "/a", "a/", "/a/", "a/b", "/a/b/", "*/a", "*/", "/*\n!/a", "x \n", "x\\ \n", "  ", "é", "?", "??", "a/\n!a/b", "[a-]", "[!-a]", "[\\]]", "[a\\-z]",
}

// TestIgnoreAsGit has git judge real files by a .gitignore, and the same files by a
// .slipwayignore in a folder of which git knows nothing, with git and without it.
func TestIgnoreAsGit(t *testing.T) {
	names := []string{
		"a", "b.txt", "ab.txt", "abc", "ac", "a.py", "b.py", "bb", "ab", "]", "1x", "!x", "#x", "a+b", "aab", "a(b)", "$x", "x", "{a,b}", "a|b", "^a", "a.b", "axb", "x ", "é", "-", "a-z", "\\", "[a",
		"d/a", "d/b", "d/x/a/b", "d/a+b", "c/x", "c/a/x/b", "c/ab", "c/a/b", "c/axxb", "c/a b",
	}
	repo := newRepository(t)
	plain := repository{t, t.TempDir()}
	for _, name := range names {
		repo.write(name, "")
		plain.write(name, "")
	}
	path := os.Getenv("PATH")
	for _, text := range asGit {
		repo.write(".git/info/exclude", text+"\n")
		want := strings.FieldsFunc(repo.output("ls-files", "--others", "--exclude-standard", "-z"), func(r rune) bool { return r == 0 })
		slices.Sort(want)
		plain.write(IgnoreFile, text+"\n")
		for _, where := range []string{path, t.TempDir()} {
			t.Setenv("PATH", where)
			if got := plain.goesUp(); got != strings.Join(want, " ") {
				t.Errorf("%q, with git %v:\ngot  %s\nwant %s", text, where == path, got, strings.Join(want, " "))
			}
		}
		t.Setenv("PATH", path)
	}
}

// TestIgnorePatternsAsGit compares many patterns without a meaning.
func TestIgnorePatternsAsGit(t *testing.T) {
	newRepository(t)
	parts := []string{"a", "b", "*", "**", "?", "[ab]", "[!a]", "[a-c]", "/", "/", "**/", "/**", "!", "\\", " ", "+", "(", "$", "[", "]", "[]a]", "[[:alpha:]_]", "[[:x]", "-", "^", "é", "1", "[\\]]", "[a-", "\\*", "*/", "[:"}
	segments := []string{"a", "b", "ab", "ba", "1", "a b", "!a", "a+", "$", "]", "[", "é", "a-b", "**", "*", "\\", "^", "a1b", ":", "-"}
	random := rand.New(rand.NewPCG(1, 2))
	pick := func(from []string, most int, between string) string {
		var picked []string
		for range 1 + random.IntN(most) {
			picked = append(picked, from[random.IntN(len(from))])
		}
		return strings.Join(picked, between)
	}
	rounds := 400
	if testing.Short() {
		rounds = 100
	}
	for range rounds {
		var lines, names []string
		for range 1 + random.IntN(3) {
			lines = append(lines, pick(parts, 5, ""))
		}
		for range 60 {
			names = append(names, pick(segments, 3, "/")+[]string{"", "", "/"}[random.IntN(3)])
		}
		own := newIgnoreLines(lines)
		askAnew(t, own, names)
		for name, want := range own.asked {
			base, isDir := strings.CutSuffix(name, "/")
			if !isDir && slices.ContainsFunc(names, func(other string) bool { return strings.HasPrefix(other, name+"/") }) {
				continue // it is a folder too
			}
			if got := own.patterns.matches(base, isDir); got != want {
				t.Errorf("%q: %q: got %v, want %v", lines, name, got, want)
			}
		}
		if t.Failed() {
			return
		}
	}
}

// askAnew asks git about names of which it knows nothing yet.
func askAnew(t *testing.T, lines ignoreLines, names []string) {
	t.Helper()
	judge, err := newIgnoreJudge()
	if err != nil {
		t.Fatal(err)
	}
	defer judge.remove()
	if err := judge.ask(t.Context(), lines, names); err != nil {
		t.Fatal(err)
	}
}

// FuzzIgnore has patterns and names without a meaning. With SLIPWAY_FUZZ_GIT set it compares
// each answer with git's, which takes a few milliseconds.
func FuzzIgnore(f *testing.F) {
	for _, text := range asGit {
		f.Add(text, "a/b c/é.txt")
	}
	f.Fuzz(func(t *testing.T, text, name string) {
		lines := newIgnoreLines(strings.Split(text, "\n"))
		if strings.Contains(name, "\x00") || strings.Contains(text, "\x00") {
			return
		}
		for _, isDir := range []bool{true, false} {
			got := lines.patterns.matches(name, isDir)
			if os.Getenv("SLIPWAY_FUZZ_GIT") == "" || !filepath.IsLocal(name) || filepath.Clean(name) != name || name == "." || len(name) > 200 || !validText(text) {
				continue
			}
			askAnew(t, lines, []string{withSlash(name, isDir)})
			if want := lines.asked[withSlash(name, isDir)]; got != want {
				t.Errorf("%q: %q: got %v, want %v", text, name, got, want)
			}
		}
	})
}

// validText tells text that can stand in a .slipwayignore as it is.
func validText(text string) bool {
	read, err := Text([]byte(text))
	return err == nil && string(read) == text
}

// TestIgnoreWithoutTime has a pattern that takes others very long.
func TestIgnoreWithoutTime(t *testing.T) {
	hostile := strings.Repeat("*a", 5000) + "b"
	fsys := fstest.MapFS{IgnoreFile: {Data: []byte(hostile)}, "app.py": {}}
	for i := range 100 {
		fsys[fmt.Sprint(strings.Repeat("a", 200), i)] = &fstest.MapFile{}
	}
	t.Setenv("PATH", t.TempDir())
	if got := paths(collect(t, fsys)); !strings.Contains(got, "app.py") {
		t.Errorf("got %s", got)
	}
}

func TestIgnoreNamesWhatDoesNotComeBack(t *testing.T) {
	for lines, want := range map[string]string{
		"d/*\n!d/a":  "",
		"*.x\n!d/a":  "",
		"d/\n!e/a":   "",
		"d/\n!d/a":   "d/a: not uploaded, though a line of .slipwayignore with ! names it",
		"*\n!*.x":    "d/b.x and 1 more: not uploaded",
		"d/\n!*.x\n": "d/b.x: not uploaded",
	} {
		b := collect(t, files("app.x", "", "d/a", "", "d/b.x", "", "e/a.x", "", IgnoreFile, lines))
		if got := strings.Join(b.Warnings, ""); !strings.HasPrefix(got, want) || want == "" && got != "" {
			t.Errorf("%q: got %q, want %s", lines, got, want)
		}
	}
}
