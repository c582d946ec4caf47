package documents

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

// checker checks the lines of documents.
type checker struct {
	// tested are the words of all texts in the tests below ui/e2e.
	tested map[string]bool
	// ran is how many commands were run for real.
	ran int
	// try runs one of slipway's commands for real; a test has it do nothing.
	try func(args []string) error
}

func newChecker(t *testing.T) *checker {
	t.Helper()
	c := &checker{tested: testedWords(t)}
	c.try = func(args []string) error { c.ran++; return try(t, args) }
	return c
}

// block checks each line of a block of commands.
func (c *checker) block(t *testing.T, b block) {
	t.Helper()
	for i, line := range strings.Split(strings.TrimSuffix(b.text, "\n"), "\n") {
		if err := c.line(line, b); err != nil {
			t.Errorf("%s:%d: %s: %v", b.file, b.line+i, line, err)
		}
	}
}

// span checks a command within a sentence. It may be about an account.
func (c *checker) span(t *testing.T, file, text string) {
	t.Helper()
	if err := c.line(text, block{marked: true}); err != nil {
		t.Errorf("%s: `%s`: %v", file, text, err)
	}
}

// line checks one line as a shell reads it.
func (c *checker) line(line string, b block) error {
	parsed, err := syntax.NewParser().Parse(strings.NewReader(line), "")
	if err != nil {
		return err
	}
	for _, s := range parsed.Stmts {
		if err := c.statement(s.Cmd, b); err != nil {
			return err
		}
	}
	return nil
}

func (c *checker) statement(command syntax.Command, b block) error {
	switch s := command.(type) {
	case *syntax.DeclClause:
		return knownVariables(s.Args)
	case *syntax.CallExpr:
		if err := knownVariables(s.Assigns); err != nil {
			return err
		}
		words, err := expand.Fields(&expand.Config{Env: expand.ListEnviron("HOME=/root")}, s.Args...)
		if err != nil {
			return err
		}
		simulated := slices.ContainsFunc(s.Assigns, func(a *syntax.Assign) bool {
			return a.Name.Value == "DIGITALOCEAN_API_URL" || a.Name.Value == "HEROKU_API_URL"
		})
		return c.call(words, b.marked, simulated)
	}
	return errors.New("a document shows plain commands only")
}

// call checks a command. A simulated one has a cloud of its own.
func (c *checker) call(words []string, marked, simulated bool) error {
	switch {
	case len(words) == 0:
		return nil
	case words[0] == "slipway":
		return c.slipway(words[1:], marked, simulated)
	case words[0] == "go" && len(words) > 1:
		return c.goCommand(words[1], words[2:], marked)
	case strings.HasPrefix(words[0], ".ci/"):
		return executable(words[0])
	}
	return fmt.Errorf("the command %s is not one that this test checks", words[0])
}

// executable tells whether a script of the repository can be run.
func executable(path string) error {
	info, err := os.Stat(filepath.Join(root, path))
	if err == nil && info.Mode()&0o111 == 0 {
		err = errors.New(path + " can't be run")
	}
	return err
}

// knownVariables refuses to set a variable that no code reads.
func knownVariables(set []*syntax.Assign) error {
	for _, a := range set {
		if name := a.Name.Value; !isVariable(name) {
			return fmt.Errorf("slipway reads no variable %s", name)
		}
	}
	return nil
}
