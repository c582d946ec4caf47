package app

import (
	"path"
	"slices"
	"strings"
)

// isConfig tells a framework's settings by the name that they have there.
func isConfig(callee string) bool { return callee == "config" || strings.HasSuffix(callee, ".config") }

// call is what a function returns; known is false for one that may be a method.
func (e expressions) call(callee string, args [][]token) (texts []string, known bool) {
	switch strings.TrimPrefix(strings.TrimPrefix(callee, "os."), "path.") {
	case "Path", "pathlib.Path", "PurePath", "str", "fspath", "join", "safe_join":
		if len(args) == 1 && len(args[0]) == 0 {
			return []string{"."}, true // Path()
		}
		return e.joined(args, joinPath), true
	case "abspath", "realpath", "normpath":
		return mapped(e.texts(args[0]), absolute), true
	case "dirname":
		return mapped(e.texts(args[0]), path.Dir), true
	case "getcwd", "Path.cwd", "pathlib.Path.cwd":
		return []string{appRoot}, true
	case "tempfile.gettempdir", "gettempdir":
		return []string{"/tmp"}, true
	}
	if readsVariable(callee) {
		return e.variable(args), true
	}
	if name, ok := strings.CutSuffix(callee, ".get"); ok && isConfig(name) && len(args) > 0 {
		key, _ := onlyString(args[0])
		return union(e.config(key), e.argument(args, 1, "default")), true
	}
	return e.function(callee)
}

// readsVariable tells a function that reads a variable of the environment: those of os,
// django-environ, environs, python-decouple and starlette.
func readsVariable(callee string) bool {
	if slices.Contains([]string{"os.environ.get", "os.getenv", "environ.get", "getenv", "config", "os.environ.setdefault"}, callee) {
		return true
	}
	function, kind, _ := strings.Cut(callee, ".")
	return function == "env" && slices.Contains([]string{"", "str", "path", "url", "get", "get_value"}, kind)
}

// variable is the default of a variable that the server need not have.
func (e expressions) variable(args [][]token) []string {
	name, ok := onlyString(args[0])
	if !ok || suppliedVariables[name] {
		return nil
	}
	return e.argument(args, 1, "default")
}

// argument reads a call's argument, by its place or by its name.
func (e expressions) argument(args [][]token, at int, names ...string) []string {
	return e.texts(argumentOf(args, at, names...))
}

func argumentOf(args [][]token, at int, names ...string) []token {
	for _, arg := range args {
		if len(arg) > 2 && arg[1].is("=") && slices.Contains(names, arg[0].text) {
			return arg[2:]
		}
	}
	if at < 0 || at >= len(args) || len(args[at]) > 1 && args[at][1].is("=") {
		return nil
	}
	return args[at]
}

// function is what a function of the app returns, if it has no arguments.
func (e expressions) function(name string) (texts []string, known bool) {
	if strings.Contains(name, ".") {
		return nil, false
	}
	for s := e.scope; s != nil; s = s.parent {
		for _, b := range s.names[name] {
			if b.function == nil {
				continue
			}
			for _, returned := range b.function.body.returns {
				texts = union(texts, e.in(b.function.body).texts(returned))
			}
			return texts, true
		}
	}
	return nil, false
}

// config is what a framework's setting is set to, anywhere in the app.
func (e expressions) config(key string) []string {
	var texts []string
	for _, s := range e.d.config(key) {
		texts = union(texts, e.in(s.scope).texts(s.value))
	}
	return texts
}

// named is what a dotted name stands for.
func (e expressions) named(name string) []string {
	if *e.reads++; *e.reads > maxReads || name == "" {
		return nil
	}
	if name == "__file__" {
		return []string{appRoot + "/" + e.scope.module.path}
	}
	first, rest, _ := strings.Cut(name, ".")
	switch {
	case rest == "instance_path":
		return e.d.instancePaths()
	case rest == "root_path" && e.d.flaskModule() != nil:
		return []string{appRoot + "/" + path.Dir(e.d.flaskModule().path)}
	case first == "self" || first == "cls":
		return e.attributes(rest)
	}
	for s := e.scope; s != nil; s = s.parent {
		if texts, known := e.inScope(s, first, rest); known {
			return texts
		}
	}
	return nil
}

// inScope is what a name stands for in one scope; known is false if the scope has no
// such name.
func (e expressions) inScope(s *scope, first, rest string) (texts []string, known bool) {
	for _, b := range s.names[first] {
		texts = union(texts, e.bound(s, b, rest))
	}
	if value := s.defaults[first]; value != nil && s.names[first] == nil {
		return e.plain(s.parent, value, rest), true
	}
	if len(s.names[first]) > 0 {
		return texts, true
	}
	for _, star := range s.names["*"] {
		if m := e.d.src.local(s.module, *star.imported); m != nil && m.parsed().top != s {
			if *e.reads++; *e.reads > maxReads {
				return nil, true
			}
			if texts, known := e.inScope(m.parsed().top, first, rest); known {
				return texts, true
			}
		}
	}
	return nil, false
}

// bound is what the attribute rest of a binding stands for.
func (e expressions) bound(s *scope, b binding, rest string) []string {
	switch {
	case b.imported != nil:
		return e.imported(s.module, *b.imported, rest)
	case b.members != nil:
		return e.in(b.members).attributes(rest)
	case b.value == nil:
		return nil
	}
	if callee, after := dotted(b.value); rest != "" && len(after) > 0 && after[0].is("(") && !strings.Contains(callee, ".") {
		// settings = Settings(): its attributes are the class's.
		return e.in(s).named(callee + "." + rest)
	}
	return e.plain(s, b.value, rest)
}

func (e expressions) plain(s *scope, value []token, rest string) []string {
	texts := e.in(s).texts(value)
	for rest != "" {
		var attribute string
		attribute, rest, _ = strings.Cut(rest, ".")
		texts = attributeOf(texts, attribute)
	}
	return texts
}

// imported is what the attribute rest of an imported thing stands for.
func (e expressions) imported(m *module, imp pyImport, rest string) []string {
	src := e.d.src
	if child := src.localChild(m, imp); child != nil {
		return e.in(child.parsed().top).named(rest)
	}
	if local := src.local(m, imp); local != nil {
		return e.in(local.parsed().top).named(join(imp.name, rest))
	}
	if name := join(imp.text(), rest); e.d.served != nil && strings.HasPrefix(name, "django.conf.settings.") {
		if m, b, ok := e.d.served.setting(strings.TrimPrefix(name, "django.conf.settings.")); ok {
			return e.in(m.parsed().top).texts(b.value)
		}
	}
	return nil
}

// attributes is what an attribute of a class stands for, as its body and its methods
// set it.
func (e expressions) attributes(name string) []string {
	s := e.scope
	for s != nil && !s.class {
		s = s.parent
	}
	if s == nil {
		return nil
	}
	first, rest, _ := strings.Cut(name, ".")
	var texts []string
	for _, b := range s.names[first] {
		texts = union(texts, e.bound(s, b, rest))
	}
	for _, set := range s.set[first] {
		texts = union(texts, e.plain(set.scope, set.value, rest))
	}
	return texts
}
