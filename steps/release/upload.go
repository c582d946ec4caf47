package release

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"slipway/providers"
	"slipway/steps/fact"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

// Upload is that the release's source is on the server, whole.
var Upload = &fact.Fact{
	Name: "upload", Title: "the app's source on the server", Phase: providers.PhaseOther, Limit: 15 * time.Minute,
	Look: func(p plan.Plan) string {
		return `[ ! -e ` + shell.Quote(layout.Of(p.Name).Release(p.Release)+"/name") + ` ] || echo "source there"`
	},
	Decide: func(v fact.View) []providers.Change {
		if shell.Fields(v.Looked)["source"] == "there" {
			return nil
		}
		if v.Plan.Bundle == nil {
			return []providers.Change{{What: "upload release " + v.Plan.Release + " again", Was: "not whole"}}
		}
		return []providers.Change{{What: fmt.Sprintf("upload release %s (%d files)", v.Plan.Release, len(v.Plan.Bundle.Files))}}
	},
	Before: func(ctx context.Context, s fact.Server) error {
		if s.Plan.Bundle == nil {
			return &providers.Failed{Err: fmt.Errorf("the source of release %s is not whole on the server", s.Plan.Release), Next: "run the command that deploys it again"}
		}
		var packed bytes.Buffer
		if err := s.Plan.Bundle.WriteTarGz(&packed); err != nil {
			return err
		}
		s.Report(fmt.Sprintf("uploading %d kB", (packed.Len()+1023)/1024))
		return s.Client.Upload(ctx, layout.Of(s.Plan.Name).Uploaded(s.Plan.Bundle.Hash()), packed.Bytes())
	},
	Script: func(v fact.View) string {
		l, id := layout.Of(v.Plan.Name), v.Plan.Release
		packed := l.Uploaded(v.Plan.Bundle.Hash())
		name := shell.File{Path: l.Release(id) + "/name", Mode: "644", Content: id + "\n"}
		return shell.Lines(
			shell.Command("rm", "-rf", l.Release(id)),
			shell.Command("install", "-d", "-m", "755", l.Release(id)),
			shell.Command("mkdir", "-m", "750", l.Source(id)),
			shell.Command("tar", "-xzf", packed, "-C", l.Source(id), "--no-same-owner"),
			// The app reads its source and can't change it; nobody else reads it.
			shell.Command("chown", "-R", "root:"+l.User, l.Source(id)),
			shell.Command("chmod", "-R", "u=rwX,g=rX,o=", l.Source(id)),
			shell.Command("ln", "-s", l.Socket(id), l.SocketLink(id)),
			shell.Command("rm", packed),
			notesFile(v.Plan).Put(),
			// Last, and atomic: with it the release counts as whole.
			name.Put(),
		)
	},
}
