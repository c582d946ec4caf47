package steps

import (
	"context"
	"encoding/json"
	"fmt"

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
	return shell.File{Path: p.layout().notes(p.Release), Mode: "600", Content: string(content) + "\n"}
}

// deployed is the plan of what is on the server: of the release on record, or of
// the one that takes the traffic. It has no Bundle: the source is on the server
// only.
func (s *Session) deployed(ctx context.Context, onRecord bool) (Plan, error) {
	l, p := s.plan.layout(), s.plan
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
	return &hinted{err: fmt.Errorf("no whole release of %s is on its server", s.plan.Name), next: "run the command that deploys it again"}
}
