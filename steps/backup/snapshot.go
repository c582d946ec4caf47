package backup

import (
	_ "embed"
	"fmt"
	"strings"
	"time"

	"slipway/providers"
	"slipway/steps/fact"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

//go:embed snapshotlook.sh
var snapshotLookText string

//go:embed snapshot.sh
var snapshotText string

// What the look of Snapshot prints first.
const (
	noData  = "first" // no release served yet: there is no data to go back to
	hasRun  = "ran"   // the release command ran
	isTaken = "taken" // the data was copied a moment ago
	isNone  = "none"  // the data does not fit the disk twice; why follows
)

// Snapshot is the fact that the app's data was copied before the release command changes
// it, so that code and data can go back together. Data that does not fit the disk twice is
// not copied, and a note says so.
var Snapshot = &fact.Fact{
	Name: "snapshot", Title: "a copy of the data, from before the release command", Phase: providers.PhaseOther, Limit: time.Hour,
	Inner: fact.Always,
	Look: func(p plan.Plan) string {
		return shell.Script(snapshotLookText, snapshotValues(p), "timeout", "-k", "5", "60", "sh", "-c", Call("fits"))
	},
	Decide: func(v fact.View) []providers.Change {
		state, rest, _ := strings.Cut(strings.TrimSpace(v.Looked), "\n")
		if word, _, _ := strings.Cut(state, " "); word == noData || word == hasRun || word == isTaken || word == isNone {
			return nil
		}
		var room struct {
			Needed, Free int64
			Fits         bool
		}
		var reader Reader
		reader.Read(rest)
		if reader.Answer(&room) == nil && !room.Fits {
			return []providers.Change{{What: fmt.Sprintf("go on without a copy of the data: it takes %s, and %s of the disk may be taken", Size(room.Needed), Size(max(room.Free, 0))),
				Why: "rollback --with-data will not find the data of now"}}
		}
		return []providers.Change{{What: "copy the data as it is now", Why: "the release command may change it; rollback --with-data brings it back"}}
	},
	Script: func(v fact.View) string {
		return shell.Script(snapshotText, snapshotValues(v.Plan), "sh", "-c", Call("snapshot", v.Plan.Release))
	},
	Notes: func(v fact.View) []string {
		why, found := strings.CutPrefix(strings.TrimSpace(v.Looked), isNone+" ")
		if !found {
			return nil
		}
		return []string{"rollback --with-data can't go back to before this release: " + printable(why)}
	},
}

func snapshotValues(p plan.Plan) shell.Values {
	l := layout.Of(p.ServerName())
	return shell.Values{"folder": l.Snapshot(p.Release), "current": l.Current(), "released": l.Released(p.Release)}
}

//go:embed setasidelook.sh
var setAsideLookText string

// SetAside is the fact that data which a restore replaced before this release is gone: it
// could be put back until now.
var SetAside = &fact.Fact{
	Name: "set-aside", Title: "replaced data is kept until the next release", Phase: providers.PhaseOther, Limit: 10 * time.Minute,
	Inner: fact.Always,
	Look: func(p plan.Plan) string {
		return shell.Script(setAsideLookText, shell.Values{"folder": layout.SetAside, "release": p.Release})
	},
	Decide: func(v fact.View) []providers.Change {
		if strings.TrimSpace(v.Looked) == nothingAside {
			return nil
		}
		return []providers.Change{{What: "remove the data that was replaced before this release", Why: "it takes room, and could be put back until now"}}
	},
	Script: func(fact.View) string { return Call("forget") + ` | grep -v '^@' || :` },
}

// nothingAside is what the look of SetAside prints if there is nothing to remove.
const nothingAside = "nothing"
