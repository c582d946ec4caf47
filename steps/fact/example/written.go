package example

import (
	"slices"
	"strings"
	"testing"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

// Written are the paths that a script names where it writes: behind ">" and ">>", and last
// behind the programs that make or replace a file or a folder. What is known only when the
// script runs is not among them.
func Written(t testing.TB, script string) []string {
	t.Helper()
	w := writes{values: map[string]string{}}
	syntax.Walk(parsed(t, script), w.read)
	slices.Sort(w.paths)
	return slices.Compact(w.paths)
}

// writes collects paths from a script, from its beginning to its end, with the values that its
// variables have there.
type writes struct {
	values map[string]string
	paths  []string
}

func (w *writes) read(node syntax.Node) bool {
	switch n := node.(type) {
	case *syntax.CallExpr:
		if len(n.Args) == 0 {
			for _, a := range n.Assigns {
				w.values[a.Name.Value] = w.text(a.Value)
			}
			break
		}
		if slices.Contains([]string{"cp", "install", "ln", "mkdir", "mv", "tee", "touch"}, w.text(n.Args[0])) {
			w.add(n.Args[len(n.Args)-1])
		}
	case *syntax.Redirect:
		if slices.Contains([]syntax.RedirOperator{syntax.RdrOut, syntax.AppOut, syntax.RdrClob}, n.Op) {
			w.add(n.Word)
		}
	}
	return true
}

func (w *writes) add(word *syntax.Word) {
	if path := w.text(word); strings.HasPrefix(path, "/") && path != "/dev/null" {
		w.paths = append(w.paths, path)
	}
}

// text is a word with the variables' values in it; empty if they are not known.
func (w *writes) text(word *syntax.Word) string {
	if word == nil {
		return ""
	}
	text, err := expand.Literal(&expand.Config{NoUnset: true, Env: expand.FuncEnviron(func(name string) string { return w.values[name] })}, word)
	if err != nil {
		return ""
	}
	return text
}
