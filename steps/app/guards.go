package app

import (
	"fmt"
	"slices"
	"strings"
)

// Switch is a setting of the app that a server may need otherwise.
type Switch struct {
	// Setting is its name; "" if there is none.
	Setting string
	// Off is the line of the source that turns it off: "SECURE_SSL_REDIRECT = False".
	Off string
	// Variable is the variable of the environment that decides it, and Value what it must
	// be to turn it off; "" if none does.
	Variable, Value string
	// Source is the place of the setting: "shop/settings.py line 28".
	Source string
	// Sometimes is set if a condition of the source decides whether it is on.
	Sometimes bool
}

// TurnOff says what to give or to write so that the setting is off.
func (s Switch) TurnOff() string {
	if s.Variable != "" {
		return fmt.Sprintf("give --env %s=%s", s.Variable, s.Value)
	}
	return fmt.Sprintf("write %s in %s", s.Off, s.Source)
}

// HostsVariable is the variable that the overlay reads: the names and addresses of the
// server, with spaces between them.
const HostsVariable = "SLIPWAY_HOSTS"

// allowedHosts is Django's setting.
const allowedHosts = "ALLOWED_HOSTS"

// djangoHosts finds the names to which Django answers. Where none of them can be the
// server's, the overlay or the variable that the settings read adds those.
func (d *detection) djangoHosts(p *project) {
	if len(p.settings) == 0 {
		return
	}
	m, bound := p.bindings(allowedHosts)
	if m == nil {
		d.overlayHosts(p, Hosts{Setting: allowedHosts, Source: p.settings[0].path}, "has none")
		return
	}
	h, certain := Hosts{Setting: allowedHosts, Source: fmt.Sprintf("%s line %d", m.path, bound[0].line)}, true
	for _, b := range bound {
		list, ok := readHosts(p.expanded(b.value))
		certain = certain && ok && (list.whole || list.variable != "")
		h.Names = append(h.Names, list.names...)
		if h.Variable == "" && list.variable != "" {
			h.Variable, h.Form = list.variable, list.form
			h.Source = fmt.Sprintf("%s line %d", m.path, b.line)
		}
	}
	open := slices.Contains(h.Names, "*")
	switch {
	case open && len(bound) > 1:
		// One of several ways lets all in; which is taken is not known.
		h.Names = slices.DeleteFunc(h.Names, func(name string) bool { return name == "*" })
		d.severalHosts(p, h)
	case len(bound) == 1 && bound[0].conditional && !open && certain:
		d.severalHosts(p, h)
	case open:
		d.found.because("allowed hosts", strings.Join(h.Names, ", "), h.Source)
	case h.Variable != "":
		d.suppliedHosts(h)
	case h.reachable():
		d.found.Hosts = h
		d.found.because("allowed hosts", strings.Join(h.Names, ", "), h.Source)
	case certain && len(h.Names) > 0:
		d.overlayHosts(p, h, "has only "+strings.Join(h.Names, ", "))
	case certain:
		d.overlayHosts(p, h, "has none")
	}
}

// severalHosts is for settings that list hosts in several ways, by conditions.
func (d *detection) severalHosts(p *project, h Hosts) {
	switch {
	case h.Variable != "":
		d.suppliedHosts(h)
	case !h.reachable():
		d.overlayHosts(p, h, "does not always have it")
	default:
		d.found.because("allowed hosts", strings.Join(h.Names, ", ")+", or others by a condition", h.Source)
	}
}

// suppliedHosts has the variable that lists the hosts set.
func (d *detection) suppliedHosts(h Hosts) {
	d.found.Hosts = h
	d.found.because("allowed hosts", "the domains and the server's address, in "+h.Variable+" unless that is given", h.Source+" reads it")
	d.found.Needs = slices.DeleteFunc(d.found.Needs, func(n Need) bool { return n.Name == h.Variable })
}

// overlayHosts has the overlay add the hosts; has says what the setting has.
func (d *detection) overlayHosts(p *project, h Hosts, has string) {
	d.found.Hosts = h
	if d.overlayRefused(p) != "" {
		return
	}
	d.found.Overlay.Module, d.found.Overlay.Hosts = p.module, true
	d.found.because("allowed hosts", "the domains and the server's address are added", h.Source+" "+has)
}

// guards finds what refuses visitors or sends them elsewhere, for all frameworks.
func (d *detection) guards() error {
	if p := d.served; p != nil {
		d.djangoHosts(p)
		d.djangoHTTPS(p)
		d.djangoDebug(p)
		return nil
	}
	if d.entry == nil {
		return nil
	}
	for _, m := range sorted(d.loaded()) {
		if m.parsed().https.Setting != "" && d.found.HTTPSOnly.Setting == "" {
			d.found.HTTPSOnly = m.parsed().https
		}
		if m.parsed().hosts.setting != "" && d.found.Hosts.Setting == "" {
			d.moduleHosts(m)
		}
	}
	return nil
}

// moduleHosts finds the hosts of a middleware, or of Flask's TRUSTED_HOSTS.
func (d *detection) moduleHosts(m *module) {
	expr := expand(m.parsed().hosts.value, func(name string) []token {
		if bound := m.parsed().top.names[name]; len(bound) == 1 {
			return bound[0].value
		}
		return nil
	}, 0)
	list, ok := readHosts(expr)
	h := Hosts{Setting: m.parsed().hosts.setting, Names: list.names, Variable: list.variable, Form: list.form, Source: fmt.Sprintf("%s line %d", m.path, m.parsed().hosts.line)}
	switch {
	case !ok || slices.Contains(h.Names, "*"):
	case h.Variable != "":
		d.suppliedHosts(h)
	case h.Setting == trustedHosts && len(h.Names) == 0: // Flask takes it for all hosts
	default:
		d.found.Hosts = h
		d.found.because("allowed hosts", strings.Join(h.Names, ", "), h.Source)
	}
}

