package service

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"slipway/providers"
	"slipway/steps/app"
	"slipway/steps/fact"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

// database is a kind of database: what Slipway installs, writes and makes for it.
type database struct {
	// name is the plan's: app.Postgres. title is the one that people know.
	name, title string
	// packages are Debian's. others is the unit that they would start by themselves, or
	// empty: it is masked where Slipway installs them.
	packages []string
	others   string
	// user is the Unix user that the database runs as.
	user string
	// percent is how much of the server's memory is meant for it.
	percent int
	// least is how many megabytes it takes at least, with a small app's data.
	least int
	// notes are sentences for people about what is there; may be nil.
	notes func(v fact.View) []string
	// lines are the unit's lines that no other kind has.
	lines func(v fact.View) []string
	// files are its settings.
	files func(v fact.View) []shell.File
	// look is shell text that prints "made" once the app's role and database are there, and
	// "version NEW OLD" with the version of the program and, if there is one, that of the
	// data; it only reads.
	look func(p plan.Plan) string
	// prepare is shell text that makes the folder of the data, if there is none, before the
	// unit starts; finish makes the role and the database once it runs. Both can be run
	// again after a crash.
	prepare, finish func(p plan.Plan) string
	// upgrade says what a person does about data of another major version.
	upgrade string
}

// kinds are all that can be asked for, sorted by name.
var kinds = []database{mariaDB, postgres, redis}

// of are the kinds that a plan asks for.
func of(p plan.Plan) []database {
	if p.OnPlatform() {
		return nil
	}
	asked := p.Services()
	return slices.DeleteFunc(slices.Clone(kinds), func(k database) bool { return !slices.Contains(asked, k.name) })
}

// Facts are what should be true of the databases of a plan, one for each.
func Facts(p plan.Plan) []*fact.Fact {
	var facts []*fact.Fact
	for _, k := range of(p) {
		facts = append(facts, k.fact())
	}
	return facts
}

// Unit is the name of the unit of a kind of database.
func Unit(kind string) string { return "slipway-" + kind + ".service" }

// After are lines of a unit of the app's by which it starts after the plan's databases;
// none without any. If one of them stops, the app goes on.
func After(p plan.Plan) []string {
	var units []string
	for _, k := range of(p) {
		units = append(units, Unit(k.name))
	}
	if len(units) == 0 {
		return nil
	}
	return []string{"After=" + strings.Join(units, " "), "Wants=" + strings.Join(units, " ")}
}

// folder is where a kind's data lies, runtime the folder of its socket.
func folder(kind string) string  { return "/var/lib/slipway-" + kind }
func runtime(kind string) string { return "/run/slipway-" + kind }

const settingsFolder = "/etc/slipway/services/"

func (k database) fact() *fact.Fact {
	return &fact.Fact{
		Name: k.name, Title: k.title + " beside the app", Phase: providers.PhaseOther, Limit: 20 * time.Minute,
		Reads: func(p plan.Plan) fact.Reads {
			v := fact.View{Plan: p}
			return fact.Reads{Files: append(shell.Paths(k.allFiles(v)), k.started(v).Path), Units: []string{Unit(k.name)}}
		},
		Look:   func(p plan.Plan) string { return shell.Lines(k.look(p), k.lookPort(p)) },
		Refuse: k.refuse,
		Decide: k.decide,
		Script: k.script,
		Detail: func(v fact.View) string {
			_, data := dataVersions(v.Looked)
			return fmt.Sprintf("%s %s, reached over a socket in %s", k.title, data, runtime(k.name))
		},
		Notes: func(v fact.View) []string {
			notes := append(k.tooSmall(v), k.portNotes(v)...)
			if k.notes != nil {
				notes = append(notes, k.notes(v)...)
			}
			return notes
		},
	}
}

// IsFact tells whether a fact of this name is a database's.
func IsFact(name string) bool {
	return slices.ContainsFunc(kinds, func(k database) bool { return k.name == name })
}

// allFiles are the unit and its settings. No other fact writes them.
func (k database) allFiles(v fact.View) []shell.File {
	return append([]shell.File{k.unit(v)}, k.files(v)...)
}

