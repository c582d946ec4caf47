package app

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

// Procfile is the name of the file with an app's commands.
const Procfile = "Procfile"

// The names of processes that have a meaning.
const (
	webProcess     = "web"
	releaseProcess = "release"
)

const gunicorn = "gunicorn"

var (
	procfileLine = regexp.MustCompile(`^([A-Za-z0-9_-]+):\s*(\S.*?)\s*$`)
	// namedLine is a line that is meant to name a process, whatever its name is made of.
	namedLine = regexp.MustCompile(`^([^\s:]+):\s*\S`)
)

// procfile is what the Procfile says.
type procfile struct {
	// commands are its commands, lines the lines on which they are; both by name.
	commands map[string]string
	lines    map[string]int
	// before is set if the web command ran the release command before its server.
	before bool
	// notes are sentences for people about lines that are not read.
	notes []string
}

// source is the place of a command.
func (p procfile) source(name string) string {
	return fmt.Sprintf("%s line %d", Procfile, p.lines[name])
}

func readProcfile(fsys fs.FS) (procfile, error) {
	p := procfile{commands: map[string]string{}, lines: map[string]int{}}
	text, err := readText(fsys, Procfile)
	if errors.Is(err, fs.ErrNotExist) {
		return p, nil
	}
	if err != nil {
		return p, fmt.Errorf("%s can't be read: %w", Procfile, err)
	}
	for i, line := range strings.Split(string(text), "\n") {
		if err := p.read(line, i+1); err != nil {
			return p, err
		}
	}
	return p, nil
}

func (p *procfile) read(line string, number int) error {
	if trimmed := strings.TrimSpace(line); trimmed == "" || trimmed[0] == '#' {
		return nil
	}
	parts := procfileLine.FindStringSubmatch(line)
	if named := namedLine.FindStringSubmatch(line); named != nil && !processName.MatchString(named[1]) {
		return appUsage(fmt.Sprintf("%s line %d names a process %s, which can't be used", Procfile, number, shownName(named[1])), namesProcess)
	}
	if parts == nil {
		p.notes = append(p.notes, fmt.Sprintf(`%s line %d is not read, because it is not of the form "name: command"`, Procfile, number))
		return nil
	}
	name := parts[1]
	if p.commands[name] != "" {
		p.notes = append(p.notes, fmt.Sprintf("%s names %s twice: line %d is used, and line %d is not", Procfile, name, number, p.lines[name]))
	}
	p.commands[name], p.lines[name] = parts[2], number
	return nil
}

// call is what a web command runs.
type call struct {
	// program is the server: "gunicorn", "uvicorn", "hypercorn", "daphne",
	// "waitress-serve", "python" for a file, or "".
	program string
	// args are the words behind it, with variables as they are written.
	args []string
	// target is the "module:object" among them.
	target string
	// script is the file that python runs.
	script string
	// development is set for a framework's development server: "flask run",
	// "manage.py runserver". program is the framework then, and target the module that
	// the command names, if it names one.
	development bool
	// otherVariables is set if the command uses another variable than PORT.
	otherVariables bool
}

var servers = map[string]bool{
	gunicorn: true, "uvicorn": true, "hypercorn": true, "daphne": true, "waitress-serve": true,
}

var asgiServers = map[string]bool{"uvicorn": true, "hypercorn": true, "daphne": true}

// readCall reads a command that is one plain call. For anything else, such as
// "a && b", it returns the zero call.
func readCall(command string) call {
	used := variablesIn(command)
	words, err := shellFields(command, func(name string) string {
		if used[name] {
			return "$" + name
		}
		return "" // the parser asks for IFS and the like too
	})
	if err != nil || len(words) == 0 {
		return call{}
	}
	if words[0] == "exec" {
		words = words[1:]
	}
	words = unwrapped(words)
	if len(words) == 0 {
		return call{}
	}
	c := wordsCall(words)
	delete(used, "PORT")
	c.otherVariables = len(used) > 0
	return c
}

