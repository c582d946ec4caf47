package example

import (
	"strings"
	"testing"

	"mvdan.cc/sh/v3/syntax"
)

// Files are the files that a script writes by shell.File.Put, by their paths.
func Files(t testing.TB, script string) map[string]string {
	t.Helper()
	files := map[string]string{}
	syntax.Walk(parsed(t, script), func(node syntax.Node) bool {
		if group, ok := node.(*syntax.Subshell); ok {
			values := assigned(group.Stmts)
			if path, content := values["path"], values["content"]; path != "" && content != "" {
				files[path] = content
			}
		}
		return true
	})
	return files
}

// parsed is a script as a shell reads it.
func parsed(t testing.TB, script string) *syntax.File {
	t.Helper()
	file, err := syntax.NewParser(syntax.Variant(syntax.LangPOSIX)).Parse(strings.NewReader(script), "")
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// assigned are the variables that statements set to plain words.
func assigned(statements []*syntax.Stmt) map[string]string {
	values := map[string]string{}
	for _, s := range statements {
		call, ok := s.Cmd.(*syntax.CallExpr)
		if !ok || len(call.Args) > 0 {
			continue
		}
		for _, a := range call.Assigns {
			if a.Value != nil {
				values[a.Name.Value] = plain(a.Value)
			}
		}
	}
	return values
}

// plain is a word without its quotes.
func plain(word *syntax.Word) string {
	var b strings.Builder
	for _, part := range word.Parts {
		switch p := part.(type) {
		case *syntax.Lit:
			b.WriteString(p.Value)
		case *syntax.SglQuoted:
			b.WriteString(p.Value)
		case *syntax.DblQuoted:
			for _, inner := range p.Parts {
				if lit, ok := inner.(*syntax.Lit); ok {
					b.WriteString(lit.Value)
				}
			}
		}
	}
	return b.String()
}
