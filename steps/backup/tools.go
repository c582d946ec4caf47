package backup

import (
	_ "embed"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"slipway/providers"
	"slipway/steps/app"
	"slipway/steps/fact"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/service"
	"slipway/steps/shell"
)

//go:embed tools.sh
var toolsText string

//go:embed remove.sh
var removeText string

// Tools is the fact that the program that dumps, counts and restores data is on the
// server, with what it needs to know of the deployment.
var Tools = &fact.Fact{
	Name: "backup", Title: "the program that looks after the data", Phase: providers.PhaseOther, Limit: 2 * time.Minute,
	Reads: func(p plan.Plan) fact.Reads {
		files, _ := program()
		return fact.Reads{Units: []string{nightlyTimer},
			Files: slices.Concat(shell.Paths(append(files, settingsFile(p))), shell.Paths(nightlyFiles(p)), accessPaths, []string{layout.Program})}
	},
	Look:   func(plan.Plan) string { return accessLook },
	Refuse: refuseAccess,
	Before: bringRepository,
	Decide: func(v fact.View) []providers.Change {
		files, folder := program()
		linked := slices.Contains(shell.SplitLines(v.Looked), "link "+folder+" "+layout.Program)
		var changes []providers.Change
		if !linked || slices.ContainsFunc(files, func(f shell.File) bool { return !f.Same(v.Looked) }) {
			changes = append(changes, providers.Change{What: "install the program that dumps, counts and restores what the app keeps", Why: "data is never replaced unless a copy was compared"})
		}
		changes = append(changes, fact.ChangedFiles(v.Looked, "the program knows what the app keeps", settingsFile(v.Plan))...)
		return slices.Concat(changes, decideAccess(v), decideNightly(v))
	},
	Script: func(v fact.View) string {
		files, folder := program()
		return shell.Lines(
			shell.PutAll(files),
			shell.Script(toolsText, shell.Values{"folder": folder, "program": layout.Program}),
			settingsFile(v.Plan).Put(),
			putAccess(v.Plan),
			putNightly(v.Plan),
			tryAccess(v.Plan),
		)
	},
	Notes: accessNotes,
}

// Wanted tells whether a plan needs the program on the server.
func Wanted(p plan.Plan) bool {
	return p.Value(plan.KeyBackupTo) != "" || p.KeepsData() // backups that are turned off have to end
}

// programSettings are what the program knows of the deployment. They have no secrets.
type programSettings struct {
	Name      string             `json:"name"`
	Tag       string             `json:"tag"`
	User      string             `json:"user"`
	State     string             `json:"state"`
	Root      string             `json:"root"`
	Variables string             `json:"variables"`
	Kept      []keptPath         `json:"kept"`
	Services  []service.Instance `json:"services"`
	Backup    *backupSettings    `json:"backup"`
	// Settings are those of plan.Shared: with them the deployment can be made again.
	Settings map[string]string `json:"settings"`
}

// keptPath is what the app keeps beside its code. Kind is "folder", "served" or "file", and
// At the place of the data.
type keptPath struct {
	Path string `json:"path"`
	Kind string `json:"kind"`
	At   string `json:"at"`
}

// backupSettings are where backups go, when, and how many are kept.
type backupSettings struct {
	Repository string         `json:"repository"`
	At         string         `json:"at"`
	Keep       map[string]int `json:"keep"`
}

func settingsFile(p plan.Plan) shell.File {
	l := layout.Of(p.ServerName())
	s := programSettings{
		Name: p.ServerName(), Tag: p.Tag, User: l.User, State: l.State(), Root: l.Root(), Variables: layout.VariablesFolder,
		Kept: []keptPath{}, Services: service.Instances(p), Settings: p.Shared(),
	}
	for _, k := range p.App.Data {
		s.Kept = append(s.Kept, keptPath{Path: k.Path, Kind: kindOf(k), At: l.Kept(k.Path)})
	}
	if to, on := p.BackupTo(); on {
		s.Backup = &backupSettings{Repository: to.String(), At: p.Value(plan.KeyBackupAt), Keep: p.BackupKeep()}
	}
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(s); err != nil {
		panic(err) // texts and numbers can always be written
	}
	return shell.File{Path: layout.ProgramSettings, Mode: "600", Content: text.String()}
}

func kindOf(k app.Kept) string {
	switch {
	case k.File:
		return "file"
	case k.URL != "":
		return "served"
	}
	return "folder"
}

// Remove is shell text that takes the program away, its settings, the copies of the app's
// data that it made on the server, and the keys of the backups. It can be run again.
func Remove() string {
	return shell.Lines(endNightly, shell.Script(removeText, shell.Values{"program": layout.Program, "settings": layout.ProgramSettings}))
}
