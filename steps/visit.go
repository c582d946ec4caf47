package steps

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"

	"slipway/steps/app"
	"slipway/steps/engine"
	"slipway/steps/plan"
	"slipway/steps/web"
)

// visit finds out what visitors of the app get: at /, else at the path of the health
// check. found is asked for what is known of the app, only if visitors do not get it.
func (s site) visit(ctx context.Context, p plan.Plan, found func() app.Found) *engine.Visitors {
	v := visitors{site: s, plan: p}
	front := v.ask(ctx, "", "/")
	if front.served {
		return &engine.Visitors{Path: "/", Status: front.Status, Served: true}
	}
	if path := p.Health().Path; path != "/" {
		if health := v.ask(ctx, "", path); health.served {
			return &engine.Visitors{Path: path, Status: health.Status, Served: true, Cause: front.describe()}
		}
	}
	v.found = found()
	cause, next := v.explain(ctx, front)
	return &engine.Visitors{Path: "/", Status: front.Status, Cause: cause, Next: next}
}

// visitors are those of one site.
type visitors struct {
	site  site
	plan  plan.Plan
	found app.Found
}

// answer is what a visitor got, or why there was none.
type answer struct {
	web.Answer
	err error
	// served is set for a status of 2xx, and for a redirect to a site that a visitor
	// reaches.
	served bool
}

func (v visitors) ask(ctx context.Context, host, path string) answer {
	got, err := web.Ask(ctx, v.site.url, v.site.address, host, path)
	a := answer{Answer: got, err: err}
	a.served = err == nil && !got.Circle && got.Status >= 200 && got.Status < 400 && (got.To == nil || v.reaches(got.To))
	return a
}

// host is the Host that visitors send.
func (v visitors) host() string {
	if u, err := url.Parse(v.site.url); err == nil {
		return u.Host
	}
	return ""
}

// reaches tells whether a visitor reaches another site to which the app redirects.
func (v visitors) reaches(to *url.URL) bool {
	own := v.host()
	name, wanted := strings.ToLower(to.Hostname()), hostname(own)
	switch {
	case name == wanted:
		return to.Scheme != "https" || strings.HasPrefix(v.site.url, "https:")
	case name == "www."+wanted, "www."+name == wanted:
		return slices.Contains(v.plan.Domains(), name)
	}
	return !isThisComputer(name)
}

func hostname(hostPort string) string {
	if host, _, err := net.SplitHostPort(hostPort); err == nil {
		hostPort = host
	}
	return strings.ToLower(strings.Trim(hostPort, "[]"))
}

func isThisComputer(name string) bool {
	ip := net.ParseIP(name)
	return name == "localhost" || name == "testserver" || ip != nil && (ip.IsLoopback() || ip.IsUnspecified())
}

// describe says in a few words what a page answered that was not served.
func (a answer) describe() string {
	switch {
	case a.err != nil:
		return fmt.Sprintf("%s did not answer: %v", a.Path, a.err)
	case a.Circle:
		return a.Path + " redirects in a circle"
	case a.To != nil:
		return fmt.Sprintf("%s redirects to %s", a.Path, a.To)
	case a.Status == 404:
		return "there is no page at " + a.Path + ": the app answers 404 there"
	}
	return fmt.Sprintf("the app answers with status %d at %s", a.Status, a.Path)
}

// explain says why visitors do not get the app, and what settles it.
func (v visitors) explain(ctx context.Context, front answer) (cause, next string) {
	logs := "slipway logs " + v.plan.Name + " shows why"
	switch {
	case front.err != nil || front.Circle:
		return front.describe(), logs
	case front.To != nil:
		return v.explainRedirect(front)
	}
	switch front.Status {
	case 400, 403, 404, 421:
		if v.refusesHost(ctx, front) {
			return v.explainHost(front)
		}
	}
	switch front.Status {
	case 400:
		return front.describe(), "it may not answer to the host " + v.host() + ": " + logs
	case 401:
		return "the app asks every visitor of / for a name and a password (status 401)", ""
	case 403:
		return "the app refuses visitors at / (status 403)", ""
	case 404:
		return v.explainMissing(ctx, front)
	case 405:
		return "the page at / can't be opened in a browser: the app takes other requests there (status 405)", ""
	}
	return front.describe(), logs
}

