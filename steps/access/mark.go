package access

import (
	"encoding/json"
	"fmt"
	"time"

	"slipway/providers"
	"slipway/steps/fact"
	"slipway/steps/hardening"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

// OwnerFile is the mark: the file that tells which deployment a server belongs to.
const OwnerFile = fact.OwnerFile

// Mark is the deployment's name and tag on the server itself, so that another
// computer can find out what the server is.
var Mark = &fact.Fact{
	Name: fact.SectionMark, Title: "the server knows its deployment", Phase: providers.PhaseOther, Limit: time.Minute,
	Look: func(plan.Plan) string {
		return shell.Lines(shell.LookFiles(OwnerFile), shell.Command("cat", OwnerFile))
	},
	Decide: func(v fact.View) []providers.Change {
		return fact.ChangedFiles(v.Looked, "another computer can adopt the deployment by it", markFile(v.Plan))
	},
	Script: func(v fact.View) string {
		if v.Plan.Value(plan.KeyHost) == "" {
			return markFile(v.Plan).Put()
		}
		return shell.Lines(hardening.KeepBefore(OwnerFile), markFile(v.Plan).Put())
	},
}

// Owner is the mark's content: the deployment that the server belongs to.
type Owner struct {
	Name string `json:"name"`
	Tag  string `json:"tag"`
	// Settings are the deployment's, without those that mean something on one
	// operator's computer only.
	Settings map[string]string `json:"settings,omitempty"`
}

func markFile(p plan.Plan) shell.File {
	content, err := json.Marshal(Owner{Name: p.Name, Tag: p.Tag, Settings: p.Shared()})
	if err != nil {
		panic(err) // strings can always be encoded
	}
	return shell.File{Path: OwnerFile, Mode: "600", Content: string(content) + "\n"}
}

// ReadOwner finds the mark in what the look at it printed; false if there is none.
func ReadOwner(looked string) (Owner, bool) {
	for _, line := range shell.SplitLines(looked) {
		var owner Owner
		if json.Unmarshal([]byte(line), &owner) == nil && owner.Tag != "" {
			return owner, true
		}
	}
	return Owner{}, false
}

// CheckOwner refuses a server that carries another deployment's mark. One without a
// mark is free.
func CheckOwner(p plan.Plan, looked string) error {
	if owner, ok := ReadOwner(looked); ok && owner.Tag != p.Tag {
		return &providers.Failed{Err: fmt.Errorf("the server belongs to another deployment: %s (%s)", owner.Name, owner.Tag),
			Next: "use another server, or adopt that deployment with slipway adopt; nothing was changed on this server"}
	}
	return nil
}
