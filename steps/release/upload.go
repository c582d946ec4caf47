package release

import (
	"context"
	_ "embed"
	"fmt"
	"time"

	"slipway/providers"
	"slipway/steps/fact"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

//go:embed upload.sh
var uploadText string

//go:embed keeptimes.sh
var keepTimesText string

//go:embed copykept.sh
var copyKeptText string

// Upload is the fact that the whole source of the release is on the server.
var Upload = &fact.Fact{
	Name: "upload", Title: "the app's source on the server", Phase: providers.PhaseOther, Limit: time.Hour,
	Inner:  fact.Always,
	Look:   lookSource,
	Refuse: func(v fact.View) error { return refuseFull(v, 0) },
	Decide: func(v fact.View) []providers.Change {
		if shell.Fields(v.Looked)["source"] == "there" {
			return nil
		}
		if v.Plan.Bundle == nil {
			return []providers.Change{{What: "upload release " + v.Plan.Release + " again", Was: "incomplete"}}
		}
		return []providers.Change{{What: "upload release " + v.Plan.Release + " (" + v.Plan.Bundle.Amount() + ")"}}
	},
	Before: func(ctx context.Context, s fact.Server) error {
		if s.Plan.Bundle == nil {
			return &providers.Failed{Err: fmt.Errorf("the source of release %s on the server is incomplete", s.Plan.Release), Next: "run the command that deploys it again"}
		}
		d, err := missing(ctx, s)
		if err != nil {
			return err
		}
		packed, length, err := pack(s.Plan.Bundle, d)
		if err != nil {
			return err
		}
		defer packed.remove()
		if err := refuseFull(s.View, length); err != nil {
			return err
		}
		said := fmt.Sprintf("uploading %d kB", (length+1023)/1024)
		if d != nil {
			said += fmt.Sprintf("; the server has %d of the %d files", d.copied, len(s.Plan.Bundle.Files))
		}
		s.Report(said)
		return s.Client.UploadFrom(ctx, layout.Of(s.Plan.ServerName()).Uploaded(s.Plan.Bundle.Hash()), packed, length)
	},
	Script: func(v fact.View) string {
		l, id := layout.Of(v.Plan.ServerName()), v.Plan.Release
		name := shell.File{Path: namePath(v.Plan), Mode: "644", Content: id + "\n"}
		return shell.Lines(
			sourceTexts(),
			shell.Script(uploadText, shell.Values{
				"packed": l.Uploaded(v.Plan.Bundle.Hash()), "release": l.Release(id), "source": l.Source(id),
				"user": l.User, "socket": l.Socket(id), "socket_link": l.SocketLink(id), "current": l.Current(),
				"tree": treeOf(v.Plan.Bundle),
			}),
			putOverlay(v.Plan),
			notesFile(v.Plan).Put(),
			// The last one: with it the source counts as complete.
			name.Put(),
		)
	},
}

// missing looks at what the server has, if anything serves there. It is nil if all of the
// bundle is to be uploaded.
func missing(ctx context.Context, s fact.Server) (*delta, error) {
	if shell.Fields(s.Looked)["base"] != "there" {
		return nil, nil //nolint:nilnil // as documented
	}
	looked, err := s.Client.Output(ctx, lookBase(s.Plan))
	if err != nil {
		return nil, err
	}
	return compare(s.Plan.Bundle, looked), nil
}

// sourceTexts are the functions that upload.sh calls.
func sourceTexts() string {
	return shell.Lines(shell.Script(keepTimesText, nil), shell.Script(listsText, nil), shell.Script(copyKeptText, nil), shell.Script(treeText, nil))
}

func putOverlay(p plan.Plan) string {
	if p.App.Overlay.Module == "" {
		return ""
	}
	return overlayFile(p).Put()
}

// namePath is the file that is written when the source is complete.
func namePath(p plan.Plan) string { return layout.Of(p.ServerName()).Release(p.Release) + "/name" }
