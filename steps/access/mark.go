package access

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"time"

	"slipway/providers"
	"slipway/steps/fact"
	"slipway/steps/hardening"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

// OwnerFile is the mark: the file that tells which deployment a server belongs to.
const OwnerFile = fact.OwnerFile

// longestMark is how many bytes of the mark are read. One that slipway wrote is shorter.
const longestMark = 64 << 10

// Mark is the deployment's name and tag on the server itself, so that another
// computer can find out what the server is.
var Mark = &fact.Fact{
	Name: fact.SectionMark, Title: "the server knows its deployment", Phase: providers.PhaseOther, Limit: time.Minute,
	Reads: func(plan.Plan) fact.Reads { return fact.Reads{Files: []string{OwnerFile}} },
	Look:  func(plan.Plan) string { return LookOwner },
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

// LookOwner is shell text that prints the mark, for ReadOwner.
var LookOwner = shell.Command("head", "-c", strconv.Itoa(longestMark), OwnerFile)

// Owner is the mark's content: the deployment that the server belongs to. Whoever is
// root on the server can write anything there, so nothing of it is used before Check.
type Owner struct {
	Name string `json:"name"`
	Tag  string `json:"tag"`
	// Login is the user that slipway logs in as; empty is the usual one.
	Login string `json:"login,omitempty"`
	// Settings are the deployment's, without those that mean something on one
	// operator's computer only.
	Settings map[string]string `json:"settings,omitempty"`
}

func markFile(p plan.Plan) shell.File {
	owner := Owner{Name: p.ServerName(), Tag: p.Tag, Settings: p.Shared()}
	if user := p.LoginUser(); user != plan.Logins[0] {
		owner.Login = user
	}
	content, err := json.Marshal(owner)
	if err != nil {
		panic(err) // strings can always be encoded
	}
	return shell.File{Path: OwnerFile, Mode: "600", Content: string(content) + "\n"}
}

// ReadOwner finds the mark in what the look at it printed; false if there is none, or
// one that is longer than any that slipway wrote.
func ReadOwner(looked string) (Owner, bool) {
	for _, line := range shell.SplitLines(looked) {
		var owner Owner
		if len(line) <= longestMark && json.Unmarshal([]byte(line), &owner) == nil && owner.Tag != "" {
			return owner, true
		}
	}
	return Owner{}, false
}

var tagPattern = regexp.MustCompile(`^slipway-([a-z0-9-]+)-[0-9a-f]{12}$`)

// Check refuses a mark that slipway did not write: another form of a name or a tag, a
// tag of another name, a setting that no deployment shares, a value that no flag takes.
func (o Owner) Check() error {
	if err := plan.CheckName(o.Name); err != nil {
		return fmt.Errorf("its name %s can't be used: %w", quoted(o.Name), err)
	}
	if of := tagPattern.FindStringSubmatch(o.Tag); of == nil || of[1] != o.Name {
		return fmt.Errorf("its tag %s is none of the deployment %s", quoted(o.Tag), o.Name)
	}
	if o.Login != "" && (plan.Plan{Login: o.Login}).LoginUser() != o.Login {
		return fmt.Errorf("slipway logs in nowhere as %s", quoted(o.Login))
	}
	for _, key := range slices.Sorted(maps.Keys(o.Settings)) {
		value := o.Settings[key]
		if err := plan.CheckShared(key, value); err != nil {
			return fmt.Errorf("its setting %s can't be %s: %w", quoted(key), quoted(value), err)
		}
	}
	return nil
}

// quoted is a stranger's text in quotes, short, and without what a terminal obeys.
func quoted(text string) string {
	const most = 80
	if len(text) > most {
		return strconv.QuoteToASCII(text[:most]) + "…"
	}
	return strconv.QuoteToASCII(text)
}

// LoginOf is the user that the owner's deployment logs in as, if it is the plan's; else
// the plan's own.
func LoginOf(o Owner, p plan.Plan) string {
	if o.Tag != p.Tag {
		return p.LoginUser()
	}
	return plan.Plan{Login: o.Login}.LoginUser()
}

// CheckOwner refuses a server that carries another deployment's mark. One without a
// mark is free.
func CheckOwner(p plan.Plan, looked string) error {
	if owner, ok := ReadOwner(looked); ok && owner.Tag != p.Tag {
		name, tag := owner.Name, owner.Tag
		if owner.Check() != nil {
			name, tag = quoted(name), quoted(tag)
		}
		return &providers.Failed{Err: fmt.Errorf("the server belongs to another deployment: %s (%s)", name, tag),
			Next: "use another server, or adopt that deployment with slipway adopt; nothing was changed on this server"}
	}
	return nil
}
