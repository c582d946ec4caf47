// Package providers says where an app can run. Each provider is a package below
// this one; the engine in steps knows only the interfaces that are here.
//
// A provider's target is one of two kinds. A target with a server is made, logged
// in to and changed by steps: its provider is a [ServerProvider]. A target that
// takes an app as it is, an image or a source archive, runs it by itself: its
// provider is a [Platform], and there is no login, no audit and no hardening. The
// engine asks which of the two a provider is; what a target without a server can't
// do is said by [WithServer] and nowhere else.
//
// Every provider keeps these promises, and package conformance checks them:
// nothing is looked for by name alone, the tag decides what belongs to a
// deployment; what is asked for twice is made once; Destroy removes exactly what
// carries the tag; every call ends when its context does.
package providers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/crypto/ssh"
)

// Spec is what a deployment wants of its provider. It is the same on every
// run of the deployment, so a provider can look for what an earlier run made.
type Spec struct {
	// Name is the deployment's name; it becomes the server's host name.
	Name string
	// Tag marks everything that is made for this deployment and nothing else:
	// no two deployments, on any computer, share one.
	Tag string
	// Region, Size and Image are the provider's own slugs; empty means its default.
	Region, Size, Image string
	// KeepSize says that Size is only what an earlier run took: a server that is there keeps
	// the size that it has, unless that run was about to change it.
	KeepSize bool
	// UserData is the cloud-config that the server's first boot is given.
	UserData string
	// AuthorizedKey is the public key that may log in, in authorized_keys form.
	AuthorizedKey string
	// Ports are the TCP ports that the world may reach, UDPPorts those of UDP.
	Ports, UDPPorts []int
	// Known are the identifiers of what an earlier run saw, by kind. They help
	// where look-ups lag behind; they prove nothing.
	Known map[string]string
	// Asked are when an earlier run recorded that it was about to ask for a resource, by
	// kind, where the answer is not on record: it may be lost.
	Asked map[string]time.Time
}

// Provider is what every target needs: something is made, listed and removed for
// one deployment. It is a [ServerProvider] or a [Platform] too. A value belongs to
// one deployment's run and need not be safe for concurrent use.
type Provider interface {
	// Name is what --provider calls it.
	Name() string
	// Check asks, before anything is made, whether the provider would do what
	// spec asks for: credentials, limits, slugs. It only reads. A refusal is a
	// *Refused; a wrong slug is an *Usage.
	Check(ctx context.Context, spec Spec) error
	// Resources lists what the target needs before an app can come, in the order
	// in which it is made.
	Resources(spec Spec) []Resource
	// Holdings lists what exists with spec's tag: what Destroy would remove.
	Holdings(ctx context.Context, spec Spec) ([]Holding, error)
	// Destroy removes exactly what carries spec's tag and tells report of each
	// removal. What is gone already is no error, so it can be called again.
	Destroy(ctx context.Context, spec Spec, report func(line string)) error
}

// ServerProvider is implemented by providers whose target is a server: the engine
// logs in to it, and the facts in steps are brought about there.
type ServerProvider interface {
	Provider
	// Server tells where the server answers, or ErrNoServer.
	Server(ctx context.Context, spec Spec) (Server, error)
}

// Ability is something that takes a server, as it follows the word can't.
type Ability string

// What takes a server.
const (
	ToLogIn        Ability = "be logged in to"
	ToRun          Ability = "run a command in the app's environment"
	ToAudit        Ability = "be audited"
	ToAdopt        Ability = "be adopted"
	ToSetVars      Ability = "change variables without a deployment"
	ToGoBack       Ability = "roll back"
	ToTellLog      Ability = "show the server's log"
	ToBackUp       Ability = "make backups"
	ToOpenDatabase Ability = "open its database"
	ToExamine      Ability = "show the state of its server"
)

// WithServer is the provider as one whose target is a server. Where it is none,
// the error says in one sentence what the target can't do; it is a *Usage.
func WithServer(p Provider, wanted Ability) (ServerProvider, error) {
	if s, ok := p.(ServerProvider); ok {
		return s, nil
	}
	return nil, &Usage{
		Err:  fmt.Errorf("%s can't %s: it runs the app by itself, and there is no server to log in to", p.Name(), wanted),
		Next: "use a provider with a server for that: local, digitalocean or ssh",
	}
}

