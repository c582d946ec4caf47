package steps

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"slipway/providers"
	"slipway/steps/access"
	"slipway/steps/backup"
	"slipway/steps/backup/repository"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/release"
	"slipway/steps/remote"
	"slipway/steps/shell"
)

const (
	// dataLookLimit is how long a look at a server's data may take.
	dataLookLimit = 2 * time.Minute
	// countLimit is how many seconds of it the program may count.
	countLimit = "60"
)

//go:embed destroydata.sh
var destroyDataText string

// Data is what a deployment keeps that nobody can make again.
type Data struct {
	// Kept is what there is; what holds nothing is not in it.
	Kept []providers.Datum
	// Unseen is why it could not be looked at; nil if it was.
	Unseen error
	// Backup says in a sentence which backup there is.
	Backup string

	// known is set if the record says that the app keeps none.
	known bool
	// served is set if a release took the traffic.
	served bool
}

// Any tells whether there is data, as far as is known: what could not be looked at counts
// as data unless the record says that the app keeps none.
func (d Data) Any() bool { return len(d.Kept) > 0 || d.Unseen != nil && !d.known }

// mayBeServed tells whether a release may have taken the traffic and left data. fresh is
// true if no server of the deployment's had answered before this run.
func (d Data) mayBeServed(fresh bool) bool {
	return d.served && len(d.Kept) > 0 || d.Unseen != nil && !fresh
}

// Lines describe it for people; none if there is no data.
func (d Data) Lines() []string {
	var lines []string
	for _, datum := range d.Kept {
		lines = append(lines, datum.String())
	}
	if d.Unseen != nil {
		what := "it could not be looked at, and counts as there"
		if d.known {
			what = "it could not be looked at; when the app was last deployed it was known to keep none"
		}
		lines = append(lines, what+": "+strings.ReplaceAll(d.Unseen.Error(), "\n", "; "))
	}
	if d.Any() && d.Backup != "" {
		lines = append(lines, d.Backup)
	}
	return lines
}

// NeedsLose is the refusal to remove data that nobody agreed to lose, a *providers.Usage.
func (r *Removal) NeedsLose() error {
	if len(r.Data.Kept) == 0 {
		return plan.Usagef("add --lose-data to remove it all the same", "it could not be found out whether %s keeps data", r.Name)
	}
	return plan.Usagef("add --lose-data to remove it with its data", "%s keeps data, and -y alone does not remove that", r.Name)
}

// lookAtData finds out what would be lost.
func (r *Removal) lookAtData(ctx context.Context) Data {
	ctx, cancel := context.WithTimeoutCause(ctx, dataLookLimit, fmt.Errorf("it took longer than %s", dataLookLimit))
	defer cancel()
	d := Data{Backup: "there is no backup of it: backups are off", known: r.deployment.Record().NoData}
	if teller, ok := r.provider.(providers.DataTeller); ok {
		_, err := teller.URL(ctx, r.spec)
		d.served = !errors.Is(err, providers.ErrNoApp)
		d.Kept, d.Unseen = teller.Data(ctx, r.spec)
		return d
	}
	host, ok := r.provider.(providers.ServerProvider)
	if !ok || r.deployment.Record().Server.Address == "" {
		return d // nothing was ever on it
	}
	where, err := host.Server(ctx, r.spec)
	if errors.Is(err, providers.ErrNoServer) {
		return d
	}
	if err == nil {
		err = r.lookOnServer(ctx, host, where, &d)
	}
	if d.Unseen = err; err != nil {
		d.Backup = "which backups there are could not be looked at either"
		if _, on := r.plan.BackupTo(); !on {
			d.Backup = "backups are off"
		}
	}
	return d
}

// lookOnServer logs in to the server and looks there.
func (r *Removal) lookOnServer(ctx context.Context, host providers.ServerProvider, where providers.Server, d *Data) error {
	client, done, err := r.dialForData(ctx, host, where)
	if err != nil {
		return err
	}
	defer done()
	l := layout.Of(r.plan.ServerName())
	seen, err := client.Look(ctx, shell.Lines(
		shell.Section("mark", access.LookOwner+" 2>/dev/null"),
		release.FindServing(l)+" 2>/dev/null",
		shell.Section("serving", `echo "$serving"`),
		shell.Section("program", shell.Command("timeout", countLimit)+" "+backup.Call("look")+" 2>/dev/null"),
		shell.Section("found", shell.Script(destroyDataText, shell.Values{"state": l.State(), "aside": layout.SetAside, "databases": "/var/lib/slipway"})),
		shell.Section("backups", backup.LookState)))
	if err != nil {
		return err
	}
	owner, marked := access.ReadOwner(seen["mark"])
	_, shared := host.(providers.ExistingServer)
	if shared && owner.Tag != r.plan.Tag && (marked || !strings.Contains(seen["mark"], r.plan.Tag)) {
		return nil // nothing of the deployment is there
	}
	d.served = release.NamePattern.MatchString(strings.TrimSpace(seen["serving"]))
	d.Kept = keptOnServer(l, seen["program"], seen["found"])
	if to, on := r.plan.BackupTo(); on {
		d.Backup = lastBackup(seen["backups"], to, time.Now())
	}
	return nil
}

