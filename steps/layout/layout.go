// Package layout says where an app lies on its server: folders, files, units and
// sockets. Every room of steps that names such a place asks this package, so that a
// place has one name.
//
// It is made of the deployment's name alone. The same name gives the same places on
// every server and in every version of Slipway: a release that an earlier version
// made is found where it was put. Nothing here looks at a server.
package layout

// Layout is where an app lies on its server.
type Layout struct {
	// User is the Linux user that the app runs as; all names begin with it.
	User string
	// Instance is what tells a second instance of a release from the first; it is
	// empty for the first.
	Instance string
}

// Of is the layout of the app of a deployment.
func Of(name string) Layout { return Layout{User: "app-" + name} }

// Root is the folder of all that belongs to the app, but for its data.
func (l Layout) Root() string { return "/srv/" + l.User }

// Releases is the folder of the releases.
func (l Layout) Releases() string { return l.Root() + "/releases" }

// Release is the folder of one release.
func (l Layout) Release(id string) string { return l.Releases() + "/" + id }

// Source is the folder of a release's source, which the app reads and can't write.
func (l Layout) Source(id string) string { return l.Release(id) + "/src" }

// Venvs is the folder of the virtual environments; releases with the same packages share one.
func (l Layout) Venvs() string { return l.Root() + "/venvs" }

// Current is the link to the release that takes the traffic.
func (l Layout) Current() string { return l.Root() + "/current" }

// Unit is the name, without its ending, of the units of an instance of a release.
func (l Layout) Unit(id string) string { return l.User + "-" + l.Instance + id }

// Socket is where nginx hands requests over to an instance.
func (l Layout) Socket(id string) string { return l.Sockets() + "/" + l.Instance + id + ".sock" }

// Sockets is the folder of the sockets of all instances.
func (l Layout) Sockets() string { return "/run/" + l.User }

// SocketLink is the link that nginx follows to an instance of a release.
func (l Layout) SocketLink(id string) string { return l.Release(id) + "/socket" }

// Variables is the file of a release's variables, for root's eyes only.
func (l Layout) Variables(id string) string { return VariablesFolder + "/" + l.Instance + id + ".env" }

// Health is the file of how a release is asked whether it is healthy.
func (l Layout) Health(id string) string { return l.Release(id) + "/health" }

// State is the folder of the app's data, the only one that it can write to.
func (l Layout) State() string { return "/var/lib/" + l.User }

// Uploaded is where a release's source lies, packed, until it is unpacked.
func (l Layout) Uploaded(bundle string) string {
	return "/var/lib/slipway/uploads/" + bundle[:16] + ".tar.gz"
}

// VariablesFolder holds the files of the releases' variables, for root's eyes only.
const VariablesFolder = "/etc/slipway/variables"

// Dirs are the folders that every app has, each before those in it.
func (l Layout) Dirs() []string { return []string{l.Root(), l.Releases(), l.Venvs()} }

// Static holds what nginx serves of a release, each folder under the path that
// it is asked for by. The source itself is closed to nginx.
func (l Layout) Static(id string) string { return l.Release(id) + "/static" }

// Port is the file that says on which port of 127.0.0.1 an instance listens, if the
// app brings its own server. The port is chosen once and stays.
func (l Layout) Port(id string) string { return l.Release(id) + "/" + l.Instance + "port" }

// ProxyUnit is the unit that hands an instance's requests from its socket over to
// its port.
func (l Layout) ProxyUnit(id string) string { return l.Unit(id) + "-proxy" }

// Notes is the file of what is kept of a release, so that its plan can be made again.
func (l Layout) Notes(id string) string { return l.Release(id) + "/release.json" }

// ProcessUnit is the unit of one of the processes that run beside the web app.
func (l Layout) ProcessUnit(id, name string) string { return l.Unit(id) + "-process-" + name }

// StaticPaths is the file, in the folder of a release, of the paths that nginx
// serves without the app. A release that has none has no such file.
func (l Layout) StaticPaths(release string) string { return release + "/static.conf" }

// Path is PATH for the app's processes: the environment's programs first.
func (l Layout) Path(id string) string {
	return l.Release(id) + "/venv/bin:/usr/local/bin:/usr/bin:/bin"
}
