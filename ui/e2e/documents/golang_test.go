package documents

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The flags of go test that the documents may use. The second of these take a value.
var (
	testSwitches = []string{"-short", "-v", "-race"}
	testValues   = []string{"-run", "-bench", "-fuzz", "-fuzztime", "-fuzzminimizetime", "-count", "-timeout"}
)

// goCommand checks a command of go's.
func (c *checker) goCommand(verb string, args []string, marked bool) error {
	switch verb {
	case "build", "install":
		return build(args)
	case "run":
		if len(args) > 0 && args[0] == "." {
			return c.slipway(args[1:], marked, false)
		}
		return runnable(args)
	case "generate":
		return generates(args)
	case "test":
		return tests(args)
	}
	return fmt.Errorf("go %s is not one that this test checks", verb)
}

// build builds what a document has built, into a folder of its own.
func build(args []string) error {
	folder, err := os.MkdirTemp("", "slipway-documents-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	args = slices.DeleteFunc(slices.Clone(args), func(a string) bool { return a == "-o" || a == "slipway" })
	cmd := exec.Command("go", append([]string{"build", "-o", folder + "/"}, args...)...)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}

// runnable checks the folder and the flags of a program of the repository.
func runnable(args []string) error {
	if len(args) == 0 {
		return errors.New("nothing to run is named")
	}
	source, err := readFolder(args[0])
	if err != nil {
		return err
	}
	if source.name != "main" {
		return errors.New(args[0] + " is no program")
	}
	for _, a := range args[1:] {
		if name, isFlag := strings.CutPrefix(a, "-"); isFlag && !source.flags[strings.TrimPrefix(name, "-")] {
			return fmt.Errorf("%s has no flag %s", args[0], a)
		}
	}
	return nil
}

func generates(args []string) error {
	if len(args) != 1 {
		return errors.New("one folder is named")
	}
	source, err := readFolder(args[0])
	if err == nil && !source.generates {
		err = errors.New(args[0] + " generates nothing")
	}
	return err
}

// tests checks that a go test has folders, tests and flags that exist.
func tests(args []string) error {
	var all folderSource
	var patterns, own []string
	for i := 0; i < len(args); i++ {
		name, value, given := strings.Cut(args[i], "=")
		switch {
		case !strings.HasPrefix(name, "-"):
			source, err := readFolder(name)
			if err != nil {
				return err
			}
			all.add(source)
		case slices.Contains(testSwitches, name):
		case slices.Contains(testValues, name):
			if !given {
				i++
				value = strings.Join(args[min(i, len(args)):min(i+1, len(args))], "")
			}
			if name == "-fuzz" || name == "-bench" || name == "-run" && value != "^$" { // which is no test: benchmarks alone
				patterns = append(patterns, value)
			}
		default:
			own = append(own, name)
			if !given && i+1 < len(args) && all.valued[strings.TrimLeft(name, "-")] {
				i++
			}
		}
	}
	for _, name := range own {
		if !all.flags[strings.TrimLeft(name, "-")] {
			return fmt.Errorf("neither go test nor these tests have a flag %s", name)
		}
	}
	for _, pattern := range patterns {
		top, _, _ := strings.Cut(pattern, "/")
		matcher, err := regexp.Compile(top)
		if err != nil || !slices.ContainsFunc(all.tests, matcher.MatchString) {
			return errors.Join(fmt.Errorf("no test there matches %q", pattern), err)
		}
	}
	return nil
}

// folderSource is what a folder's Go files have, those of the folders below it too if
// it is named with "/...".
type folderSource struct {
	name string // of the package
	// tests are the functions that go test runs.
	tests []string
	// flags are those that are defined, valued those of them that take a value.
	flags, valued map[string]bool
	generates     bool
}

func (s *folderSource) add(o folderSource) {
	s.name, s.generates, s.tests = o.name, s.generates || o.generates, append(s.tests, o.tests...)
	if s.flags == nil {
		s.flags, s.valued = map[string]bool{}, map[string]bool{}
	}
	for name := range o.flags {
		s.flags[name], s.valued[name] = true, o.valued[name]
	}
}

var (
	testFunction = regexp.MustCompile(`^(Test|Fuzz|Benchmark)[A-Z0-9_]`)
	flagFunction = regexp.MustCompile(`^(Bool|String|Int|Uint64|Duration|Func)(Var)?$`)
)

func readFolder(path string) (folderSource, error) {
	folder, below := strings.CutSuffix(path, "/...")
	if !strings.HasPrefix(folder, ".") {
		return folderSource{}, fmt.Errorf("%s does not begin with a dot, so go looks for it elsewhere", path)
	}
	pattern := filepath.Join(root, folder, "*.go")
	files, err := filepath.Glob(pattern)
	if err != nil {
		return folderSource{}, err
	}
	if info, err := os.Stat(filepath.Join(root, folder)); below && err == nil && info.IsDir() {
		return folderSource{flags: map[string]bool{}, valued: map[string]bool{}}, nil // its tests are many; nobody names one
	}
	if len(files) == 0 {
		return folderSource{}, fmt.Errorf("%s has no Go files", folder)
	}
	s := folderSource{flags: map[string]bool{}, valued: map[string]bool{}}
	for _, file := range files {
		if err := s.read(file); err != nil {
			return s, err
		}
	}
	return s, nil
}

func (s *folderSource) read(path string) error {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
	if err != nil {
		return err
	}
	if s.name == "" || !strings.HasSuffix(path, "_test.go") {
		s.name = file.Name.Name
	}
	for _, imported := range file.Imports {
		if imported.Path.Value == `"slipway/ui/golden"` {
			s.flags["update"] = true
		}
	}
	for _, group := range file.Comments {
		for _, comment := range group.List {
			s.generates = s.generates || strings.HasPrefix(comment.Text, "//go:generate ")
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Recv == nil && testFunction.MatchString(n.Name.Name) && strings.HasSuffix(path, "_test.go") {
				s.tests = append(s.tests, n.Name.Name)
			}
		case *ast.CallExpr:
			s.defines(n)
		}
		return true
	})
	return nil
}

// defines notes a call that defines a flag: its name is the first text.
func (s *folderSource) defines(call *ast.CallExpr) {
	selected, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || !flagFunction.MatchString(selected.Sel.Name) {
		return
	}
	for _, arg := range call.Args {
		if literal, ok := arg.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			name, _ := strconv.Unquote(literal.Value) // what was parsed can be unquoted
			s.flags[name], s.valued[name] = true, !strings.HasPrefix(selected.Sel.Name, "Bool")
			return
		}
	}
}

// TestFolder reads a folder that is known.
func TestFolder(t *testing.T) {
	s, err := readFolder("./ui/e2e/virtual")
	if err != nil || !slices.Contains(s.tests, "TestVirtualMachine") || !s.flags["boot"] || s.valued["boot"] {
		t.Errorf("got %+v, %v", s, err)
	}
}
