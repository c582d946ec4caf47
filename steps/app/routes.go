package app

import "slices"

// withRoutes replaces each app by the same object in a module that loads more of its
// routes: the module that makes an app often stays empty of them, because those that add
// them import it, and another one loads both.
func (src *source) withRoutes(all []candidate) []candidate {
	r := &resolver{src: src}
	out := slices.Clone(all)
	for i, c := range all {
		if c.whole != "" || c.module.isEntry() {
			continue
		}
		routes := r.routesOf(c.origin)
		most := loadedAmong(routes, src.reach(c.module))
		if most == len(routes) {
			continue
		}
		for _, other := range r.named(c) {
			n := loadedAmong(routes, src.reach(other.module))
			if n > most || n == most && out[i].module != c.module && better(other, out[i]) {
				out[i], most = other, n
			}
		}
	}
	return out
}

// routesOf are the modules that add routes to the app that is made at the origin.
func (r *resolver) routesOf(origin string) []*module {
	var out []*module
	for _, p := range r.src.paths {
		if m := r.src.modules[p]; m.traits.calls && !neverServed(p) && slices.ContainsFunc(m.parsed().calls, func(c pyCall) bool { return r.addsRoute(c, origin) }) {
			out = append(out, m)
		}
	}
	return out
}

// routeCalls are the last names of the calls of an app that add what visitors ask for.
var routeCalls = []string{"route", "get", "post", "websocket", "add_url_rule", "add_api_route", "register_blueprint", "include_router", "mount"}

func (r *resolver) addsRoute(c pyCall, origin string) bool {
	if c.main || !slices.Contains(routeCalls, c.last()) || len(c.name) <= len(c.last()) || c.name[0] == '.' {
		return false
	}
	e := r.lookup(c.scope, c.name[:len(c.name)-len(c.last())-1])
	return e.app != nil && e.holder == "" && e.origin == origin
}

// named are the names that other modules give to an app which they import. One that
// starts a server when it is loaded is left out.
func (r *resolver) named(c candidate) []candidate {
	var out []candidate
	for _, p := range r.src.paths {
		m := r.src.modules[p]
		if m == c.module || neverServed(p) || slices.ContainsFunc(m.parsed().devServers, func(d devServer) bool { return d.onLoad }) {
			continue
		}
		for name, b := range m.parsed().top.bindings() {
			if b.imported == nil || name == "*" {
				continue
			}
			if e := r.binding(m.parsed().top, name, "", b); e.app != nil && e.holder == "" && e.origin == c.origin {
				out = append(out, candidate{module: m, object: name, line: b.line, origin: c.origin, constructor: c.constructor})
			}
		}
	}
	return out
}

func loadedAmong(routes []*module, loaded map[string]*module) int {
	n := 0
	for _, m := range routes {
		if loaded[m.path] != nil {
			n++
		}
	}
	return n
}