// Can is a platform as one that can do what is wanted of it. Where it can't, the error says
// so in one sentence; it is a *Usage.
func Can[T Platform](p Platform, wanted Ability) (T, error) {
	able, ok := p.(T)
	if !ok {
		return able, &Usage{Err: fmt.Errorf("%s can't %s", p.Name(), wanted), Next: "use a provider with a server for that: local, digitalocean or ssh"}
	}
	return able, nil
}

// ExistingServer is implemented by providers of servers that were there before:
// the host key is vouched for, not made, and the first login is the operator's
// own.
type ExistingServer interface {
	ServerProvider
	// HostKeys are the host keys that the server shows and that somebody
	// vouches for. Nothing that matters is sent to find out.
	HostKeys(ctx context.Context) ([]ssh.PublicKey, error)
	// Signers are the operator's keys; done gives them back.
	Signers(ctx context.Context) (signers []ssh.Signer, done func(), err error)
	// SudoPassword is what the operator's user gives to sudo; empty if nobody
	// can be asked.
	SudoPassword(ctx context.Context) (string, error)
}

// Renter is implemented by providers that rent servers in sizes.
type Renter interface {
	ServerProvider
	// Sizes tells which size a new server of spec gets, and the cheapest one sold there that
	// has at least so many megabytes of memory. bigger has no name if there is none.
	Sizes(ctx context.Context, spec Spec, leastMB int) (size, bigger Size, err error)
}

// Size is a size of a server.
type Size struct {
	// Name is the provider's slug, as --size takes it.
	Name     string
	MemoryMB int
	// Monthly is what it costs in US dollars a month.
	Monthly float64
}

// BackupKeeper is implemented by providers that can make the bucket that backups go to.
type BackupKeeper interface {
	Provider
	// BackupAccess is how the deployment's backups get to their bucket. It is known once
	// Resources were made; before, and if backups go elsewhere, the error wraps ErrNoBackups.
	BackupAccess() (Access, error)
}

// Access is what opens a bucket at an S3 server. Printed, it shows no secret.
type Access struct {
	// Endpoint is where the server answers: "https://fra1.digitaloceanspaces.com".
	Endpoint string
	// AccessKey and SecretKey may read and write the bucket.
	AccessKey, SecretKey string
}

// String leaves the key out.
func (a Access) String() string { return "the access to a bucket at " + a.Endpoint }

// GoString leaves the key out.
func (a Access) GoString() string { return a.String() }

// ErrNoBackups says that the provider has made no place for backups (yet).
var ErrNoBackups = errors.New("there is no place for the backups of this deployment")

// Consoler is implemented by providers that can show what the server printed
// while it booted, for the case that it never answers.
type Consoler interface {
	// Console returns the last lines that the server printed.
	Console(ctx context.Context, spec Spec) (string, error)
}

// Resource is one thing that a provider makes: an image, a key, a firewall, a
// droplet.
//
// The engine calls Look; if it does not hold, it records durably what it is
// about to ask for, calls Make, and calls Look again: only that second Look
// counts as success.
type Resource interface {
	// Kind names it in events and in the state file: lower case, no spaces.
	Kind() string
	// Title is what people read: "a machine on this computer".
	Title() string
	// Phase is what its time is counted as.
	Phase() Phase
	// Look tells whether it exists. asked is when an earlier attempt recorded
	// that it would ask for it without ever recording an answer, and zero if
	// there was none: with a time, Look must wait out look-ups that lag behind
	// the create before it says that it does not exist.
	Look(ctx context.Context, asked time.Time) (Finding, error)
	// Make makes what the last Look found missing and returns when it is there.
	// It is idempotent where the provider can be asked idempotently; where it
	// can't, Make asks once and never repeats the request by itself. report
	// receives lines that show that long work is alive.
	Make(ctx context.Context, report func(line string)) error
}

// Phase groups the time that a run takes.
type Phase string

