package app

import (
	"cmp"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// settingsVariable names the settings module of a Django process.
const settingsVariable = "DJANGO_SETTINGS_MODULE"

// Overlay is a settings module of Slipway's own. It takes everything from the module that
// the source names, and adds what a server needs and the source can't know. It is zero if
// the app's settings need nothing.
type Overlay struct {
	// Module is the app's own settings module; "" is no overlay.
	Module string
	// Hosts is set if the names and addresses of the server are added to ALLOWED_HOSTS.
	Hosts bool
	// StaticRoot is the folder for STATIC_ROOT if the app does not always name one in
	// its own folder, relative to the app's root; "" if it does.
	StaticRoot string
}

// settingsChoice is where a file sets DJANGO_SETTINGS_MODULE.
type settingsChoice struct {
	module string
	line   int
	// forced is set if it does so even where the variable has a value already.
	forced bool
}

// project is a Django project's settings, as far as they can be read in its source.
type project struct {
	src *source
	// script is manage.py; nil if there is none.
	script *module
	// settings is the settings module, and then the modules that it imports with *.
	settings []*module
	// module is the dotted name of the settings module of the app that is served; "" if
	// that is not known.
	module string
	// given is set if a variable of the deployment names it.
	given bool
}

// project finds the settings of the app that is served: those that a variable of the
// deployment names, else those of its WSGI or ASGI module, else those of manage.py.
func (d *detection) project() *project {
	p := &project{src: d.src, script: d.djangoScript()}
	from, source := d.settingsFrom(p.script)
	if given := d.settings.Variables[settingsVariable]; given != "" && moduleForm.MatchString(given) {
		p.module, p.given, source = given, true, settingsVariable
		from = cmp.Or(from, p.script)
	} else if d.commandSettings != "" {
		p.module, source = d.commandSettings, d.commandSource
		from = cmp.Or(from, d.entry, p.script)
	} else if from != nil {
		p.module = from.parsed().settings.module
	}
	if from == nil || p.module == "" {
		return p
	}
	if settings := d.src.find(from, p.module); settings != nil {
		p.take(settings)
		d.found.because("settings", p.module, source)
	}
	return p
}

// settingsFrom is the file that decides which settings the served app has, and its path.
// A command that does not name the app has them only if all files agree.
func (d *detection) settingsFrom(script *module) (from *module, source string) {
	for _, m := range []*module{d.entry, script} {
		if m != nil && m.parsed().settings.module != "" && (d.entry != nil || d.agreeOnSettings(m.parsed().settings.module)) {
			return m, m.path
		}
	}
	return nil, ""
}

func (d *detection) agreeOnSettings(name string) bool {
	for p, m := range d.src.modules {
		if other := m.parsed().settings.module; other != "" && other != name && !neverServed(p) {
			return false
		}
	}
	return true
}

// take adds a settings module and follows "from .base import *".
func (p *project) take(m *module) {
	if m == nil || slices.Contains(p.settings, m) {
		return
	}
	p.settings = append(p.settings, m)
	for _, star := range m.parsed().top.names["*"] {
		p.take(p.src.local(m, *star.imported))
	}
}

// bindings are what the first settings module that sets a name sets it to; m is nil if
// none does.
func (p *project) bindings(name string) (m *module, bound []binding) {
	for _, m := range p.settings {
		if bound := m.parsed().top.names[name]; len(bound) > 0 {
			return m, bound
		}
	}
	return nil, nil
}

// setting is what a name is set to, in the first settings module that sets it. ok is
// false if the name is not set, or set in several ways; m is nil if it is not set.
func (p *project) setting(name string) (m *module, b binding, ok bool) {
	m, bound := p.bindings(name)
	if m == nil {
		return nil, binding{}, false
	}
	return m, bound[0], len(bound) == 1 && bound[0].value != nil
}

// expanded is an expression of the settings in which names stand for their values.
func (p *project) expanded(expr []token) []token {
	return expand(expr, func(name string) []token {
		_, b, ok := p.setting(name)
		if !ok {
			return nil
		}
		return b.value
	}, 0)
}

const (
	// maxExpansions is how deep names are followed, maxExpanded how many tokens an
	// expression may have: names may be defined by each other in a circle.
	maxExpansions = 3
	maxExpanded   = 2000
)

// expand puts the values of names in the place of the names.
func expand(expr []token, value func(name string) []token, depth int) []token {
	var out []token
	for i, t := range expr {
		var v []token
		plain := t.kind == tokenName && (i == 0 || !expr[i-1].is(".")) && (i+1 == len(expr) || !expr[i+1].is("(") && !expr[i+1].is("="))
		if plain && depth < maxExpansions {
			v = value(t.text)
		}
		if v == nil || len(out)+len(v) > maxExpanded {
			out = append(out, t)
			continue
		}
		out = append(out, token{kind: tokenOp, text: "(", line: t.line})
		out = append(out, expand(v, value, depth+1)...)
		out = append(out, token{kind: tokenOp, text: ")", line: t.line})
	}
	return out
}

// mentions tells whether a string is in the value of any setting.
func (p *project) mentions(text string) bool {
	return p.mentionsAny("", func(s string) bool { return s == text })
}

// mentionsAny tells whether the value of a setting has a string that is one of some; with
// an empty name, the value of any setting.
func (p *project) mentionsAny(name string, is func(text string) bool) bool {
	for _, m := range p.settings {
		for set, bound := range m.parsed().top.names {
			if name == "" || set == name {
				if slices.ContainsFunc(bound, func(b binding) bool { return hasString(b.value, is) }) {
					return true
				}
			}
		}
	}
	return false
}

func hasString(tokens []token, is func(text string) bool) bool {
	return slices.ContainsFunc(tokens, func(t token) bool { return t.kind == tokenString && is(t.text) })
}

// settingsReplaced are libraries that make the settings by themselves: a module that
// takes a settings module's names would not have theirs.
var settingsReplaced = []string{"configurations", "dynaconf"}

// overlayRefused says why Slipway's own settings module can't stand before the app's; it
// is "" if it can.
func (d *detection) overlayRefused(p *project) string {
	if len(p.settings) == 0 || p.given || d.found.SettingsModule == "" {
		return "the app's settings module is given"
	}
	if d.commandSettings != "" {
		return fmt.Sprintf("%s sets %s", d.commandSource, settingsVariable)
	}
	for _, m := range []*module{d.entry, p.script} {
		if m != nil && m.parsed().settings.forced {
			return fmt.Sprintf("%s line %d sets %s whatever it was before", m.path, m.parsed().settings.line, settingsVariable)
		}
	}
	for _, m := range p.settings {
		for _, imp := range m.imports {
			if name, _, _ := strings.Cut(imp.module, "."); slices.Contains(settingsReplaced, name) {
				return fmt.Sprintf("%s line %d imports %s", m.path, imp.line, name)
			}
		}
	}
	return ""
}

// overlayStatic has the overlay set STATIC_ROOT where the settings name no folder of the
// app's, so that the static files of Django's own pages are served. why says so.
func (d *detection) overlayStatic(p *project, why string) (folder, source string) {
	if p.staticURL() == "" || d.overlayRefused(p) != "" {
		return "", ""
	}
	folder = "staticfiles"
	for n := 2; d.has(folder); n++ {
		folder = fmt.Sprintf("staticfiles-%d", n)
	}
	d.found.Overlay.Module, d.found.Overlay.StaticRoot = p.module, folder
	return folder, why
}

// has tells whether the source has a file or a folder of this name.
func (d *detection) has(name string) bool {
	_, err := fs.Stat(d.fsys, name)
	return err == nil
}

// noteSettings finds os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings") and
// os.environ["DJANGO_SETTINGS_MODULE"] = "shop.settings".
func (m *parsedFile) noteSettings(s statement) {
	for i, t := range s.tokens {
		if t.kind != tokenString || t.text != settingsVariable {
			continue
		}
		rest := s.tokens[i+1:]
		forced := len(rest) > 2 && rest[0].is("]") && rest[1].is("=")
		value := expand(rest, func(name string) []token {
			bound := m.top.names[name]
			if len(bound) == 0 {
				return nil
			}
			return bound[len(bound)-1].value
		}, maxExpansions-1)
		if name := moduleIn(value); name != "" {
			m.settings = settingsChoice{module: name, line: t.line, forced: forced}
			return
		}
	}
}

// moduleIn is the module that an expression names; the one behind "else", since the
// variable that a condition asks for is another hosting service's.
func moduleIn(expr []token) string {
	name := ""
	for _, t := range expr {
		switch {
		case t.is("else"):
			name = ""
		case t.kind == tokenString && moduleForm.MatchString(t.text) && (name == "" || !strings.Contains(name, ".")):
			name = t.text
		}
	}
	return name
}