// dialForData logs in as the deployment's own user, and on a server that existed before as
// the operator if that fails. done closes the client.
func (r *Removal) dialForData(ctx context.Context, host providers.ServerProvider, where providers.Server) (*remote.Client, func(), error) {
	k, err := access.ReadKeys(r.deployment.Dir())
	if err != nil {
		return nil, nil, err
	}
	pinned, err := access.ParseHostKeys(r.deployment.Record().Server.HostKeys)
	if err != nil {
		return nil, nil, err
	}
	if existing, ok := host.(providers.ExistingServer); ok {
		return access.DialAny(ctx, existing, where, r.plan.LoginUser(), pinned, k.Signers())
	}
	client, err := access.DialDeploy(ctx, where, r.plan.LoginUser(), pinned, k.Signers())
	return client, func() { client.Close() }, err
}

// keptOnServer reads what the program on the server says and what the look without it
// found, which counts where the program says nothing.
func keptOnServer(l layout.Layout, program, found string) []providers.Datum {
	var said backup.Amounts
	var reader backup.Reader
	reader.Read(program)
	if reader.Answer(&said) != nil {
		said.Data = nil
	}
	var all []providers.Datum
	for _, source := range []string{"postgres", "mariadb", "redis", "files", "sqlite"} {
		if amount, ok := said.Data[source]; ok && holds(source, amount) {
			all = append(all, providers.Datum{What: dataTitles[source] + inState(source, l), Detail: counted(source, amount), Bytes: amount.Bytes})
		}
	}
	for _, line := range shell.SplitLines(found) {
		f := strings.Fields(line)
		_, files := said.Data["files"]
		switch {
		case len(f) == 3 && f[0] == "files" && f[1] != "0" && !files:
			all = append(all, providers.Datum{What: dataTitles["files"] + inState("files", l), Detail: plural(number(f[1]), "file"), Bytes: number(f[2])})
		case len(f) == 3 && f[0] == "database":
			if _, ok := said.Data[f[1]]; !ok {
				all = append(all, providers.Datum{What: dataTitles[f[1]], Detail: "it could not be counted", Bytes: number(f[2])})
			}
		case len(f) == 2 && f[0] == "aside" && f[1] != "0":
			all = append(all, providers.Datum{What: "data that was set aside by a restore or a rollback"})
		}
	}
	return all
}

// dataTitles are what the sources of data are called.
var dataTitles = map[string]string{"postgres": "the database in PostgreSQL", "mariadb": "the database in MariaDB", "redis": "the keys in Redis",
	"files": "the app's files", "sqlite": "the app's SQLite files"}

func inState(source string, l layout.Layout) string {
	if source == "files" || source == "sqlite" {
		return " in " + l.State()
	}
	return ""
}

func number(text string) int64 {
	n, _ := strconv.ParseInt(text, 10, 64) // what is no number is not known
	return n
}

// holds tells whether there is anything in a source. What could not be counted is.
func holds(source string, a backup.Amount) bool {
	switch source {
	case "files":
		return a.Counts["files"] > 0 || a.Error != ""
	case "sqlite":
		return a.Bytes > 0 || a.Error != ""
	}
	return rows(a) > 0 || a.Error != ""
}

func rows(a backup.Amount) int64 {
	var sum int64
	for _, n := range a.Counts {
		sum += n
	}
	return sum
}

// counted says how much a source has.
func counted(source string, a backup.Amount) string {
	switch {
	case a.Error != "":
		return "it could not be counted"
	case source == "files":
		return plural(a.Counts["files"], "file")
	case source == "redis":
		return plural(rows(a), "key")
	}
	return plural(rows(a), "row") + " in " + plural(int64(len(a.Counts)), "table")
}

func plural(n int64, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

// lastBackup says which good backup there is, by what backup.LookState printed.
func lastBackup(looked string, to plan.BackupPlace, now time.Time) string {
	state, err := backup.ReadState(looked)
	if err != nil || state.Good.Time.IsZero() {
		return "there is no good backup of it at " + to.String()
	}
	good := state.Good
	line := fmt.Sprintf("the last good backup is of %s, %s old, with %s, at %s", good.Time.Local().Format("2006-01-02 15:04"), backup.Age(now.Sub(good.Time)), good.Counted, to)
	if state.Drill.Time.IsZero() {
		line += "; none was ever restored and compared"
	}
	if to.Scheme == plan.BackupLocal {
		line += "; " + copyHere(to, good.ID)
	}
	return line
}

// copyHere says which backups this computer has: those on the server go with it.
func copyHere(to plan.BackupPlace, last string) string {
	dir, err := to.Folder()
	here := repository.Last(dir)
	switch {
	case err != nil || here.Time.IsZero():
		return "none was fetched to this computer, and those on the server go with it"
	case here.Has(last):
		return "it was fetched to this computer and stays there"
	}
	return "this computer has those of " + here.Time.Local().Format("2006-01-02 15:04") + " and before: slipway backup fetch brings the others"
}
