package app

import (
	"encoding/json"
	"net"
	"regexp"
	"slices"
	"strings"
)

// Hosts says to which names of its server an app answers. A request with another Host
// header is refused with status 400.
type Hosts struct {
	// Setting is what lists them: "ALLOWED_HOSTS". It is "" if nothing does.
	Setting string
	// Names are those that the source lists, or those of the variable's default: as they
	// are written there, so ".example.org" and "*.example.org" stand for all names below
	// example.org, and "*" for all.
	Names []string
	// Variable is the variable of the environment that lists them; "" if none does.
	Variable string
	// Form is how Variable lists them: the separator, "json", or "one" for a single name.
	Form string
	// Source is the place of the setting: "shop/settings.py line 28".
	Source string
}

// Forms of [Hosts.Form] that are no separator.
const (
	formJSON = "json"
	formOne  = "one"
)

// Supplied tells whether Slipway gives the variable its value where nobody else does: its
// default lets no visitor in.
func (h Hosts) Supplied() bool { return h.Variable != "" && !slices.Contains(h.Names, "*") }

// Value is the variable's value that adds hosts to the names of its default. hosts are in
// the order in which a single one is chosen.
func (h Hosts) Value(hosts []string) string {
	if len(hosts) == 0 {
		return ""
	}
	if h.Form == formOne {
		return hosts[0]
	}
	var all []string
	for _, name := range slices.Concat(hosts, h.Names) {
		if !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	if h.Form != formJSON {
		return strings.Join(all, h.Form)
	}
	text, err := json.Marshal(all)
	if err != nil {
		panic(err) // strings can always be encoded
	}
	return string(text)
}

// HostVariable is the variable by which the app is told the names and addresses under
// which visitors reach it, and its value. Both are "" for an app that does not look.
func (f Found) HostVariable(hosts []string) (name, value string) {
	switch {
	case f.Overlay.Hosts:
		return HostsVariable, strings.Join(hosts, " ")
	case f.Hosts.Supplied():
		return f.Hosts.Variable, f.Hosts.Value(hosts)
	}
	return "", ""
}

// Covers tells whether the names that are listed let a host in.
func (h Hosts) Covers(host string) bool {
	host = strings.ToLower(strings.Trim(host, "[]"))
	return slices.ContainsFunc(h.Names, func(name string) bool {
		name = strings.ToLower(name)
		below := strings.TrimPrefix(name, "*")
		return name == "*" || strings.Trim(name, "[]") == host ||
			strings.HasPrefix(below, ".") && (strings.HasSuffix(host, below) || name == below && host == below[1:])
	})
}

// Domains are the names that can lead to a server of one's own: no address, no name of
// this computer, none that only another hosting service can give.
func (h Hosts) Domains() []string {
	var domains []string
	for _, name := range h.Names {
		name = strings.TrimPrefix(strings.TrimPrefix(name, "*"), ".")
		if strings.Contains(name, ".") && net.ParseIP(strings.Trim(name, "[]")) == nil && !leadsElsewhere(name) && !slices.Contains(domains, name) {
			domains = append(domains, name)
		}
	}
	return domains
}

// elsewhere are domains below which only another hosting service gives names.
var elsewhere = []string{"localhost", "local", "test", "docker.internal", "herokuapp.com", "vercel.app", "now.sh", "onrender.com", "fly.dev",
	"pythonanywhere.com", "railway.app", "ngrok.io", "ngrok-free.app", "ngrok.app", "elasticbeanstalk.com", "azurewebsites.net", "repl.co", "replit.dev",
	"replit.app", "gitpod.io", "github.dev", "app.github.dev", "ondigitalocean.app", "run.app", "appspot.com", "koyeb.app", "glitch.me", "amazonaws.com"}

func leadsElsewhere(name string) bool {
	return slices.ContainsFunc(elsewhere, func(domain string) bool { return name == domain || strings.HasSuffix(name, "."+domain) })
}

// ListsAddress tells whether an address of a network is listed; it may be the server's.
func (h Hosts) ListsAddress() bool {
	return slices.ContainsFunc(h.Names, func(name string) bool {
		ip := net.ParseIP(strings.Trim(name, "[]"))
		return ip != nil && !ip.IsLoopback() && !ip.IsUnspecified()
	})
}

// reachable tells whether a listed name may be one of the server's.
func (h Hosts) reachable() bool { return len(h.Domains()) > 0 || h.ListsAddress() }

// hostForm matches a name that a list of hosts can have.
var hostForm = regexp.MustCompile(`^(\*|(\*?\.)?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*|\[[0-9A-Fa-f:.]+\])(:\d+)?$`)

// hostList is a list of hosts as an expression makes it.
type hostList struct {
	names          []string
	variable, form string
	// whole is set if the expression makes nothing but these.
	whole bool
}

// readHosts reads an expression such as ["a", "b"], config("HOSTS", cast=Csv()) or
// os.environ.get("HOSTS", "a,b").split(",").
func readHosts(expr []token) (list hostList, ok bool) {
	read, found := environmentRead(expr)
	if found {
		list.variable, list.form = read.name, listForm(expr, read)
		if list.form == "" {
			list.variable = ""
		}
	}
	list.names, list.whole = hostNames(expr, read)
	return list, list.variable != "" || list.whole
}

// listOps are the operators of lists.
var listOps = []string{"[", "]", "(", ")", "{", "}", ",", "*"}

// hostNames are the names among the strings of an expression, but for those that
// separate and the variable's own. whole is false if the expression has other values.
func hostNames(expr []token, read variableRead) (names []string, whole bool) {
	whole = true
	for i := 0; i < len(expr); i++ {
		t := expr[i]
		switch {
		case t.kind == tokenName && slices.Contains(textMethods, t.text) && i+1 < len(expr) && expr[i+1].is("("):
			_, rest := bracketed(expr[i+1:])
			i = len(expr) - len(rest) - 1
			whole = false
		case t.kind == tokenName || t.kind == tokenOp && !slices.Contains(listOps, t.text):
			whole = false
		case t.kind == tokenString && t.text != read.name && !compared(expr, i):
			listed := namesIn(t.text)
			whole = whole && len(listed) > 0
			names = append(names, listed...)
		}
	}
	return names, whole
}

// compared tells whether a token stands beside a comparison.
func compared(expr []token, i int) bool {
	return slices.ContainsFunc(expr[max(0, i-1):min(len(expr), i+2)], func(t token) bool {
		return t.is("==") || t.is("!=") || t.is("in")
	})
}

// textMethods take strings that are no names.
var textMethods = []string{"split", "strip", "lstrip", "rstrip", "replace", "join", "removeprefix", "removesuffix"}

// fields are the replacement fields of an f-string.
var fields = regexp.MustCompile(`\{[^{}]*\}`)

// namesIn are the names that a string lists, however it does. A name of which an f-string
// only knows the end stands for all that end so.
func namesIn(text string) []string {
	var names []string
	if ending := fields.ReplaceAllString(text, "*"); strings.HasPrefix(ending, "*.") {
		text = ending
	}
	for _, name := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(", ;\"'\t\n", r) }) {
		if !strings.Contains(name, ":") {
			name = strings.Trim(name, "[]")
		}
		if hostForm.MatchString(name) {
			names = append(names, name)
		}
	}
	return names
}

// separatorForm matches what may part the values of a variable. Others don't stand in the
// environment of a unit as they are.
var separatorForm = regexp.MustCompile(`^[ ,;:|/+&#]+$`)

// listForm is how a variable lists its values, by what is done with it; "" if it is not
// made into a list.
func listForm(expr []token, read variableRead) string {
	for i, t := range expr {
		switch {
		case t.kind != tokenName || i+1 >= len(expr) || !expr[i+1].is("("):
		case t.is("loads") || t.is("literal_eval") || t.is("eval") || t.is("json"):
			return formJSON
		case t.is("split") && i > 1 && expr[i-2].is("re"):
			return ","
		case t.is("split") && i+2 < len(expr) && expr[i+2].is(")"):
			return " "
		case t.is("split") && i+2 < len(expr) && expr[i+2].kind == tokenString && separatorForm.MatchString(expr[i+2].text):
			return expr[i+2].text
		}
	}
	switch {
	case read.lists():
		return ","
	case len(expr) > 0 && expr[0].is("["):
		return formOne
	}
	return ""
}
