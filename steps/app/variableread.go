package app

import (
	"regexp"
	"slices"
	"strings"
)

// variableRead is a place in an expression that reads a variable of the environment.
type variableRead struct {
	name string
	// callee is what reads it: "os.environ", "os.getenv", "config", "env.list".
	callee string
	// args are the arguments behind the name.
	args [][]token
}

var environmentForm = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// environmentRead finds the first variable that an expression reads: with os.environ,
// os.getenv, django-environ, environs, python-decouple, or a function of the app's that
// has env or config in its name.
func environmentRead(expr []token) (variableRead, bool) {
	for i := range expr {
		if read, ok := environmentReadAt(expr, i); ok {
			return read, true
		}
	}
	return variableRead{}, false
}

// environmentReadAt is the reading of a variable that begins at a token.
func environmentReadAt(expr []token, i int) (variableRead, bool) {
	if expr[i].kind != tokenName || i > 0 && expr[i-1].is(".") {
		return variableRead{}, false
	}
	callee, rest := dotted(expr[i:])
	if len(rest) < 3 || !readsEnvironment(callee) || !rest[0].is("[") && !rest[0].is("(") {
		return variableRead{}, false
	}
	if rest[0].is("[") != strings.HasSuffix(callee, "environ") {
		return variableRead{}, false
	}
	inside, _ := bracketed(rest[:min(len(rest), maxArguments)])
	args := split(inside, ",")
	if len(args[0]) != 1 || args[0][0].kind != tokenString || !environmentForm.MatchString(args[0][0].text) {
		return variableRead{}, false
	}
	return variableRead{name: args[0][0].text, callee: callee, args: args[1:]}, true
}

func readsEnvironment(callee string) bool {
	name := strings.ToLower(callee)
	return strings.Contains(name, "env") || strings.HasSuffix(name, "config") && !strings.Contains(name, "app.config")
}

// lists tells whether what reads the variable makes a list of it.
func (r variableRead) lists() bool {
	last := r.callee[strings.LastIndexByte(r.callee, '.')+1:]
	switch {
	case last == "list" || last == "tuple":
		return true
	case strings.Contains(r.callee, "getenv") || strings.Contains(r.callee, "environ.get") || strings.HasSuffix(r.callee, "environ"):
		return false
	case strings.HasPrefix(r.callee, "env") && len(r.args) == 0, r.callee != "env" && r.callee != "config" && last == r.callee:
		return true // env("X") of Env(X=(list, [])), or a function of the app's
	}
	return slices.ContainsFunc(r.args, func(arg []token) bool {
		return len(arg) > 2 && arg[0].is("cast")
	})
}

// fallback is the value that is taken where the variable is not set; nil if there is none.
func (r variableRead) fallback() []token {
	for i, arg := range r.args {
		switch {
		case len(arg) > 2 && arg[0].is("default") && arg[1].is("="):
			return arg[2:]
		case i == 0 && len(arg) > 0 && (len(arg) < 2 || !arg[1].is("=")):
			return arg
		}
	}
	return nil
}