// refuse stops a run where another major version of the database was installed than the
// data is of: no program starts data that it would change for good.
func (k database) refuse(v fact.View) error {
	program, data := dataVersions(v.Looked)
	if data == "" || program == "" || program == data {
		return nil
	}
	return &providers.Failed{
		Err:  fmt.Errorf("the data of %s is of version %s, and the server has version %s: it is not started over that data", k.title, data, program),
		Next: k.upgrade,
	}
}

func (k database) decide(v fact.View) []providers.Change {
	if k.refuse(v) != nil { // only a person can mend it
		program, data := dataVersions(v.Looked)
		return []providers.Change{{What: k.upgrade, Was: fmt.Sprintf("data of version %s, and %s %s", data, k.title, program)}}
	}
	changes := fact.ChangedFiles(v.Looked, k.title+" runs for the app alone", k.allFiles(v)...)
	looked := shell.SplitLines(v.Looked)
	state := shell.UnitsByID(v.Looked)[Unit(k.name)].State()
	if state != shell.ActiveAtBoot || !k.started(v).Same(v.Looked) || k.unguarded(v) {
		changes = append(changes, providers.Change{What: "start " + k.title + ", now and at every boot", Was: state})
	}
	if !slices.Contains(looked, "made") && k.name != app.Redis {
		changes = append(changes, providers.Change{What: "make the role and the database " + layout.Of(v.Plan.ServerName()).User, Why: "the app can do in it what it likes, and nobody else gets in"})
	}
	if k.name == app.MariaDB && SecretsFile(v.Plan) != "" && !slices.Contains(looked, "secrets") {
		changes = append(changes, providers.Change{What: "make the password of the app's role at the port", Why: "only root and the app know it"})
	}
	return changes
}

// started is the file of the sum of the files that the database runs with. It is written
// after a start, so that files that a run wrote before it was killed are known.
func (k database) started(v fact.View) shell.File {
	var all strings.Builder
	for _, f := range k.allFiles(v) {
		all.WriteString(f.Path + "\n" + f.Content)
	}
	return shell.File{Path: settingsFolder + k.name + ".started", Mode: "644", Content: shell.Sum(all.String()) + "\n"}
}

// script writes the files, and restarts the database only if it runs with others.
func (k database) script(v fact.View) string {
	verb := "start"
	if !k.started(v).Same(v.Looked) || k.unguarded(v) {
		verb = "restart"
	}
	return shell.Lines("(", "cd /",
		k.prepare(v.Plan),
		shell.PutAll(k.allFiles(v)),
		shell.ReloadUnits(Unit(k.name)),
		shell.Enable(Unit(k.name)),
		shell.Journal,
		shell.Script(startText, shell.Values{"unit": Unit(k.name), "verb": verb}),
		k.started(v).Put(),
		k.finish(v.Plan),
		")")
}

// Instance is where a database is, for what works on it as root.
type Instance struct {
	// Kind is the plan's word, Unit its unit, Socket the socket, or for PostgreSQL its folder.
	Kind   string `json:"kind"`
	Unit   string `json:"unit"`
	Socket string `json:"socket"`
	// Database and Role are the app's; Redis has neither.
	Database string `json:"database"`
	Role     string `json:"role"`
	// User is the Unix user that it runs as, Data the folder that holds its data.
	User string `json:"user"`
	Data string `json:"data"`
}

// Instances are the databases of a plan.
func Instances(p plan.Plan) []Instance {
	user := layout.Of(p.ServerName()).User
	var all []Instance
	for _, k := range of(p) {
		i := Instance{Kind: k.name, Unit: Unit(k.name), Socket: socket(k.name), Database: user, Role: user, User: k.user, Data: folder(k.name) + "/data"}
		if k.name == app.Redis {
			i.Database, i.Role, i.Data = "", "", folder(k.name)
		}
		all = append(all, i)
	}
	return all
}

// socket is the path of a kind's socket; PostgreSQL takes its folder.
func socket(kind string) string {
	switch kind {
	case app.MariaDB:
		return runtime(kind) + "/mariadb.sock"
	case app.Redis:
		return runtime(kind) + "/redis.sock"
	}
	return runtime(kind)
}
