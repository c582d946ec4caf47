package steps

import "strings"

// layout is where the app is on its server.
type layout struct {
	user string
	// beside is what tells a second instance of a release from the first; it is
	// empty for the first.
	beside string
}

// layout names the places; the user of the app names them all.
func layoutOf(name string) layout { return layout{user: "app-" + name} }

func (l layout) root() string             { return "/srv/" + l.user }
func (l layout) releases() string         { return l.root() + "/releases" }
func (l layout) release(id string) string { return l.releases() + "/" + id }
func (l layout) source(id string) string  { return l.release(id) + "/src" }
func (l layout) venvs() string            { return l.root() + "/venvs" }
func (l layout) current() string          { return l.root() + "/current" }
func (l layout) unit(id string) string    { return l.user + "-" + l.beside + id }
func (l layout) socket(id string) string  { return "/run/" + l.user + "/" + l.beside + id + ".sock" }

// switched is the link that nginx follows to an instance of a release.
func (l layout) switched(id string) string { return l.release(id) + "/socket" }

// variables is the file of a release's variables, for root's eyes only.
func (l layout) variables(id string) string { return variablesFolder + "/" + l.beside + id + ".env" }
func (l layout) health(id string) string    { return l.release(id) + "/health" }
func (l layout) state() string              { return "/var/lib/" + l.user }
func (l layout) uploaded(bundle string) string {
	return "/var/lib/slipway/uploads/" + bundle[:16] + ".tar.gz"
}

// variablesFolder holds the files of the releases' variables, for root's eyes only.
const variablesFolder = "/etc/slipway/variables"

func splitLines(text string) []string { return strings.Split(strings.TrimRight(text, "\n"), "\n") }
