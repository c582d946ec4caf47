package documents

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"slipway/providers/local"
	"slipway/steps/app"
	"slipway/steps/plan"
	"slipway/ui/commands"
)

// placeholder is a word that a reader replaces: NAME, SHA256:..., HOST.
var placeholder = regexp.MustCompile(`\b[A-Z]{3,}\b|\.\.\.`)

// slipway checks a command line of slipway's.
func (c *checker) slipway(args []string, marked, simulated bool) error {
	cmd, err := parse(args)
	if err != nil {
		return err
	}
	flag := func(name string) string {
		if f := cmd.Flags().Lookup(name); f != nil {
			return f.Value.String()
		}
		return ""
	}
	rented := slices.Contains([]string{plan.ProviderDigitalOcean, plan.ProviderHeroku, plan.ProviderAppPlatform}, flag(plan.KeyProvider)) && !simulated
	elsewhere := rented || flag(plan.KeyProvider) == plan.ProviderSSH || flag(plan.KeyHost) != ""
	switch {
	case elsewhere && !marked:
		return fmt.Errorf("it needs an account or a server: put one of %q before the block", marks)
	case !elsewhere && !simulated && tryable(cmd):
		return c.try(args)
	}
	return c.isTested(cmd)
}

// parse reads arguments as slipway does, and runs nothing.
func parse(args []string) (*cobra.Command, error) {
	tree := commands.Tree()
	tree.InitDefaultHelpCmd()
	cmd, rest, err := tree.Find(args)
	if err != nil {
		return nil, err
	}
	cmd.InitDefaultHelpFlag()
	cmd.InitDefaultVersionFlag()
	if err := cmd.ParseFlags(rest); err != nil {
		return nil, err
	}
	if err := cmd.ValidateArgs(cmd.Flags().Args()); err != nil {
		return nil, err
	}
	// Without a command, or with deploy, a word is an app's folder. With a command
	// that has commands of its own it is one of these, unless it takes a name too.
	for _, word := range cmd.Flags().Args() {
		folder := strings.ContainsAny(word, "./") || placeholder.MatchString(word)
		if isDeploy(cmd) && !folder || !isDeploy(cmd) && cmd.HasSubCommands() && !strings.Contains(cmd.Use, "NAME") {
			return nil, fmt.Errorf("there is no command %s", word)
		}
	}
	return cmd, values(cmd)
}

// isDeploy tells whether a command takes an app's folder.
func isDeploy(cmd *cobra.Command) bool { return strings.Contains(cmd.Use, "APP") }

// values checks the values of flags that are settings.
func values(cmd *cobra.Command) error {
	var err error
	cmd.Flags().Visit(func(f *pflag.Flag) {
		s, ok := plan.SettingOf(f.Name)
		value := strings.Trim(f.Value.String(), "[]") // a list of one, or a value
		if !ok || s.Check == nil || value == "" || placeholder.MatchString(value) {
			return
		}
		if wrong := s.Check(value); wrong != nil {
			err = errors.Join(err, fmt.Errorf("--%s %s: %w", f.Name, value, wrong))
		}
	})
	return err
}

// tryable tells a command that can be run for real anywhere, in moments.
func tryable(cmd *cobra.Command) bool {
	for _, name := range []string{"help", "version", "plan"} {
		if f := cmd.Flags().Lookup(name); f != nil && f.Changed {
			return true
		}
	}
	if cmd.HasParent() && cmd.Parent().Name() == "eject" && cmd.Name() == plan.ProviderAppPlatform {
		return true // it only writes files
	}
	return slices.Contains([]string{"list", "init", "harden"}, cmd.Name()) && cmd.Parent() == cmd.Root()
}

// try runs a command for real. The folder that it is run in is an app's, and has
// another app in myapp.
func try(t *testing.T, args []string) error {
	files, err := app.Sample("hello")
	if err != nil {
		return err
	}
	home := t.TempDir()
	for _, folder := range []string{"myapp", "alone"} {
		if err := os.CopyFS(filepath.Join(home, folder), files); err != nil {
			return err
		}
	}
	if err := os.WriteFile(filepath.Join(home, "production.env"), []byte("LOG_LEVEL=info\n"), 0o600); err != nil {
		return err
	}
	back, err := os.Getwd()
	if err != nil {
		return err
	}
	defer os.Chdir(back) //nolint:errcheck // it was there a moment ago
	in := home
	if args[0] == "init" {
		in = filepath.Join(home, "alone")
	}
	if err := os.Chdir(in); err != nil {
		return err
	}
	var out, errs bytes.Buffer
	code := commands.Main(t.Context(), args, commands.Streams{In: strings.NewReader(""), Out: &out, Err: &errs, Getenv: func(key string) string {
		return map[string]string{"SLIPWAY_HOME": filepath.Join(home, "state"), "HOME": home}[key]
	}})
	if unsupported := local.Supported(""); code == 3 && unsupported != nil && os.Getenv("CI") == "" {
		t.Logf("slipway %s: %v", strings.Join(args, " "), unsupported)
		return nil
	}
	if code != 0 {
		return fmt.Errorf("exit code %d\n%s%s", code, out.String(), errs.String())
	}
	return nil
}

// isTested refuses a command or a flag that no test below ui/e2e runs.
func (c *checker) isTested(cmd *cobra.Command) error {
	for at := cmd; at.HasParent(); at = at.Parent() {
		if at.Name() != "deploy" && !c.tested[at.Name()] {
			return fmt.Errorf("no test below ui/e2e runs %s", at.Name())
		}
	}
	var err error
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if f.Name != "help" && !c.tested["--"+f.Name] && (f.Shorthand == "" || !c.tested["-"+f.Shorthand]) {
			err = errors.Join(err, fmt.Errorf("no test below ui/e2e gives --%s", f.Name))
		}
	})
	return err
}

// testedWords are the words of all texts in the tests below ui/e2e, but for those here.
func testedWords(t *testing.T) map[string]bool {
	t.Helper()
	words := map[string]bool{}
	err := filepath.WalkDir(filepath.Join(root, "ui", "e2e"), func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".go" || filepath.Base(filepath.Dir(path)) == "documents" {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			literal, ok := n.(*ast.BasicLit)
			if !ok || literal.Kind != token.STRING {
				return true
			}
			text, _ := strconv.Unquote(literal.Value) // what was parsed can be unquoted
			for _, word := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \n\t=", r) }) {
				words[word] = true
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return words
}
