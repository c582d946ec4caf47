package backup

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"slipway/steps/backup/repository"
	"slipway/steps/layout"
	"slipway/steps/shell"
)

// LookState is shell text that prints what the server knows of its backups, and whether it
// works on them. It only reads.
const LookState = `[ ! -f ` + layout.BackupState + `/state.json ] || { printf 'state '; head -c 65536 ` + layout.BackupState + `/state.json; echo; }
[ ! -e ` + DataLock + ` ] || flock -n ` + DataLock + ` true || echo busy`

// DataLock is the file whose lock a backup, a drill or a restore holds.
const DataLock = "/run/slipway-data.lock"

// errUnreadable says that what the server printed of its backups is no state.
var errUnreadable = errors.New("it is damaged")

// State is what the server knows of its backups.
type State struct {
	// Repository is the one that was last reached.
	Repository struct {
		Place string `json:"place"`
		ID    string `json:"id"`
	} `json:"repository"`
	// Last is the last try at a backup, and Drill the last drill; zero if there was none.
	Last  Try   `json:"last"`
	Drill Drill `json:"drill"`
	// Good is the last good backup; zero if there is none.
	Good Made `json:"good"`
	// Warnings say what is odd about it.
	Warnings []string `json:"warnings"`
	// Busy is true while the server works on a backup, a drill or a restore.
	Busy bool `json:"-"`
}

// Try is how a try at something ended. It is not OK while it runs, or if it was killed.
type Try struct {
	Time  time.Time `json:"time,omitzero"`
	OK    bool      `json:"ok"`
	Error string    `json:"error,omitempty"`
	Hint  string    `json:"hint,omitempty"`
}

// Counted is how much was saved or compared.
type Counted struct {
	Tables int64 `json:"tables"`
	Rows   int64 `json:"rows"`
	Files  int64 `json:"files"`
}

// Made is a good backup: it was saved, and found again in the repository.
type Made struct {
	ID      string    `json:"id"`
	Time    time.Time `json:"time"`
	Bytes   int64     `json:"bytes"`
	Release string    `json:"release"`
	Counted
}

// Drill is a drill: the backup ID of the time Of was restored and compared.
type Drill struct {
	Try
	ID string    `json:"id,omitempty"`
	Of time.Time `json:"of,omitzero"`
	Counted
}

// ReadState reads what LookState printed, among other lines. A server without backups has a
// zero state. What it says is made fit to be shown.
func ReadState(looked string) (State, error) {
	var s State
	for _, line := range shell.SplitLines(looked) {
		if line == "busy" {
			s.Busy = true
		}
		text, ok := strings.CutPrefix(line, "state ")
		if !ok {
			continue
		}
		if err := json.Unmarshal([]byte(text), &s); err != nil {
			return State{}, fmt.Errorf("%w: %w", errUnreadable, err)
		}
	}
	for _, text := range []*string{&s.Last.Error, &s.Last.Hint, &s.Drill.Error, &s.Drill.Hint, &s.Repository.Place, &s.Good.ID, &s.Good.Release, &s.Drill.ID} {
		*text = printable(*text)
	}
	for i := range s.Warnings {
		s.Warnings[i] = printable(s.Warnings[i])
	}
	return s, nil
}

const (
	// staleAfter is how old the last good backup may be: a night, and what it takes.
	staleAfter = 26 * time.Hour
	// unprovenAfter is how old the last drill may be: a week, and the night after it.
	unprovenAfter = 8*24*time.Hour + 2*time.Hour
	// clockOff is how far in the future a time may lie for clocks that differ a little.
	clockOff = 5 * time.Minute
)

// Condition is how a deployment's backups are. It is OK only if the last one is good and
// fresh, and one was restored and compared within a week.
type Condition struct {
	// To is where they go; "none" if they are off.
	To string `json:"to"`
	OK bool   `json:"ok"`
	// Trouble says why not, in sentences; Next is what to type next.
	Trouble []string `json:"trouble,omitempty"`
	Next    string   `json:"next,omitempty"`
	// Running is true while the server works on a backup, a drill or a restore.
	Running  bool   `json:"running,omitempty"`
	Last     Try    `json:"last,omitzero"`
	LastGood *Made  `json:"last_good,omitempty"`
	Drill    *Drill `json:"drill,omitempty"`
	// Warnings say what is odd about the last good backup.
	Warnings []string `json:"warnings,omitempty"`
	// Fetched is when the backups were last fetched to this computer, where they go there.
	Fetched time.Time `json:"fetched,omitzero"`
}

