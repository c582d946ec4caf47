package app

import "strings"

// entity is what a name or an expression stands for. The zero entity stands for
// anything that is neither an app nor makes one.
type entity struct {
	// makes is set if a call of it makes an app: a framework's class or one derived
	// from it, or a factory.
	makes *constructor
	// app is set if it is an app.
	app *constructor
	// origin is where the app is made. Two names of one app have the same origin.
	origin string
	// holder is set, to its full name, for one of the classes in holders, and together
	// with app for an object of it, which is no app but holds one.
	holder string
}

const maxResolveDepth = 50

type resolver struct {
	src   *source
	depth int
}

// lookup returns what a dotted name stands for in a scope.
func (r *resolver) lookup(s *scope, name string) entity {
	if r.depth >= maxResolveDepth || name == "" {
		return entity{}
	}
	first, rest, _ := strings.Cut(name, ".")
	for ; s != nil; s = s.parent {
		if len(s.names[first]) > 0 || len(s.names["*"]) > 0 {
			if e := r.inScope(s, first, rest); e != (entity{}) {
				return e
			}
		}
	}
	return entity{}
}

// question is a dotted name in one scope, and not in those around it.
type question struct {
	scope       scopeKey
	first, rest string
}

// maxResolved is how many questions are remembered.
const maxResolved = 10_000

// inScope finds out what a name stands for, once.
func (r *resolver) inScope(s *scope, first, rest string) entity {
	q := question{s.key(), first, rest}
	if e, known := r.src.resolved[q]; known {
		return e
	}
	if r.depth == 0 && len(r.src.resolved) >= maxResolved {
		clear(r.src.resolved) // no name is being resolved
	}
	q.first, q.rest = strings.Clone(first), strings.Clone(rest) // not parts of a file's text
	r.src.resolved[q] = entity{}
	e := r.bound(s, first, rest)
	r.src.resolved[q] = e
	return e
}

func (r *resolver) bound(s *scope, first, rest string) entity {
	r.depth++
	defer func() { r.depth-- }()
	for _, b := range s.names[first] {
		if e := r.binding(s, first, rest, b); e != (entity{}) {
			return e
		}
	}
	for _, star := range s.names["*"] {
		if e := r.imported(s.module, *star.imported, join(first, rest)); e != (entity{}) {
			return e
		}
	}
	return entity{}
}

func join(parts ...string) string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, ".")
}

func (r *resolver) binding(s *scope, name, rest string, b binding) entity {
	switch {
	case b.imported != nil:
		return r.imported(s.module, *b.imported, rest)
	case b.function != nil && rest == "":
		return r.function(s, b.function)
	case b.class && rest == "":
		return r.class(s, b)
	case b.value != nil:
		return r.attribute(r.value(s, name, b.value), rest)
	}
	return entity{}
}

// attribute returns what "x.rest" stands for; only what holders hold matters.
func (r *resolver) attribute(e entity, rest string) entity {
	if rest == "" {
		return e
	}
	if e.holder == "" || e.app == nil {
		return entity{}
	}
	switch rest {
	case holders[e.holder].attribute:
		return entity{app: e.app, origin: e.origin}
	case holders[e.holder].method:
		return entity{makes: e.app, origin: e.origin}
	}
	return entity{}
}

// imported returns what the attribute rest of an imported thing stands for.
func (r *resolver) imported(m *module, imp pyImport, rest string) entity {
	if child := r.src.localChild(m, imp); child != nil && rest != "" {
		if e := r.member(child, rest); e != (entity{}) {
			return e
		}
	}
	name := imp.name
	if name == "*" {
		name = ""
	}
	if local := r.src.local(m, imp); local != nil {
		return r.member(local, join(name, rest))
	}
	if imp.level > 0 {
		return entity{}
	}
	// "import a" and then a.b.app: the module may be a folder further down.
	if e := r.deeper(m, join(imp.module, name, rest)); e != (entity{}) {
		return e
	}
	return external(join(imp.module, name, rest))
}

