package access

import (
	"encoding/json"
	"fmt"
	"time"

	"slipway/providers"
	"slipway/steps/fact"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

// OwnerFile is where a server says whose it is.
const OwnerFile = "/etc/slipway/deployment.json"

// Mark is the deployment's name and tag on the server itself, so that another
// computer can find out what the server is.
var Mark = &fact.Fact{
	Name: fact.SectionMark, Title: "the server knows its deployment", Phase: providers.PhaseOther, Limit: time.Minute,
	Look: func(plan.Plan) string {
		return shell.Lines(shell.LookFiles(OwnerFile), shell.Command("cat", OwnerFile))
	},
	Decide: func(v fact.View) []providers.Change {
		return fact.ChangedFiles(v.Looked, "another computer can take the server up by it", markFile(v.Plan))
	},
	Script: func(v fact.View) string { return markFile(v.Plan).Put() },
}

// Owner is what a server says of itself.
type Owner struct {
	Name string `json:"name"`
	Tag  string `json:"tag"`
	// Settings are those of the deployment, but for what is of one operator's
	// computer only.
	Settings map[string]string `json:"settings,omitempty"`
}

func markFile(p plan.Plan) shell.File {
	content, err := json.Marshal(Owner{Name: p.Name, Tag: p.Tag, Settings: p.Shared()})
	if err != nil {
		panic(err) // strings can always be encoded
	}
	return shell.File{Path: OwnerFile, Mode: "600", Content: string(content) + "\n"}
}

// ReadOwner finds the mark in what the look at it printed.
func ReadOwner(looked string) (Owner, bool) {
	for _, line := range shell.SplitLines(looked) {
		var m Owner
		if json.Unmarshal([]byte(line), &m) == nil && m.Tag != "" {
			return m, true
		}
	}
	return Owner{}, false
}

// CheckOwner refuses a server that belongs to another deployment.
func CheckOwner(plan plan.Plan, looked string) error {
	if m, ok := ReadOwner(looked); ok && m.Tag != plan.Tag {
		return &providers.Failed{Err: fmt.Errorf("the server belongs to another deployment: %s (%s)", m.Name, m.Tag),
			Next: "use another server, or take that deployment up with slipway adopt; nothing was changed on this one"}
	}
	return nil
}
