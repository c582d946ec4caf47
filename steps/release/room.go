package release

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"

	"slipway/providers"
	"slipway/steps/app"
	"slipway/steps/fact"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

//go:embed uploadroom.sh
var uploadRoomText string

func lookSource(p plan.Plan) string {
	l := layout.Of(p.ServerName())
	return shell.Lines("(", shell.Script(uploadRoomText, shell.Values{"name": namePath(p), "root": l.Root(), "uploads": layout.Uploads, "current": l.Current()}), ")")
}

// block is the least that a file takes on a disk.
const block = 4 << 10

// roomOf is what a release's source takes on the server's disk, with the copy of what nginx
// serves.
func roomOf(p plan.Plan) int64 {
	var room int64
	for _, f := range p.Bundle.Files {
		size := (f.Size + block - 1) / block * block
		room += size
		for _, folder := range p.App.Static {
			if strings.HasPrefix(f.Path, folder+"/") {
				room += size
				break
			}
		}
	}
	return room
}

// refuseFull refuses a release that does not fit the server's disk, with the archive of so many
// bytes that is uploaded for it.
func refuseFull(v fact.View, archive int64) error {
	if v.Plan.Bundle == nil {
		return nil
	}
	looked := shell.Fields(v.Looked)
	room, err := strconv.ParseInt(looked["room"], 10, 64)
	spool, spoolErr := strconv.ParseInt(looked["spool"], 10, 64)
	if err != nil || spoolErr != nil {
		return nil //nolint:nilerr // it is not known, or the source is there
	}
	needed := roomOf(v.Plan)
	if room == spool { // it is one disk
		needed += archive
	}
	if spool<<10 < archive {
		room, needed = spool, archive
	}
	if room<<10 >= needed {
		return nil
	}
	return &providers.Failed{Err: fmt.Errorf("the server's disk has %d MB free, and release %s needs %d MB", room>>10, v.Plan.Release, (needed+1<<20-1)>>20),
		Next: "free some on the server (du -xh -d 2 / shows what is large), or name in " + app.IgnoreFile + " what the app does not need; the app that runs there goes on"}
}
