package providers

import (
	"context"
	"errors"
	"io"
	"time"
)

// Platform is implemented by providers whose target takes an app as it is and
// runs it by itself. What else a platform can do is said by the small interfaces
// below: [Releaser], [Logger], [Runner], [VariableKeeper].
type Platform interface {
	Provider
	// Takes tells in which form the platform takes an app.
	Takes() Form
	// Deliveries lists what brings a release of the app to the target and lets it
	// take the traffic, in order; it comes after Resources. A delivery holds once
	// visitors get that release and no other. One whose Make fails leaves the
	// release before it in charge.
	Deliveries(spec Spec, app App) []Resource
	// URL tells where the app answers, or ErrNoApp.
	URL(ctx context.Context, spec Spec) (string, error)
}

// Form is how a platform takes an app.
type Form string

// The forms of an app.
const (
	// AsImage is the context of an image's build, with a Dockerfile at its root. The
	// image's own command serves the app on PORT, which it sets.
	AsImage Form = "image"
	// AsSource is the source with what Heroku's buildpack for Python needs: a
	// Procfile, the version of Python and the packages.
	AsSource Form = "source"
)

// App is a release as a [Platform] is given it.
type App struct {
	// Release names it: the same source, run the same way, has the same name.
	Release string
	// Archive writes the app, in the form that the platform takes, as a gzipped tar. It
	// is nil if the source is not on this computer, as in a look for drift; of the rest,
	// only Release is set then.
	Archive func(w io.Writer) error
	// Variables are those that were given now, by name. They are secret. What was given
	// before and is not in Unset stays.
	Variables map[string]string
	// Unset are the names of variables that go away.
	Unset []string
	// HostVariable is the variable by which the app is told the names under which visitors
	// reach it, and its value for these; nil for an app that does not look.
	HostVariable func(hosts []string) (name, value string)
	// Processes are the processes beside the web app, by name: lines for sh, run in the
	// app's folder with its packages and variables.
	Processes map[string]string
	// Init and ReleaseCommand are lines for sh that are run with the app's data before the
	// release takes the traffic, in this order: Init only before the first release, to
	// make the tables of its database. Either is "" if there is none.
	Init, ReleaseCommand string
	// TestCommand is a line for sh that is run in the release before Init, without the app's
	// data. If it fails, the release never takes the traffic. It is "" if there is none.
	TestCommand string
	// Data are the folders in the image that outlive a release, absolute and sorted. An
	// image carries what they begin with.
	Data []string
	// Services are the kinds of databases beside the app, sorted: "mariadb", "postgres",
	// "redis".
	Services []string
	// ServiceNames are the variables by which the app reads where these are, beside those
	// that the platform gives every app.
	ServiceNames []ServiceName
	// Counts are how many of a process are to run, by name, "web" for the app itself; of
	// a process that it does not name, one.
	Counts map[string]int
	// MostWeb is up to how many of the web process the platform runs as the load grows, from
	// Counts on; 0 if their number stays.
	MostWeb int
	// Health is how a release proves that it works.
	Health Health
	// Stop is how long a process may take to end in good order; then it is killed.
	Stop time.Duration
}

// Health is what a healthy release answers.
type Health struct {
	// Path is asked for, with slash.
	Path string
	// Status is the one that counts as healthy; 0 is any below 500.
	Status int
	// Within is how long a new release may take.
	Within time.Duration
}

// Release is one that a platform keeps.
type Release struct {
	// Name is the App's Release, or how the platform itself calls one that Slipway did not
	// deliver.
	Name string
	// Current is true for the one that takes the traffic.
	Current bool
	// Served is when it first took traffic.
	Served time.Time
}

// Releaser is implemented by platforms that keep earlier releases.
type Releaser interface {
	Platform
	// Releases lists those that can take the traffic, the one that took it last first.
	Releases(ctx context.Context, spec Spec) ([]Release, error)
	// RollBack lets a release that Releases lists take the traffic. It must answer first;
	// if it does not, the current one stays.
	RollBack(ctx context.Context, spec Spec, release string, report func(line string)) error
}

