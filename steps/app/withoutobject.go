package app

import (
	"fmt"
	"slices"
	"strings"
)

// withoutObject decides for an app in which no module has an object that gunicorn could
// be given.
func (d *detection) withoutObject() error {
	for _, find := range []func() []candidate{d.src.held, d.src.bottles} {
		switch all := sameOrigin(find()); {
		case len(all) == 1:
			d.choose(all[0])
			return nil
		case len(all) > 1:
			return d.several(all)
		}
	}
	if d.paste() {
		return nil
	}
	if ok, err := d.launch(); ok {
		return err
	}
	return d.none()
}

// held are the apps that are only an attribute of an object: app.server of Dash. gunicorn
// takes a name, or a call with plain arguments, so Python's own resolve_name finds them.
func (src *source) held() []candidate {
	r := &resolver{src: src}
	var all []candidate
	for _, p := range src.paths {
		m := src.modules[p]
		if neverServed(p) || !m.traits.mayServe {
			continue
		}
		for name, b := range m.parsed().top.bindings() {
			e := entity{}
			if b.value != nil {
				e = r.binding(m.parsed().top, name, "", b)
			}
			if e.holder == "" || e.app == nil || holders[e.holder].attribute == "" {
				continue
			}
			_, dotted := src.target(m)
			all = append(all, candidate{module: m, object: name + "." + holders[e.holder].attribute, line: b.line, origin: e.origin, constructor: *e.app,
				whole: fmt.Sprintf("pkgutil:resolve_name(%q)", dotted+":"+name+"."+holders[e.holder].attribute)})
		}
	}
	return src.notImported(all)
}

// bottles are the modules that add routes to Bottle's default app, which has no name.
// load_app imports the module and returns that app; it also keeps run() from serving.
func (src *source) bottles() []candidate {
	var all []candidate
	for _, p := range src.paths {
		m := src.modules[p]
		if neverServed(p) || !m.uses("bottle") {
			continue
		}
		i := slices.IndexFunc(m.parsed().calls, func(c pyCall) bool {
			return strings.HasPrefix(src.externalName(c.scope, c.name), "bottle.")
		})
		if i < 0 {
			continue
		}
		_, dotted := src.target(m)
		all = append(all, candidate{module: m, object: "default_app()", line: m.parsed().calls[i].line, origin: p, constructor: constructor{"bottle", WSGI},
			whole: fmt.Sprintf("bottle:load_app(%q)", dotted)})
	}
	return src.notImported(all)
}