// The phases of a run.
const (
	PhaseImage Phase = "image" // things made once per computer: tools, the base image
	PhaseBoot  Phase = "boot"  // making the server until it can be logged in to
	PhaseApt   Phase = "apt"   // the server's own packages
	PhasePip   Phase = "pip"   // the app's packages
	PhaseTests Phase = "tests" // the app's own tests
	PhaseOther Phase = "other" // all that Slipway itself adds
)

// Finding is what a look found.
type Finding struct {
	// Holds is true if there is nothing to do.
	Holds bool
	// Detail describes what is there, in a few words; may be empty.
	Detail string
	// ID is the provider's identifier of what is there; may be empty.
	ID string
	// Changes lists what would be done; empty if Holds.
	Changes []Change
	// Notes are things a person should know that stop nothing.
	Notes []string
}

// Change is one thing that would be done, described before it is.
type Change struct {
	// What is done, starting with a verb: "create droplet s-1vcpu-512mb".
	What string
	// Why it is needed; may be empty.
	Why string
	// Was is what is there instead, in a few words; may be empty.
	Was string
	// Closes is the port that the change closes to a program which listens there, as
	// --allow takes it: "8080", "51820/udp". It is empty for all other changes.
	Closes string
	// Monthly is what it costs in US dollars a month; 0 is free.
	Monthly float64
	// Hourly is the same by the hour.
	Hourly float64
	// Ends is what costs so much in US dollars a month now and ends with the change.
	Ends float64 `json:",omitzero"`
}

// Server is where a server answers.
type Server struct {
	// Address is what the world reaches it by: an IP address or a host name.
	Address string
	// Direct is the server's own address where Address is another that leads to it; empty
	// where Address is its own.
	Direct string
	// Port is sshd's.
	Port int
	// User is the first login that the server allows.
	User string
}

// Holding is one thing that exists for a deployment.
type Holding struct {
	Kind, ID, Detail string
	// Monthly is what it costs in US dollars a month; 0 is free.
	Monthly float64
}

// Sharer is implemented by providers where a deployment uses what the account pays once
// for, whichever deployments use it: a registry, buckets. Destroy leaves it.
type Sharer interface {
	Provider
	// Shared lists what of it the deployment uses, with what it costs the account. Each kind
	// is paid for once, however many deployments list it.
	Shared(ctx context.Context, spec Spec) ([]Holding, error)
}

// ErrNoServer says that the deployment has no server (yet, or any more).
var ErrNoServer = errors.New("there is no server for this deployment")

// Refused says that a provider will not do it: credentials, scopes, limits, a
// locked account, missing rights. The command exits with 3.
type Refused struct {
	// Err is what happened and why.
	Err error
	// Next is what to type or do next.
	Next string
}

func (e *Refused) Error() string { return e.Err.Error() }
func (e *Refused) Unwrap() error { return e.Err }

// Hint is what to type or do next.
func (e *Refused) Hint() string { return e.Next }

// Usage says that what was asked for can't be used: a bad name, an unknown slug,
// an app of which it is not clear how to run it. Nothing was made for it. The
// command exits with 2.
type Usage struct {
	// Err is what is wrong.
	Err error
	// Next is what to type instead; may be empty.
	Next string
	// About is what has to be said otherwise; empty if it is the provider's to
	// know.
	About Subject
}

// Subject is what a Usage is about.
type Subject string

// The subjects of a Usage.
const (
	// AboutSetting is a flag, a variable or a key of slipway.toml.
	AboutSetting Subject = "setting"
	// AboutApp is the app's own folder: only its owner can decide.
	AboutApp Subject = "app"
)

// Error is one line: what is wrong and what to type instead.
func (e *Usage) Error() string {
	if e.Next == "" {
		return e.Err.Error()
	}
	return e.Err.Error() + ": " + e.Next
}

func (e *Usage) Unwrap() error { return e.Err }

// Hint is what to type instead.
func (e *Usage) Hint() string { return e.Next }

// Failed says that something went wrong that another try may mend. The
// command exits with 1.
type Failed struct {
	// Err is what happened and why.
	Err error
	// Next is what to type or do next.
	Next string
}

func (e *Failed) Error() string { return e.Err.Error() }
func (e *Failed) Unwrap() error { return e.Err }

// Hint is what to type or do next.
func (e *Failed) Hint() string { return e.Next }
