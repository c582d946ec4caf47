package steps

import (
	"encoding/json"
	"fmt"
	"time"

	"slipway/providers"
	"slipway/steps/shell"
)

// markPath is where a server says whose it is.
const markPath = "/etc/slipway/deployment.json"

// mark is the deployment's name and tag on the server itself, so that another
// computer can find out what the server is.
var mark = &fact{
	name: sectionMark, title: "the server knows its deployment", phase: providers.PhaseOther, limit: time.Minute,
	look: func(Plan) string {
		return shell.Lines(shell.LookFiles(markPath), shell.Command("cat", markPath))
	},
	decide: func(v view) []providers.Change {
		return changedFiles(v.Looked, "another computer can take the server up by it", markFile(v.Plan))
	},
	script: func(v view) string { return markFile(v.Plan).Put() },
}

// Mark is what a server says of itself.
type Mark struct {
	Name string `json:"name"`
	Tag  string `json:"tag"`
}

func markFile(p Plan) shell.File {
	content, err := json.Marshal(Mark{Name: p.Name, Tag: p.Tag})
	if err != nil {
		panic(err) // two strings can always be encoded
	}
	return shell.File{Path: markPath, Mode: "644", Content: string(content) + "\n"}
}

// checkMark refuses a server that belongs to another deployment.
func checkMark(plan Plan, looked string) error {
	for _, line := range splitLines(looked) {
		var m Mark
		if json.Unmarshal([]byte(line), &m) == nil && m.Tag != "" && m.Tag != plan.Tag {
			return &hinted{err: fmt.Errorf("the server belongs to another deployment: %s (%s)", m.Name, m.Tag),
				next: "use another server; nothing was changed on this one"}
		}
	}
	return nil
}
