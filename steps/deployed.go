package steps

import (
	"slipway/providers"

	"context"
	"encoding/json"
	"errors"
	"fmt"

	"slipway/state"
	"slipway/steps/app"
	"slipway/steps/shell"
)

// releaseNotes is what the server keeps of a release, so that its plan can be
// made again without the app's folder. It holds no secret.
type releaseNotes struct {
	App            app.Found `json:"app"`
	DependencyHash string    `json:"dependency_hash"`
}

func (l layout) notes(id string) string { return l.release(id) + "/release.json" }

// notesFile is made when the release is uploaded. Where each decision came from
// is no part of it: that is for who deploys.
func notesFile(p Plan) shell.File {
	notes := releaseNotes{App: p.App, DependencyHash: p.DependencyHash}
	notes.App.Reasons, notes.App.Warnings = nil, nil
	content, err := json.Marshal(notes)
	if err != nil {
		panic(err) // strings can always be encoded
	}
	return shell.File{Path: layoutOf(p.Name).notes(p.Release), Mode: "600", Content: string(content) + "\n"}
}

// deployed is the plan of what is on the server: of the release on record, or of
// the one that takes the traffic. It has no Bundle: the source is on the server
// only.
func (s *Session) deployed(ctx context.Context, onRecord bool) (Plan, error) {
	l, p := layoutOf(s.plan.Name), s.plan
	release := `"$serving"`
	if onRecord && p.Release != "" {
		release = shell.Quote(p.Release)
	}
	seen, err := s.Client.Look(ctx, shell.Lines(
		serving(l),
		`release=`+release,
		shell.Section("release", `echo "$release"`),
		shell.Section("notes", `cat `+shell.Quote(l.releases())+`/"$release"/release.json`)))
	if err != nil {
		return Plan{}, err
	}
	var notes releaseNotes
	p.Release = splitLines(seen["release"])[0]
	if p.Release == "" || json.Unmarshal([]byte(seen["notes"]), &notes) != nil {
		return Plan{}, s.noRelease()
	}
	p.App, p.DependencyHash = notes.App, notes.DependencyHash
	return p, p.settleIdentity()
}

func (s *Session) noRelease() error {
	return &providers.Failed{Err: fmt.Errorf("no whole release of %s is on its server", s.plan.Name), Next: "run the command that deploys it again"}
}

// DeployedPlan is the plan of a deployment as it was last deployed, from the
// record and what the server keeps of the release. To look at it again is to
// look for drift; to deploy it again is to mend that. It has no Bundle: the
// app's source is on the server only. A name that is not known is a *Usage.
func DeployedPlan(ctx context.Context, name string, home state.Home, open OpenProvider) (Plan, error) {
	return deployedPlan(ctx, name, true, home, open)
}

// deployedPlan logs in once to find out what is deployed.
func deployedPlan(ctx context.Context, name string, onRecord bool, home state.Home, open OpenProvider) (Plan, error) {
	s, err := OpenSession(ctx, name, home, open)
	if err != nil {
		return Plan{}, err
	}
	plan, err := s.deployed(ctx, onRecord)
	return plan, errors.Join(err, s.Client.Close())
}
