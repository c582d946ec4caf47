package steps

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"slipway/providers"
	"slipway/steps/shell"
)

// upload is that the release's source is on the server, whole.
var upload = &fact{
	name: "upload", title: "the app's source on the server", phase: providers.PhaseOther, limit: 15 * time.Minute,
	look: func(p Plan) string {
		return `[ ! -e ` + shell.Quote(layoutOf(p.Name).release(p.Release)+"/name") + ` ] || echo "source there"`
	},
	decide: func(v view) []providers.Change {
		if shell.Fields(v.Looked)["source"] == "there" {
			return nil
		}
		if v.Plan.Bundle == nil {
			return []providers.Change{{What: "upload release " + v.Plan.Release + " again", Was: "not whole"}}
		}
		return []providers.Change{{What: fmt.Sprintf("upload release %s (%d files)", v.Plan.Release, len(v.Plan.Bundle.Files))}}
	},
	before: func(ctx context.Context, s connected) error {
		if s.Plan.Bundle == nil {
			return &providers.Failed{Err: fmt.Errorf("the source of release %s is not whole on the server", s.Plan.Release), Next: "run the command that deploys it again"}
		}
		var packed bytes.Buffer
		if err := s.Plan.Bundle.WriteTarGz(&packed); err != nil {
			return err
		}
		s.Report(fmt.Sprintf("uploading %d kB", (packed.Len()+1023)/1024))
		return s.Client.Upload(ctx, layoutOf(s.Plan.Name).uploaded(s.Plan.Bundle.Hash()), packed.Bytes())
	},
	script: func(v view) string {
		l, id := layoutOf(v.Plan.Name), v.Plan.Release
		packed := l.uploaded(v.Plan.Bundle.Hash())
		name := shell.File{Path: l.release(id) + "/name", Mode: "644", Content: id + "\n"}
		return shell.Lines(
			shell.Command("rm", "-rf", l.release(id)),
			shell.Command("install", "-d", "-m", "755", l.release(id)),
			shell.Command("mkdir", "-m", "750", l.source(id)),
			shell.Command("tar", "-xzf", packed, "-C", l.source(id), "--no-same-owner"),
			// The app reads its source and can't change it; nobody else reads it.
			shell.Command("chown", "-R", "root:"+l.user, l.source(id)),
			shell.Command("chmod", "-R", "u=rwX,g=rX,o=", l.source(id)),
			shell.Command("ln", "-s", l.socket(id), l.switched(id)),
			shell.Command("rm", packed),
			notesFile(v.Plan).Put(),
			// Last, and atomic: with it the release counts as whole.
			name.Put(),
		)
	},
}
