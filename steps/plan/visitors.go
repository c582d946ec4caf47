package plan

import (
	"fmt"
	"slices"
	"strings"
)

// Hosts are the names and addresses under which visitors reach the app: the domains,
// then the server's address, as a Host header has it. The address is missing as long as it
// is not known.
func (p Plan) Hosts() []string {
	hosts := slices.Clone(p.Domains())
	if p.Address != "" {
		hosts = append(hosts, strings.TrimPrefix(WebURL(p.Address), "http://"))
	}
	return hosts
}

// warnOfVisitors warns where the source says for certain that visitors will not get the
// app.
func (p *Plan) warnOfVisitors() {
	p.warnOfHosts()
	p.warnOfHTTPS()
	p.warnOfDebug()
}

func (p *Plan) warnOfHosts() {
	h := p.App.Hosts
	if h.Setting == "" || h.Supplied() || p.App.Overlay.Hosts {
		return
	}
	lists := "lists only " + strings.Join(h.Names, ", ")
	if len(h.Names) == 0 {
		lists = "lists none"
	}
	for _, domain := range p.Domains() {
		if !h.Covers(domain) {
			p.warn(fmt.Sprintf("every page answers 400 for the host %s: %s in %s %s; add %q there", domain, h.Setting, h.Source, lists, domain))
		}
	}
	if len(p.Domains()) > 0 || h.ListsAddress() {
		return
	}
	next := "add " + p.ownAddress() + " there"
	if named := h.Domains(); len(named) > 0 && p.TakesDomain() {
		next = fmt.Sprintf("give --domain %s, or %s", named[0], next)
	}
	if hosts := platformHosts[p.Value(KeyProvider)]; hosts != "" && h.Covers("any"+hosts) {
		return
	}
	p.warn(fmt.Sprintf("every page answers 400 for the host that is %s: %s in %s %s; %s", p.ownAddress(), h.Setting, h.Source, lists, next))
}

// platformHosts end the host of every app on a platform, all of which are served over HTTPS.
var platformHosts = map[string]string{ProviderHeroku: ".herokuapp.com", ProviderAppPlatform: ".ondigitalocean.app"}

// ownAddress is what visitors ask for without a domain.
func (p *Plan) ownAddress() string {
	switch p.Value(KeyProvider) {
	case ProviderDocker:
		return "the app's address on this computer"
	case ProviderHeroku:
		return "the app's address at Heroku"
	case ProviderAppPlatform:
		return "the app's address at App Platform"
	}
	return "the server's address"
}

func (p *Plan) warnOfHTTPS() {
	https := p.App.HTTPSOnly
	if https.Setting == "" || https.Sometimes || len(p.Domains()) > 0 || platformHosts[p.Value(KeyProvider)] != "" {
		return
	}
	if _, given := p.Env[https.Variable]; https.Variable != "" && (given || p.Tag != "") {
		return
	}
	served := "served only with a --domain; without one"
	if p.OnPlatform() {
		served = "not served on this computer; here"
	}
	p.warn(fmt.Sprintf("%s in %s redirects every visitor to HTTPS, which is %s, %s", https.Setting, https.Source, served, https.TurnOff()))
}

func (p *Plan) warnOfDebug() {
	debug := p.App.Debug
	if _, given := p.Env[debug.Variable]; debug.Variable == "" || given || p.Tag != "" {
		return
	}
	p.warn(fmt.Sprintf("%s in %s is on unless the variable %s turns it off, and it shows the app's source and variables to every visitor: give --env %s=%s",
		debug.Setting, debug.Source, debug.Variable, debug.Variable, debug.Value))
}

func (p *Plan) warn(line string) { p.App.Warnings = append(p.App.Warnings, line) }