// Judge tells how the backups of a deployment are that go to a place.
func (s State) Judge(name, to string, now time.Time) Condition {
	c := Condition{To: to, Running: s.Busy, Last: s.Last, Warnings: s.Warnings}
	if s.Good.ID != "" {
		c.LastGood = &s.Good
	}
	if !s.Drill.Time.IsZero() {
		c.Drill = &s.Drill
	}
	now0, drill0 := "slipway backup now "+name, "slipway backup drill "+name
	c.add(s.lastTrouble(now, to), now0)
	c.add(s.drillTrouble(now), drill0)
	for _, warning := range s.Warnings {
		c.add("since the backup before, "+warning, now0)
	}
	c.OK = len(c.Trouble) == 0
	return c
}

func (c *Condition) add(trouble, next string) {
	if trouble == "" {
		return
	}
	c.Trouble = append(c.Trouble, trouble)
	if c.Next == "" {
		c.Next = next
	}
}

func (s State) lastTrouble(now time.Time, to string) string {
	switch age := now.Sub(s.Good.Time); {
	case s.Last.Time.IsZero():
		return "no backup was made yet"
	case !s.Last.OK && !s.Busy:
		return "the backup of " + stamp(s.Last.Time) + " failed: " + s.Last.Error
	case s.Good.ID == "":
		return "there is no good backup yet"
	case s.Repository.Place != to:
		return "no backup was made at " + to + " yet"
	case age < -clockOff:
		return "the last backup is of " + stamp(s.Good.Time) + ", which is in the future: the server's clock is wrong"
	case age > staleAfter:
		return "the last good backup is " + Age(age) + " old"
	}
	return ""
}

func (s State) drillTrouble(now time.Time) string {
	switch age := now.Sub(s.Drill.Time); {
	case s.Good.ID == "":
		return ""
	case s.Drill.Time.IsZero():
		return "no backup was restored and compared yet"
	case !s.Drill.OK && !s.Busy:
		return "the drill of " + stamp(s.Drill.Time) + " failed: " + s.Drill.Error
	case age < -clockOff:
		return "the last drill was at " + stamp(s.Drill.Time) + ", which is in the future: the server's clock is wrong"
	case age > unprovenAfter:
		return "the last drill is " + Age(age) + " old"
	}
	return ""
}

// JudgeCopy adds what the copy on this computer is worth: a backup on the app's own server
// dies with it.
func (c *Condition) JudgeCopy(name string, here repository.Copied, now time.Time) {
	c.Fetched = here.Time
	next := "slipway backup fetch " + name
	switch age := now.Sub(here.Time); {
	case c.LastGood == nil || here.Has(c.LastGood.ID):
		return
	case here.Time.IsZero():
		c.add("no backup was fetched to this computer yet, and on the server alone they are lost with it", next)
	case age < -clockOff || age > staleAfter:
		c.add("the backups were fetched to this computer "+Age(age)+" ago, and newer ones are on the server alone", next)
	}
	c.OK = len(c.Trouble) == 0
}

// Lines describe the condition in a few lines for people, the result first.
func (c Condition) Lines(now time.Time) []string {
	if c.To == "none" {
		return []string{"off: --backup-to says where they go"}
	}
	var lines []string
	if c.OK {
		lines = append(lines, fmt.Sprintf("good: %s, to %s", c.LastGood.describe(now), c.To))
	} else {
		for _, trouble := range c.Trouble {
			lines = append(lines, "not good: "+trouble)
		}
		if c.LastGood != nil {
			lines = append(lines, "the last good one: "+c.LastGood.describe(now)+", to "+c.To)
		}
		lines = append(lines, "next: "+c.Next)
	}
	if c.Drill != nil && c.Drill.OK {
		lines = append(lines, fmt.Sprintf("proven: the one of %s came back %s ago with %s", stamp(c.Drill.Of), Age(now.Sub(c.Drill.Time)), c.Drill.Counted))
	}
	if !c.Fetched.IsZero() {
		lines = append(lines, "fetched to this computer "+Age(now.Sub(c.Fetched))+" ago")
	}
	if c.Running {
		lines = append(lines, "the server works on a backup, a drill or a restore now")
	}
	return lines
}

func (m Made) describe(now time.Time) string {
	id := m.ID[:min(8, len(m.ID))]
	return fmt.Sprintf("%s, %s old, %s, %s", id, Age(now.Sub(m.Time)), Size(m.Bytes), m.Counted)
}

func (c Counted) String() string {
	return fmt.Sprintf("%d rows of %d tables and %d files", c.Rows, c.Tables, c.Files)
}

// Size is a number of bytes for people.
func Size(bytes int64) string {
	switch {
	case bytes < 1<<10:
		return fmt.Sprintf("%d B", bytes)
	case bytes < 1<<20:
		return fmt.Sprintf("%d kB", bytes>>10)
	}
	return fmt.Sprintf("%d MB", bytes>>20)
}

// Age is how long ago something was, in the largest unit that fits.
func Age(d time.Duration) string {
	d = max(d, 0)
	switch {
	case d < 2*time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}

func stamp(t time.Time) string { return t.Local().Format("2006-01-02 15:04") }
