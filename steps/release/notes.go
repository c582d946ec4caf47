package release

import (
	"encoding/json"

	"slipway/steps/app"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

// Notes is what the server keeps about a release, as JSON, so that its plan can be
// made again without the app's folder. It holds no secret.
type Notes struct {
	// App is what was found out about the app, without reasons and warnings.
	App app.Found `json:"app"`
	// DependencyHash is plan.Plan's.
	DependencyHash string `json:"dependency_hash"`
}

// notesFile leaves out why each decision was made: that is for whoever deploys.
func notesFile(p plan.Plan) shell.File {
	notes := Notes{App: p.App, DependencyHash: p.DependencyHash}
	notes.App.Reasons, notes.App.Warnings = nil, nil
	content, err := json.Marshal(notes)
	if err != nil {
		panic(err) // strings can always be encoded
	}
	return shell.File{Path: layout.Of(p.ServerName()).Notes(p.Release), Mode: "600", Content: string(content) + "\n"}
}
