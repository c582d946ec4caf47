package steps

import "strings"

// layout is where the app is on its server.
type layout struct{ user string }

// layout names the places; the user of the app names them all.
func (p Plan) layout() layout { return layout{user: "app-" + p.Name} }

func (l layout) root() string             { return "/srv/" + l.user }
func (l layout) releases() string         { return l.root() + "/releases" }
func (l layout) release(id string) string { return l.releases() + "/" + id }
func (l layout) source(id string) string  { return l.release(id) + "/src" }
func (l layout) venvs() string            { return l.root() + "/venvs" }
func (l layout) current() string          { return l.root() + "/current" }
func (l layout) unit(id string) string    { return l.user + "-" + id }
func (l layout) socket(id string) string  { return "/run/" + l.user + "/" + id + ".sock" }
func (l layout) state() string            { return "/var/lib/" + l.user }
func (l layout) pipCache() string         { return "/var/cache/slipway/pip" }
func (l layout) uploaded(bundle string) string {
	return "/var/lib/slipway/uploads/" + bundle[:16] + ".tar.gz"
}

// variablesPath is the file of the app's variables, for root's eyes only.
const variablesPath = "/etc/slipway/app.env"

func splitLines(text string) []string { return strings.Split(strings.TrimRight(text, "\n"), "\n") }
