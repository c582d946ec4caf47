package layout

import "strings"

// Layout names the places of one app on its server. Its zero value names none: Of
// makes one.
type Layout struct {
	// User is the Unix user that the app runs as, "app-" and the deployment's name.
	// Every other name is made of it.
	User string
	// Instance is a prefix that tells the second instance of a release from the
	// first. It is empty for the first.
	Instance string
}

// VariablesFolder holds the files of the releases' variables. Only root may enter it.
const VariablesFolder = "/etc/slipway/variables"

// PythonsFolder holds a folder for each Python that Slipway brought, which all releases
// share. Only root may write there.
const PythonsFolder = "/opt/slipway/python"

// Of is the layout of the app that is deployed under this name.
func Of(name string) Layout { return Layout{User: "app-" + name} }

// Root is the folder of the app's code: releases and virtual environments.
func (l Layout) Root() string { return "/srv/" + l.User }

// Releases is the folder that holds a folder for each release.
func (l Layout) Releases() string { return l.Root() + "/releases" }

// Venvs is the folder of the virtual environments. Releases that need the same
// packages share one.
func (l Layout) Venvs() string { return l.Root() + "/venvs" }

// Current is the link to the folder of the release that takes the traffic.
func (l Layout) Current() string { return l.Root() + "/current" }

// Dirs are the folders that an app needs before its first release, outermost first.
func (l Layout) Dirs() []string { return []string{l.Root(), l.Releases(), l.Venvs()} }

// State is the folder of what the app keeps. It outlives every release.
func (l Layout) State() string { return "/var/lib/" + l.User }

// Kept is where a folder or file that the app keeps beside its code lies. path is
// relative to the app's root, or absolute.
func (l Layout) Kept(path string) string {
	return l.State() + "/kept/" + strings.TrimPrefix(path, "/")
}

// Initialized is an empty file. It is there once the app's database was made.
func (l Layout) Initialized() string { return l.Root() + "/initialized" }

// Uploads is the folder of what was uploaded and is not unpacked yet.
const Uploads = "/var/lib/slipway/uploads"

// Uploaded is where a packed source lies between its upload and its unpacking.
// bundle is the source's SHA-256 in hexadecimal digits.
func (l Layout) Uploaded(bundle string) string {
	return Uploads + "/" + bundle[:16] + ".tar.gz"
}

// Release is the folder of a release.
func (l Layout) Release(id string) string { return l.Releases() + "/" + id }

// Source is the folder of a release's source, as it was uploaded and built.
func (l Layout) Source(id string) string { return l.Release(id) + "/src" }

// Venv is the link from a release to its virtual environment.
func (l Layout) Venv(id string) string { return l.Release(id) + "/venv" }

// Path is PATH for the app's processes: the virtual environment's programs come first.
func (l Layout) Path(id string) string { return l.Venv(id) + "/bin:/usr/local/bin:/usr/bin:/bin" }

// Static is the folder of the files that nginx serves from a release, each under
// the path of its URL. The source itself is closed to nginx.
func (l Layout) Static(id string) string { return l.Release(id) + "/static" }

// StaticPaths is the file of nginx's locations for a release's static files.
// release is the path of the release's folder, or of a link to it such as Current.
func (l Layout) StaticPaths(release string) string { return release + "/static.conf" }

// Limits is the file of how much and how long nginx lets a request to a release take.
// release is as in StaticPaths.
func (l Layout) Limits(release string) string { return release + "/limits.conf" }

// Earlier is the link from a release to the one that it took over from. nginx finds
// static files there that only the earlier release has.
func (l Layout) Earlier(id string) string { return l.Release(id) + "/earlier" }

// Notes is the file from which a release's plan can be made again.
func (l Layout) Notes(id string) string { return l.Release(id) + "/release.json" }

// Released is the file with the commands that ran before a release, such as migrations. It
// is there once they ran over the live data.
func (l Layout) Released(id string) string { return l.Release(id) + "/released" }

// Health is the file of a release's health check, as assignments for a shell.
func (l Layout) Health(id string) string { return l.Release(id) + "/health" }

// Served is an empty file. Its time is when the release first took traffic, and a
// release without it never did.
func (l Layout) Served(id string) string { return l.Release(id) + "/served" }

// Handover is the file of how many seconds it took, once the release was healthy, until no
// new request went to the one before it. It is empty if there was none.
func (l Layout) Handover(id string) string { return l.Release(id) + "/handover" }

// SocketLink is the link from a release to the socket of the instance that answers
// for it. nginx follows it anew for each request.
func (l Layout) SocketLink(id string) string { return l.Release(id) + "/socket" }

// Unit is the name of an instance's systemd units, without ".service" or ".socket".
func (l Layout) Unit(id string) string { return l.User + "-" + l.Instance + id }

// ProxyUnit is the name of the unit that passes requests from an instance's socket
// to its port.
func (l Layout) ProxyUnit(id string) string { return l.Unit(id) + "-proxy" }

// ProcessUnit is the name of the unit of a process that runs beside the web app.
func (l Layout) ProcessUnit(id, name string) string { return l.Unit(id) + "-process-" + name }

// Sockets is the folder of the app's Unix sockets.
func (l Layout) Sockets() string { return "/run/" + l.User }

// Socket is the Unix socket on which an instance takes requests.
func (l Layout) Socket(id string) string { return l.Sockets() + "/" + l.Instance + id + ".sock" }

// Port is the file with the TCP port on 127.0.0.1 of an instance that brings its own
// server. The port is chosen once and stays.
func (l Layout) Port(id string) string { return l.Release(id) + "/" + l.Instance + "port" }

// Variables is the file of an instance's variables. Only root reads it.
func (l Layout) Variables(id string) string { return VariablesFolder + "/" + l.Instance + id + ".env" }

// Program is the folder of Slipway's program on the server that dumps, counts, restores and
// backs up what the app keeps: python3 runs the folder. Only root may write there.
const Program = "/usr/local/lib/slipway/data"

// ProgramSettings is the file of the program's settings, without secrets. Only root reads it.
const ProgramSettings = "/etc/slipway/data.json"

// ServiceVariables is the file of those variables of the databases that have a password in
// them. Only root reads it; it is there only if a database needs one.
const ServiceVariables = "/etc/slipway/services.env"

// BackupState is the folder of what is known of backups, and where they are made. Only root
// may enter it.
const BackupState = "/var/lib/slipway/backup"

// BackupKey is the file with the password of the backups' repository, and BackupCredentials
// that of the variables with which its place is reached. Only root reads them.
const (
	BackupKey         = "/etc/slipway/backup.key"
	BackupCredentials = "/etc/slipway/backup.env" //nolint:gosec // it is a path
)

// BackupIdentity is the file of the key with which the server logs in where backups go by
// SSH, and BackupKnownHosts that of the host keys there. Only root reads them.
const (
	BackupIdentity   = "/etc/slipway/backup_ed25519"
	BackupKnownHosts = "/etc/slipway/backup_known_hosts"
)

// Snapshot is the folder of the data as it was before a release's command ran.
func (l Layout) Snapshot(id string) string { return Snapshots + "/" + id }

// Restored is the file that is there once a new deployment has the data of a backup that it
// begins with.
const Restored = "/var/lib/slipway/restored.json"

// Snapshots is the folder of those folders. Only root may enter it.
const Snapshots = "/var/lib/slipway/snapshots"

// SetAside is the folder of data that a restore or a rollback replaced. It is kept until
// the next release.
const SetAside = "/var/lib/slipway/set-aside"
