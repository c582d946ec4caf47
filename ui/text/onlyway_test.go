package text

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// past are the ways to a terminal that clean nothing.
var past = map[string]bool{"fmt.Fprint": true, "fmt.Fprintf": true, "fmt.Fprintln": true, "fmt.Print": true, "fmt.Printf": true, "fmt.Println": true,
	"json.NewEncoder": true, "json.Marshal": true, "io.WriteString": true, "os.Stdout": true, "os.Stderr": true}

// may are the files that may use one of them: the streams themselves, and text that is
// made in memory for a screen.
var may = map[string]string{"commands/commands.go": "os.Std", "commands/terminal.go": "os.Std", "commands/terminal_windows.go": "os.Std", "wizard/frame.go": "fmt.Fprintf", "wizard/removal.go": "fmt.Fprintf"}

// TestOnlyWay finds whoever prints past this package.
func TestOnlyWay(t *testing.T) {
	read := 0
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		name := filepath.ToSlash(strings.TrimPrefix(path, "../"))
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") ||
			strings.HasPrefix(name, "e2e/") || strings.HasPrefix(name, "text/") || strings.HasPrefix(name, "golden/") || strings.HasPrefix(name, "tty/") {
			return err
		}
		read++
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			called, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			room, _ := called.X.(*ast.Ident)
			if room == nil || !past[room.Name+"."+called.Sel.Name] {
				return true
			}
			if what := room.Name + "." + called.Sel.Name; may[name] == "" || !strings.HasPrefix(what, may[name]) {
				t.Errorf("ui/%s uses %s: print with package text", name, what)
			}
			return true
		})
		return nil
	})
	if err != nil || read < 40 {
		t.Errorf("%d files were read: %v", read, err)
	}
}
