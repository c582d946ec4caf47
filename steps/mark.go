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
	// Settings are those of the deployment, but for what is of one operator's
	// computer only.
	Settings map[string]string `json:"settings,omitempty"`
}

func markFile(p Plan) shell.File {
	content, err := json.Marshal(Mark{Name: p.Name, Tag: p.Tag, Settings: p.shared()})
	if err != nil {
		panic(err) // strings can always be encoded
	}
	return shell.File{Path: markPath, Mode: "600", Content: string(content) + "\n"}
}

// shared are the settings that mean the same on any computer.
func (p Plan) shared() map[string]string {
	shared := p.used()
	for _, key := range []string{KeyHost, KeyIdentity, KeyFingerprint, KeyName} {
		delete(shared, key)
	}
	return shared
}

// readMark finds the mark in what the look at it printed.
func readMark(looked string) (Mark, bool) {
	for _, line := range splitLines(looked) {
		var m Mark
		if json.Unmarshal([]byte(line), &m) == nil && m.Tag != "" {
			return m, true
		}
	}
	return Mark{}, false
}

// checkMark refuses a server that belongs to another deployment.
func checkMark(plan Plan, looked string) error {
	if m, ok := readMark(looked); ok && m.Tag != plan.Tag {
		return &providers.Failed{Err: fmt.Errorf("the server belongs to another deployment: %s (%s)", m.Name, m.Tag),
			Next: "use another server, or take that deployment up with slipway adopt; nothing was changed on this one"}
	}
	return nil
}
