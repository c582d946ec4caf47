// Package documents checks what the documents of the repository tell people to
// type. Every command in a code block is checked in one of three ways:
//
//   - Slipway's commands that need no server are run for real, in a folder of their
//     own: --help, --version, --plan on this computer, list, init, harden
//     --explain. So is go build.
//   - All others are parsed by the real command line: an unknown command, flag,
//     value or argument fails. Each of their commands and flags must also stand in
//     a test below ui/e2e, which runs it against real machines: README's two
//     commands in ui/e2e/deploy and by CI itself, status, logs, env, run, audit,
//     doctor and ssh in ui/e2e/operations, rollback in ui/e2e/releases, adopt in
//     ui/e2e/deploy and ui/e2e/ssh.
//   - Those of go test, go run and go generate, and scripts, are held against the
//     files: the folder, the tests that -run names and the flags must be there.
//
// A command that takes an account or a server stands in a block with a mark before
// it; it is only parsed.
package documents

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// root is the repository's folder.
const root = "../../.."

// marks say what a block needs that a reader may not have.
var marks = []string{"<!-- needs an account -->", "<!-- needs a server -->"}

// block is a code block of a document.
type block struct {
	// file is the document's path in the repository, line the first line's number.
	file string
	line int
	// language is what the fence names: "sh", "toml", "go", "text".
	language string
	// marked is true if the block needs what a reader may not have.
	marked bool
	text   string
}

// document is a document and what is in it.
type document struct {
	// file is its path in the repository.
	file, text string
	blocks     []block
	// spans are the pieces of code within its sentences.
	spans []string
}

// documents reads every document of the repository.
func documents(t *testing.T) []document {
	t.Helper()
	var all []document
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && (name == ".git" || name == "testdata") {
			return fs.SkipDir
		}
		if d.IsDir() || filepath.Ext(name) != ".md" {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		file, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		all = append(all, read(filepath.ToSlash(file), string(text)))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"README.md", "steps/README.md", "providers/README.md", "ui/README.md", ".github/CONTRIBUTING.md"} {
		if !slices.ContainsFunc(all, func(d document) bool { return d.file == file && len(d.blocks) > 0 }) {
			t.Errorf("%s is not there or shows no command", file)
		}
	}
	return all
}

var (
	fence = regexp.MustCompile("^( *)```(.*)$")
	// span is code within a sentence; a fence is three of its marks and is cut out before.
	span = regexp.MustCompile("`([^`]+)`")
)

// read takes a document apart. A line that is indented by four and begins like a
// command is a block of its own.
func read(file, text string) document {
	d := document{file: file, text: text}
	var open *block
	var prose strings.Builder
	margin, before := "", ""
	for i, line := range strings.Split(text, "\n") {
		fenced := fence.FindStringSubmatch(line)
		switch {
		case fenced != nil && open == nil:
			open, margin = &block{file: file, line: i + 2, language: fenced[2], marked: slices.Contains(marks, strings.TrimSpace(before))}, fenced[1]
		case fenced != nil:
			d.blocks, open = append(d.blocks, *open), nil
		case open != nil:
			open.text += strings.TrimPrefix(line, margin) + "\n"
		case strings.HasPrefix(line, "    ") && isCommand(strings.TrimSpace(line)):
			d.blocks = append(d.blocks, block{file: file, line: i + 1, language: "sh", text: strings.TrimSpace(line) + "\n"})
		default:
			prose.WriteString(line + "\n")
		}
		if strings.TrimSpace(line) != "" {
			before = line
		}
	}
	for _, m := range span.FindAllStringSubmatch(prose.String(), -1) {
		d.spans = append(d.spans, strings.Join(strings.Fields(m[1]), " "))
	}
	return d
}

// isCommand tells whether a text begins as the commands do that are checked.
func isCommand(text string) bool {
	first, _, _ := strings.Cut(text, " ")
	return first == "slipway" || first == "go" || strings.HasPrefix(first, ".ci/")
}

// named are commands that sentences name and nobody is told to type.
var named = []string{"go test", "go vet", "go mod tidy"}

// TestRead has a document of every kind of block.
func TestRead(t *testing.T) {
	d := read("a.md", "Type `slipway\nlist`.\n\n<!-- needs an account -->\n```sh\nslipway a\n```\n\n1. b\n\n   ```go\n   package b\n   ```\n\n    go vet ./...\n    pip install x\n")
	want := []block{
		{"a.md", 6, "sh", true, "slipway a\n"},
		{"a.md", 12, "go", false, "package b\n"},
		{"a.md", 15, "sh", false, "go vet ./...\n"},
	}
	if !slices.Equal(d.blocks, want) || !slices.Equal(d.spans, []string{"slipway list"}) {
		t.Errorf("got %+v and %q", d.blocks, d.spans)
	}
}

// TestCommands checks every command of every document.
func TestCommands(t *testing.T) {
	c := newChecker(t)
	for _, d := range documents(t) {
		for _, b := range d.blocks {
			switch b.language {
			case "sh":
				if sourceFile(b.text) == "" {
					c.block(t, b)
				}
			case "toml", "go", "text":
			default:
				t.Errorf("%s:%d: a block is one of sh, toml, go and text, not %q", b.file, b.line, b.language)
			}
		}
		for _, text := range d.spans {
			if isCommand(text) && !slices.Contains(named, text) {
				c.span(t, d.file, text)
			}
		}
	}
	if c.ran < 5 {
		t.Errorf("only %d commands of the documents were run", c.ran)
	}
}

// TestMistakes has commands with a mistake in them: each is found.
func TestMistakes(t *testing.T) {
	c := newChecker(t)
	for _, line := range []string{
		"slipway stauts", "slipway status --jsno", "slipway status a b", "slipway logs -z", "slipway env sett A=1",
		"slipway --yes --provider digitalozean", "slipway --yes ./myapp --provider digitalocean",
		"go run . --yes --smaple hello", "go run ./providers/nothing --listen :1", "go run ./providers/digitalocean/fakecloud/cmd --listne :1",
		"go test ./ui/e2e/nothing", "go test ./steps -run NoSuchTest", "go test ./steps -sweeep", "go test ./state -fuzz FuzzNothing",
		"go generate ./state", "go build ./nothing", "go frobnicate", ".ci/nothing", "rm -rf /", "export SLIPWAY_NOTHING=1",
		"SLIPWAY_NOTHING=1 slipway list",
	} {
		if err := c.line(line, block{}); err == nil {
			t.Errorf("%s: nothing is found wrong with it", line)
		}
	}
}