// member returns what name is in module m, or in a module below it.
func (r *resolver) member(m *module, name string) entity {
	if e := r.lookup(m.parsed().top, name); e != (entity{}) {
		return e
	}
	first, rest, more := strings.Cut(name, ".")
	if !more || !strings.HasSuffix(m.path, "/__init__.py") {
		return entity{}
	}
	child := r.src.moduleAt(strings.TrimSuffix(m.path, "/__init__.py"), first)
	if child == nil || r.depth >= maxResolveDepth {
		return entity{}
	}
	r.depth++
	defer func() { r.depth-- }()
	return r.member(child, rest)
}

func (r *resolver) deeper(m *module, name string) entity {
	parts := strings.Split(name, ".")
	for n := len(parts) - 1; n > 1; n-- {
		if found := r.src.find(m, strings.Join(parts[:n], ".")); found != nil {
			return r.member(found, strings.Join(parts[n:], "."))
		}
	}
	return entity{}
}

func external(name string) entity {
	if c, ok := constructors[name]; ok {
		return entity{makes: &c}
	}
	if h, ok := holders[name]; ok {
		return entity{makes: &h.constructor, holder: name}
	}
	return entity{}
}

func (r *resolver) class(s *scope, b binding) entity {
	for _, base := range b.bases {
		name, rest := dotted(base)
		if len(rest) > 0 {
			continue
		}
		if e := r.lookup(s, name); e.makes != nil {
			return e
		}
	}
	return entity{}
}

// function finds out whether a function makes an app: it returns one, or has a factory's
// name and makes one.
func (r *resolver) function(s *scope, f *function) entity {
	c := r.product(s, f)
	if c == nil {
		return entity{}
	}
	return entity{makes: c, origin: s.module.path + ":" + f.name + "()"}
}

func (r *resolver) product(s *scope, f *function) *constructor {
	for _, value := range f.body.returns {
		if e := r.value(f.body, "", value); e.app != nil && e.holder == "" {
			return e.app
		}
	}
	if !factoryNames[f.name] {
		return nil // What only makes an app for itself, such as main, is no factory.
	}
	if name, rest := dotted(f.returnType); len(rest) == 0 {
		if e := r.lookup(s, name); e.makes != nil && e.holder == "" {
			return e.makes
		}
	}
	for _, name := range f.body.order {
		for _, b := range f.body.names[name] {
			if e := r.value(f.body, name, b.value); e.app != nil && e.holder == "" {
				return e.app
			}
		}
	}
	return nil
}

// value returns what an expression stands for, if it is a name or a call that makes an
// app. name is the name to which it is assigned.
func (r *resolver) value(s *scope, name string, expr []token) entity {
	callee, rest := dotted(expr)
	if callee == "" {
		return entity{}
	}
	if len(rest) == 0 {
		return r.lookup(s, callee)
	}
	if !rest[0].is("(") {
		return entity{}
	}
	args, after := bracketed(rest)
	if len(after) > 0 && !after[0].is("if") && !after[0].is("or") {
		return entity{}
	}
	e := r.lookup(s, callee)
	if e.makes != nil {
		return made(e, s.module.path+":"+name)
	}
	return r.wrapped(s, name, args)
}

// made is the app that a call of e returns. An app that a factory makes has the
// factory's origin.
func made(e entity, origin string) entity {
	if e.origin != "" {
		origin = e.origin
	}
	return entity{app: e.makes, origin: origin, holder: e.holder}
}

// wrapped finds application = Middleware(app), which serves the app that it wraps.
func (r *resolver) wrapped(s *scope, name string, args []token) entity {
	if name != "app" && name != "application" {
		return entity{}
	}
	for _, arg := range split(args, ",") {
		callee, rest := dotted(arg)
		if callee == "" || callee == name && len(rest) == 0 {
			continue
		}
		e := r.lookup(s, callee)
		if len(rest) > 0 && rest[0].is("(") && e.makes != nil { // Middleware(create_app())
			_, after := bracketed(rest)
			if e = made(e, s.module.path+":"+name); len(after) > 0 {
				e = entity{}
			}
		} else if len(rest) > 0 {
			e = entity{}
		}
		if e.app != nil && e.holder == "" {
			return e
		}
	}
	return entity{}
}