// explainRedirect is for a redirect to a site that a visitor does not reach.
func (v visitors) explainRedirect(front answer) (cause, next string) {
	name, own := strings.ToLower(front.To.Hostname()), hostname(v.host())
	switch {
	case isThisComputer(name) && name != own:
		return front.describe() + ", which is each visitor's own computer", "have the app redirect to a path, or to the host that was asked for"
	case name != own:
		return front.describe() + ", which is none of its domains", "give --domain " + name + " too"
	}
	https := v.found.HTTPSOnly
	cause = "every page redirects to HTTPS, which is not served here"
	if https.Setting != "" {
		cause += fmt.Sprintf(" (%s in %s)", https.Setting, https.Source)
	}
	off := "turn the redirect off in the app"
	switch {
	case https.Variable != "":
		off = "type " + v.setVariable(https.Variable, https.Value)
	case https.Setting != "":
		off = https.TurnOff()
	case v.found.Framework == app.Django:
		off = "set SECURE_SSL_REDIRECT = False"
	}
	if domains := v.plan.Domains(); len(domains) > 0 {
		return cause + " until there is a certificate for " + strings.Join(domains, ", "), "wait for it; until then, " + off
	}
	if !v.plan.TakesDomain() {
		return cause, off + "; a server on the internet serves HTTPS with a --domain"
	}
	return cause, "give a --domain, for which Slipway gets a certificate, or " + off
}

// setVariable is the command that sets a variable.
func (v visitors) setVariable(name, value string) string {
	pair := name + "=" + value
	if strings.ContainsAny(value, "\"[] $&;*'\\") {
		pair = "'" + pair + "'"
	}
	return "slipway env set --name " + v.plan.Name + " " + pair
}

// hostComplaints are what frameworks answer to a Host that they do not know.
var hostComplaints = []string{"Invalid HTTP_HOST header", "DisallowedHost", "ALLOWED_HOSTS", "Invalid host header", "is not trusted"}

// refusesHost tells whether the app refuses the host that visitors ask for: it says so, its
// source does, or it answers to another one.
func (v visitors) refusesHost(ctx context.Context, front answer) bool {
	hosts := v.found.Hosts
	if front.Status == 400 && (slices.ContainsFunc(hostComplaints, func(text string) bool { return strings.Contains(front.Body, text) }) ||
		hosts.Setting != "" && !v.found.Overlay.Hosts && !hosts.Supplied() && !hosts.Covers(hostname(v.host()))) {
		return true
	}
	others := append([]string{"localhost"}, hosts.Domains()...)
	return slices.ContainsFunc(others[:min(len(others), 3)], func(other string) bool {
		return hostname(v.host()) != other && v.ask(ctx, other, "/").served
	})
}

// hostSettings are the settings that list hosts, by frameworks.
var hostSettings = map[string]string{app.Django: "ALLOWED_HOSTS", app.FastAPI: "allowed_hosts of TrustedHostMiddleware",
	app.Starlette: "allowed_hosts of TrustedHostMiddleware", app.Flask: "TRUSTED_HOSTS or SERVER_NAME"}

func (v visitors) explainHost(front answer) (cause, next string) {
	host, h := v.host(), v.found.Hosts
	cause = fmt.Sprintf("every page answers %d: the app does not answer to the host %s", front.Status, host)
	named := strings.Trim(host, "[]")
	if h.Setting == "" {
		setting := hostSettings[v.found.Framework]
		if setting == "" {
			setting = "its list of hosts"
		}
		return cause, fmt.Sprintf("add %q to %s", named, setting)
	}
	lists := "has none"
	if len(h.Names) > 0 {
		lists = "lists " + strings.Join(h.Names, ", ")
	}
	if h.Variable != "" {
		cause += fmt.Sprintf(": %s in %s is read from the variable %s", h.Setting, h.Source, h.Variable)
		return cause, "type " + v.setVariable(h.Variable, h.Value(v.plan.Hosts()))
	}
	cause += fmt.Sprintf(": %s in %s %s", h.Setting, h.Source, lists)
	next = fmt.Sprintf("add %q to it", host)
	if domains := h.Domains(); len(domains) > 0 && v.plan.TakesDomain() && !slices.Contains(v.plan.Domains(), domains[0]) {
		next = fmt.Sprintf("give --domain %s, or add %q to it", domains[0], host)
	}
	return cause, next
}

// usualPages are where an app without a front page often begins.
var usualPages = []string{"/docs", "/admin/", "/api/", "/api"}

func (v visitors) explainMissing(ctx context.Context, front answer) (cause, next string) {
	var pages []string
	for _, path := range usualPages {
		if v.ask(ctx, "", path).served {
			pages = append(pages, path)
		}
	}
	cause, path := front.describe(), "/…"
	if len(pages) > 0 {
		cause += "; " + strings.Join(pages, ", ") + " can be opened"
		path = pages[0]
	}
	return cause, fmt.Sprintf("give the app a page at /; or, if it is meant so, name one that it has under [health] in slipway.toml: path = %q", path)
}