const (
	trustedHosts          = "TRUSTED_HOSTS"
	trustedHostMiddleware = "TrustedHostMiddleware"
)

// hostSetting is where a module lists hosts.
type hostSetting struct {
	setting string
	value   []token
	line    int
}

// noteHosts finds TrustedHostMiddleware(allowed_hosts=[…]) and Flask's TRUSTED_HOSTS.
func (m *parsedFile) noteHosts(s statement) {
	name, from := "", -1
	for i, t := range s.tokens {
		switch {
		case t.is(trustedHostMiddleware):
			name = trustedHostMiddleware
		case name == trustedHostMiddleware && t.is("allowed_hosts") && i+1 < len(s.tokens) && s.tokens[i+1].is("="):
			from = i + 2
		case t.text == trustedHosts && (t.kind == tokenString || t.kind == tokenName):
			name = trustedHosts
		case name == trustedHosts && from < 0 && (t.is("=") || t.is(":")):
			from = i + 1
		}
	}
	if from < 0 || from >= len(s.tokens) || m.hosts.setting != "" {
		return
	}
	m.hosts = hostSetting{setting: name, value: argument(s.tokens[from:]), line: s.line()}
}

// argument is the expression with which tokens begin, up to the comma or bracket that
// ends it.
func argument(tokens []token) []token {
	depth := 0
	for i, t := range tokens {
		depth += nesting(t)
		if depth < 0 || depth == 0 && t.is(",") {
			return tokens[:i]
		}
	}
	return tokens
}

// httpsRedirects are what redirects all visitors to HTTPS, and the line without it.
var httpsRedirects = map[string]string{
	"Talisman":                "Talisman(app, force_https=False)",
	"SSLify":                  "no SSLify(app)",
	"HTTPSRedirectMiddleware": "no HTTPSRedirectMiddleware",
}

// noteHTTPS finds flask-talisman, Flask-SSLify and Starlette's middleware.
func (m *parsedFile) noteHTTPS(s statement, in place) {
	if m.https.Setting != "" || s.tokens[0].is("from") || s.tokens[0].is("import") {
		return
	}
	for i, t := range s.tokens {
		off, known := httpsRedirects[t.text]
		if t.kind != tokenName || !known {
			continue
		}
		for j := i + 1; j+2 < len(s.tokens); j++ {
			if s.tokens[j].is("force_https") && s.tokens[j+2].is("False") {
				return
			}
		}
		m.https = Switch{Setting: t.text, Off: off, Source: fmt.Sprintf("%s line %d", m.module.path, t.line), Sometimes: in.conditional}
	}
}

// djangoHTTPS finds SECURE_SSL_REDIRECT where it is on, or on unless a variable says no.
func (d *detection) djangoHTTPS(p *project) {
	const setting = "SECURE_SSL_REDIRECT"
	m, b, ok := p.setting(setting)
	if !ok || !p.mentions("django.middleware.security.SecurityMiddleware") {
		return
	}
	found := Switch{Setting: setting, Off: setting + " = False", Source: fmt.Sprintf("%s line %d", m.path, b.line), Sometimes: b.conditional}
	expr := p.expanded(b.value)
	if read, reads := environmentRead(expr); reads && truth(read.fallback()) {
		found.Variable, found.Value = read.name, offValue(expr, read)
		d.found.HTTPSOnly = found
	} else if !reads && truth(expr) {
		d.found.HTTPSOnly = found
	}
}

// djangoDebug finds a DEBUG that is on unless a variable turns it off.
func (d *detection) djangoDebug(p *project) {
	m, b, ok := p.setting("DEBUG")
	if !ok || b.conditional {
		return
	}
	found := Switch{Setting: "DEBUG", Off: "DEBUG = False", Source: fmt.Sprintf("%s line %d", m.path, b.line)}
	expr := p.expanded(b.value)
	if n := len(expr); n > 3 && expr[0].kind == tokenString && expr[1].is("not") && expr[2].is("in") && expr[n-1].is("environ") {
		found.Variable, found.Value = expr[0].text, "1"
	} else if read, reads := environmentRead(expr); reads && truth(read.fallback()) && !expr[0].is("not") {
		found.Variable, found.Value = read.name, offValue(expr, read)
	}
	if found.Variable != "" && environmentForm.MatchString(found.Variable) {
		d.found.Debug = found
	}
}

// truth tells whether an expression is True, or a string or number that means it.
func truth(expr []token) bool {
	for len(expr) > 2 && expr[0].is("(") && expr[len(expr)-1].is(")") {
		expr = expr[1 : len(expr)-1]
	}
	if len(expr) != 1 {
		return false
	}
	return slices.Contains([]string{"true", "1", "yes", "on", "y", "t"}, strings.ToLower(expr[0].text))
}

// offValue is the value of a variable that an expression takes for false.
func offValue(expr []token, read variableRead) string {
	library := !strings.Contains(read.callee, "getenv") && !strings.Contains(read.callee, "environ")
	converts := slices.ContainsFunc(expr, func(t token) bool { return t.is("int") || t.is("strtobool") })
	compares := slices.ContainsFunc(expr, func(t token) bool { return t.is("==") || t.is("in") || t.is("!=") })
	fallback := read.fallback()
	switch {
	case converts || len(fallback) == 1 && fallback[0].text == "1":
		return "0"
	case library || compares:
		return "False"
	}
	return "" // any other text is true
}
