package layout

// Layout is where the app is on its server.
type Layout struct {
	User string
	// Instance is what tells a second instance of a release from the first; it is
	// empty for the first.
	Instance string
}

// layout names the places; the user of the app names them all.
func Of(name string) Layout { return Layout{User: "app-" + name} }

func (l Layout) Root() string { return "/srv/" + l.User }

func (l Layout) Releases() string { return l.Root() + "/releases" }

func (l Layout) Release(id string) string { return l.Releases() + "/" + id }

func (l Layout) Source(id string) string { return l.Release(id) + "/src" }

func (l Layout) Venvs() string { return l.Root() + "/venvs" }

func (l Layout) Current() string { return l.Root() + "/current" }

func (l Layout) Unit(id string) string { return l.User + "-" + l.Instance + id }

func (l Layout) Socket(id string) string { return "/run/" + l.User + "/" + l.Instance + id + ".sock" }

// SocketLink is the link that nginx follows to an instance of a release.
func (l Layout) SocketLink(id string) string { return l.Release(id) + "/socket" }

// Variables is the file of a release's variables, for root's eyes only.
func (l Layout) Variables(id string) string { return VariablesFolder + "/" + l.Instance + id + ".env" }

func (l Layout) Health(id string) string { return l.Release(id) + "/health" }

func (l Layout) State() string { return "/var/lib/" + l.User }

func (l Layout) Uploaded(bundle string) string {
	return "/var/lib/slipway/uploads/" + bundle[:16] + ".tar.gz"
}

// VariablesFolder holds the files of the releases' variables, for root's eyes only.
const VariablesFolder = "/etc/slipway/variables"

func (l Layout) Dirs() []string { return []string{l.Root(), l.Releases(), l.Venvs()} }

// Static holds what nginx serves of a release, each folder under the path that
// it is asked for by. The source itself is closed to nginx.
func (l Layout) Static(id string) string { return l.Release(id) + "/static" }

// Port is the file that says on which port, of this computer only, such an
// instance listens. It is chosen once and stays.
func (l Layout) Port(id string) string { return l.Release(id) + "/" + l.Instance + "port" }

// ProxyUnit hands what comes in at an instance's socket over to its port.
func (l Layout) ProxyUnit(id string) string { return l.Unit(id) + "-proxy" }

func (l Layout) Notes(id string) string { return l.Release(id) + "/release.json" }

// ProcessUnit is the unit of one of the processes that run beside the web app.
func (l Layout) ProcessUnit(id, name string) string { return l.Unit(id) + "-process-" + name }

// StaticPaths is the file, in the folder of a release that has any, of what nginx
// serves from it; the release before may still have what it has not.
func (l Layout) StaticPaths(release string) string { return release + "/static.conf" }

// Path is PATH for the app's processes: the environment's programs first.
func (l Layout) Path(id string) string {
	return l.Release(id) + "/venv/bin:/usr/local/bin:/usr/bin:/bin"
}
