package app

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
)

// asPython prints what Python's own parser sees: the imports and the names
// that are assigned, in the same form as ours.
const asPython = `
import ast, json, sys
for path in sys.stdin.read().splitlines():
    seen = []
    try:
        tree = ast.parse(open(path, 'rb').read())
    except (SyntaxError, ValueError):
        continue
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            seen += [f'{node.lineno} 0 {a.name} ' for a in node.names]
        if isinstance(node, ast.ImportFrom):
            seen += [f'{node.lineno} {node.level} {node.module or ""} {a.name}' for a in node.names]
    defs = [n.name for n in tree.body if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))]
    print(json.dumps({'path': path, 'imports': sorted(seen), 'defs': sorted(set(defs))}))
`

// TestReadsAsPythonDoes compares what is read of Python's standard library
// with what Python's own parser says.
func TestReadsAsPythonDoes(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("there is no python3 to compare with")
	}
	out, err := exec.Command(python, "-c", "import json; print(json.__file__)").Output()
	if err != nil {
		t.Skipf("python3 does not run: %v", err)
	}
	library := filepath.Dir(filepath.Dir(strings.TrimSpace(string(out))))
	var list []string
	for _, pattern := range []string{"[s-z]*.py", "asyncio/*.py", "http/*.py"} {
		found, err := filepath.Glob(filepath.Join(library, pattern))
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, found...)
	}
	cmd := exec.Command(python, "-W", "ignore", "-c", asPython)
	cmd.Stdin = strings.NewReader(strings.Join(list, "\n"))
	if out, err = cmd.Output(); err != nil {
		t.Fatal(err)
	}
	compared := 0
	for line := range bytes.Lines(out) {
		var want reading
		if err := json.Unmarshal(line, &want); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(want.Path)
		if err != nil {
			t.Fatal(err)
		}
		compared++
		m, _ := (&source{fsys: os.DirFS("/"), words: words{}}).readModule(want.Path, string(text), nil)
		compare(t, m, want)
	}
	if compared < 50 {
		t.Errorf("only %d files of %d were compared", compared, len(list))
	}
}

type reading struct {
	Path    string
	Imports []string
	Defs    []string
}

func compare(t *testing.T, m *module, want reading) {
	t.Helper()
	// Python counts a line per statement, and in no order.
	got := map[string]int{}
	for _, i := range m.imports {
		got[fmt.Sprintf("%d %s %s", i.level, i.module, i.name)]++
	}
	expected := map[string]int{}
	for _, i := range want.Imports {
		_, rest, _ := strings.Cut(i, " ")
		expected[rest]++
	}
	if !reflect.DeepEqual(got, expected) {
		t.Errorf("%s: imports differ\ngot  %v\nwant %v", m.path, got, expected)
	}
	for _, name := range want.Defs {
		if len(m.parsed().top.names[name]) == 0 {
			t.Errorf("%s: %s is not seen", m.path, name)
		}
	}
}

func FuzzDetect(f *testing.F) {
	for _, name := range SampleNames() {
		fsys, err := Sample(name)
		if err != nil {
			f.Fatal(err)
		}
		seeds, err := fs.Glob(fsys, "*/*.py")
		if err != nil {
			f.Fatal(err)
		}
		for _, seed := range append(seeds, "server.py") {
			if text, err := fs.ReadFile(fsys, seed); err == nil {
				f.Add(string(text))
			}
		}
	}
	for _, text := range []string{
		"from m import *\nfrom . import m\nx = x\nx = y\ny = x\n",
		"def create_app():\n  return create_app()\napp = create_app()\n",
		"class A(B): pass\nclass B(A): pass\napp = A()\n",
		"f'{f'{f'{f\"{", "if x:\n\tif y:\n  z\n", "x = '''", "a = \\", "import\nfrom\nfrom .\ndef\nclass\n", "((((", "))))",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		fsys := fstest.MapFS{"m.py": {Data: []byte(text)}, "p/__init__.py": {Data: []byte(text)}, "p/n.py": {Data: []byte(text)}}
		var found Found
		var err error
		endsSoon(t, fmt.Sprintf("%d bytes", len(text)), func() { found, err = Detect(fsys, Settings{}) })
		if err == nil && found.Target == "" {
			t.Error("nothing was found, and no error")
		}
	})
}

// TestReadsFast has inputs that would be slow if anything were read twice.
func TestReadsFast(t *testing.T) {
	const n = 100_000
	for name, text := range map[string]string{
		"brackets":     strings.Repeat("(", n),
		"strings":      strings.Repeat("f'{", n),
		"stars":        strings.Repeat("from m import *\n", n/10) + "app = x\n",
		"circles":      strings.Repeat("x = y\ny = x\n", n/10) + "app = x\n",
		"indents":      strings.Repeat("if x:\n"+strings.Repeat(" ", 50), n/50),
		"deep":         deep(500),
		"long line":    "x = " + strings.Repeat("a.", n),
		"many targets": strings.Repeat("a = ", n) + "1\n",
		"factories":    strings.Repeat("def create_app():\n  app = create_app()\n  return app\n", n/20),
	} {
		endsSoon(t, name, func() { _, _ = Detect(files("m.py", text), Settings{}) })
	}
}

func deep(levels int) string {
	var b strings.Builder
	for i := range levels {
		b.WriteString(strings.Repeat(" ", i) + "if x:\n")
	}
	return b.String()
}