var variableForm = regexp.MustCompile(`\$\{?([A-Za-z_]\w*)`)

func variablesIn(command string) map[string]bool {
	used := map[string]bool{}
	for _, parts := range variableForm.FindAllStringSubmatch(command, -1) {
		used[parts[1]] = true
	}
	return used
}

func wordsCall(words []string) call {
	if strings.HasPrefix(words[0], "python") {
		return pythonCall(words[1:])
	}
	if words[0] == "flask" {
		return flaskCall(words[1:])
	}
	if !servers[words[0]] {
		return call{}
	}
	return serverCall(words)
}

// flaskCall reads "flask --app shop run".
func flaskCall(words []string) call {
	if !slices.Contains(words, "run") {
		return call{}
	}
	c := call{program: Flask, args: words, development: true}
	for i, w := range words {
		if value, ok := strings.CutPrefix(w, "--app="); ok {
			c.target = value
		}
		if (w == "--app" || w == "-A") && i+1 < len(words) {
			c.target = words[i+1]
		}
	}
	c.target = strings.ReplaceAll(strings.TrimSuffix(c.target, ".py"), "/", ".")
	return c
}

func serverCall(words []string) call {
	return call{program: words[0], args: words[1:], target: targetAmong(words[1:])}
}

// unwrapped drops "uv run" and the like, which run a command in the project's virtual
// environment.
func unwrapped(words []string) []string {
	for len(words) > 2 && words[1] == "run" && (words[0] == "uv" || words[0] == "poetry" || words[0] == "pipenv") {
		words = words[2:]
	}
	return words
}

func pythonCall(words []string) call {
	for len(words) > 0 && words[0] == "-u" {
		words = words[1:]
	}
	if len(words) > 1 && words[0] == "-m" && servers[words[1]] {
		return serverCall(words[1:])
	}
	if len(words) > 1 && words[0] == "-m" && words[1] == "flask" {
		return flaskCall(words[2:])
	}
	if len(words) > 1 && path.Base(words[0]) == djangoScript && words[1] == "runserver" {
		return call{program: Django, args: words, development: true}
	}
	if len(words) > 0 && strings.HasSuffix(words[0], ".py") {
		return call{program: "python", args: words[1:], script: strings.TrimPrefix(words[0], "./")}
	}
	return call{}
}

func targetAmong(words []string) string {
	for i, w := range words {
		if i > 0 && takesValue[words[i-1]] {
			continue
		}
		if _, _, ok := splitTarget(w); ok {
			return w
		}
	}
	// gunicorn and daphne take "module" for "module:application".
	n := len(words)
	if n > 0 && moduleForm.MatchString(words[0]) {
		return words[0] + ":application"
	}
	if n == 0 || !moduleForm.MatchString(words[n-1]) || n > 1 && isOpenOption(words[n-2]) {
		return ""
	}
	return words[n-1] + ":application"
}

// isOpenOption tells an option whose value may be the next word.
func isOpenOption(word string) bool {
	return strings.HasPrefix(word, "-") && !strings.Contains(word, "=")
}

var moduleForm = regexp.MustCompile(`^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$`)

// takesValue are the options whose value may look like a target.
var takesValue = map[string]bool{
	"-b": true, "--bind": true, "-k": true, "--worker-class": true, "-c": true, "--config": true,
	"--host": true, "-n": true, "--name": true, "--logger-class": true, "--listen": true,
}

// withoutBind drops every --bind.
func withoutBind(args []string) []string {
	out := []string{}
	for i := 0; i < len(args); i++ {
		a := args[i]
		if a == "-b" || a == "--bind" {
			i++
			continue
		}
		if strings.HasPrefix(a, "--bind=") || strings.HasPrefix(a, "-b") && !strings.HasPrefix(a, "--") {
			continue
		}
		out = append(out, a)
	}
	return out
}