// Logger is implemented by platforms that keep what an app prints.
type Logger interface {
	Platform
	// Logs writes lines of the log, each with its time and process in front, until there
	// are no more or ctx ends.
	Logs(ctx context.Context, spec Spec, wanted LogQuery, w io.Writer) error
}

// LogQuery says which part of a log is wanted.
type LogQuery struct {
	// Lines is how many of the last ones; it counts only if Since is zero.
	Lines int
	// Since is the time of the first.
	Since time.Time
	// Follow goes on with what comes.
	Follow bool
}

// Runner is implemented by platforms that can run a command as the app runs.
type Runner interface {
	Platform
	// Run runs a command in the release that takes the traffic, with its packages,
	// variables and data, and returns its exit status. What it starts ends with ctx.
	Run(ctx context.Context, spec Spec, command Command) (status int, err error)
}

// Command is what [Runner] runs.
type Command struct {
	// Words are the program and its arguments.
	Words []string
	// Stdin, Stdout and Stderr are the caller's. With a Terminal all that is printed goes
	// to Stdout.
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	// Terminal is the caller's; nil if there is none.
	Terminal *Terminal
}

// Terminal is a terminal that a command is attached to. It passes on what is typed as it is.
type Terminal struct {
	// Type is the value of TERM.
	Type string
	// Size returns its columns and rows; Resized tells that they have changed.
	Size    func() (columns, rows int)
	Resized <-chan struct{}
}

// VariableKeeper is implemented by platforms whose app can be given other variables
// without a new release.
type VariableKeeper interface {
	Platform
	// Variables lists the names of those that were given, sorted.
	Variables(ctx context.Context, spec Spec) ([]string, error)
	// SetVariables gives the app variables and takes others away, by name. The app must
	// answer with them; if it does not, it keeps the ones before. changed is false if all
	// was so already. No value is ever reported.
	SetVariables(ctx context.Context, spec Spec, set map[string]string, unset []string, report func(line string)) (changed bool, err error)
}

// Instancer is implemented by platforms that run several instances of a process.
type Instancer interface {
	Platform
	// Instances lists those that run now, sorted by process and name.
	Instances(ctx context.Context, spec Spec) ([]Instance, error)
}

// Instance is one of those that run a process of the app.
type Instance struct {
	// Process is what it runs: "web", "worker".
	Process string `json:"process"`
	// Name is the platform's own; it changes when an instance is replaced.
	Name string `json:"name"`
	// State is what the platform says of the process's instances, in a few words: "healthy",
	// "1 of 3 ready"; may be empty.
	State string `json:"state,omitempty"`
}

// Domain is a name under which visitors are to reach an app.
type Domain struct {
	// Name is the domain: "shop.example.com".
	Name string
	// Kind and Value are those of the DNS record by which it leads to the app: "A" and an
	// address, or "CNAME" and a host name without a dot at its end.
	Kind, Value string
	// Leads is true if it leads to the app.
	Leads bool
}

// DomainTeller is implemented by platforms that know where the domains of an app lead.
type DomainTeller interface {
	Platform
	// Domains tells of those domains that the provider was opened with.
	Domains(ctx context.Context, spec Spec) ([]Domain, error)
}

// DomainLeaver is implemented by platforms that keep the DNS records of an app's domains by
// themselves.
type DomainLeaver interface {
	Platform
	// LeaveDomains has the records be somebody else's, who has pointed them elsewhere before.
	// The app goes on answering to the names. It can be done twice.
	LeaveDomains(ctx context.Context, spec Spec, report func(line string)) error
}

// Namesaker is implemented by platforms that can tell of other deployments of a name.
type Namesaker interface {
	Platform
	// Namesakes lists the tags of deployments that have spec's name and another tag, sorted.
	Namesakes(ctx context.Context, spec Spec) ([]string, error)
}

// ErrNoApp says that no release of the deployment is on its platform (yet, or any
// more).
var ErrNoApp = errors.New("no release of this deployment is there")
