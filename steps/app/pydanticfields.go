package app

import (
	"cmp"
	"slices"
	"strings"
)

// settingsClass is a class of pydantic's that reads its fields from variables.
type settingsClass struct {
	// prefix is what the variables' names begin with.
	prefix string
}

// settingsClasses are the classes that are made of pydantic's BaseSettings, by their bodies.
func settingsClasses(sources []*module) map[scopeKey]*settingsClass {
	classes := derivedClasses(sources)
	known := map[string]bool{"BaseSettings": true}
	found := map[scopeKey]*settingsClass{}
	for range 5 { // how deep classes are made of each other
		for _, c := range classes {
			isOne := slices.ContainsFunc(c.bases, func(base string) bool { return known[base] })
			if isOne && found[c.body] == nil {
				found[c.body] = &settingsClass{prefix: c.prefix}
				known[c.name] = true
			}
		}
	}
	return found
}

// derivedClass is a class that is made of others, without a part of its file's text.
type derivedClass struct {
	name, prefix string
	bases        []string
	body         scopeKey
}

func derivedClasses(sources []*module) []derivedClass {
	var classes []derivedClass
	for _, m := range sources {
		if !m.traits.derives {
			continue
		}
		for name, b := range m.parsed().top.bindings() {
			if !b.class || len(b.bases) == 0 {
				continue
			}
			c := derivedClass{name: strings.Clone(name), prefix: strings.Clone(prefixOf(b.members)), body: b.members.key()}
			for _, base := range b.bases {
				if len(base) > 0 {
					c.bases = append(c.bases, strings.Clone(base[len(base)-1].text))
				}
			}
			classes = append(classes, c)
		}
	}
	return classes
}

// prefixOf is the env_prefix in the configuration of a class.
func prefixOf(members *scope) string {
	scopes := []*scope{members}
	for _, b := range members.names["Config"] {
		if b.members != nil {
			scopes = append(scopes, b.members)
		}
	}
	for _, s := range scopes {
		for name, b := range s.bindings() {
			if name == "env_prefix" && len(b.value) == 1 {
				return b.value[0].text
			}
			for i, t := range b.value {
				if name == "model_config" && t.text == "env_prefix" && i+2 < len(b.value) && b.value[i+2].kind == tokenString {
					return b.value[i+2].text
				}
			}
		}
	}
	return ""
}

// dsnTypes are pydantic's types of addresses.
var dsnTypes = map[string]string{"PostgresDsn": Postgres, "AsyncpgDsn": Postgres, "MySQLDsn": MariaDB, "MariaDBDsn": MariaDB, "RedisDsn": Redis}

// field takes over the variable of one field of such a class.
func (f *nameFinder) field(l line, class *settingsClass) {
	tokens := l.tokens
	if len(tokens) < 3 || tokens[0].kind != tokenName || !tokens[1].is(":") && !tokens[1].is("=") {
		return
	}
	kindOfType, value := "", tokens[2:]
	if tokens[1].is(":") {
		parts := split(tokens[2:], "=")
		value = nil
		if len(parts) > 1 {
			value = tokens[3+len(parts[0]):]
		}
		for _, t := range parts[0] {
			kindOfType = cmp.Or(kindOfType, dsnTypes[t.text])
		}
	}
	for _, name := range f.fieldNames(tokens[0].text, class, value) {
		if ofOther(name) {
			continue
		}
		kind, part := nameTells(name)
		if used := nameUse(tokens[0].text); part == "" && used.part != "" {
			kind, part = used.kind, used.part
		}
		n := ServiceName{Variable: name, Part: part, NeedsHost: kindOfType != "", Source: l.at(0)}
		f.fieldOf(n, kind, kindOfType, value)
	}
}

// fieldOf takes over a field whose name tells a kind, and its type another or none.
func (f *nameFinder) fieldOf(n ServiceName, kind, kindOfType string, value []token) {
	if kindOfType != "" && !isAddress(n.Part) {
		n.Part = PartURL
	}
	if n.Part == PartURL {
		kind = narrower(kindOfType, kind)
	}
	if isAddress(n.Part) {
		of, scheme := fallbackAddress(value)
		switch {
		case of == "" && scheme != "" && !isSQLite(scheme+":"):
			return // amqp://
		case of != "" && kind == anySQL:
			kind = of
		}
		n.Scheme = schemeWithDriver(scheme, kind)
	}
	f.take(n, kind)
}

// fallbackAddress is the kind and the scheme of the first address in a field's default.
func fallbackAddress(value []token) (kind, scheme string) {
	for _, t := range value {
		if t.kind != tokenString {
			continue
		}
		if kind, scheme = kindOfAddress(t.text); scheme != "" {
			return kind, scheme
		}
	}
	return "", ""
}

// fieldNames are the variables of a field: those that Field() names, else its own name with
// the prefix.
func (f *nameFinder) fieldNames(name string, class *settingsClass, value []token) []string {
	var names []string
	if callee, rest := dotted(value); strings.HasSuffix(callee, "Field") && len(rest) > 0 {
		inside, _ := bracketed(rest)
		for _, arg := range split(inside, ",") {
			if len(arg) < 3 || !arg[1].is("=") || !slices.Contains([]string{"env", "alias", "validation_alias"}, arg[0].text) {
				continue
			}
			for _, t := range arg[2:] {
				if t.kind == tokenString && environmentForm.MatchString(t.text) {
					names = append(names, t.text)
				}
			}
		}
	}
	if names == nil && environmentForm.MatchString(class.prefix+name) {
		names = []string{strings.ToUpper(class.prefix + name)}
	}
	return names[:min(len(names), 1)]
}
