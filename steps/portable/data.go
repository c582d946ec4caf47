package portable

import (
	"cmp"
	"path"
	"slices"

	"slipway/steps/app"
	"slipway/steps/plan"
)

// What the app keeps lies below this folder, but for folders that it sees at their own
// places.
const (
	// StateFolder is the app's home, and the value of STATE_DIRECTORY.
	StateFolder = "/var/lib/app/state"
	// filesFolder has a folder for each file that is kept.
	filesFolder = "/var/lib/app/files/"
)

// Volume is a folder that outlives a release.
type Volume struct {
	// Path is absolute.
	Path string
	// Kept is what of the app lies there; zero for its state folder. A folder of the
	// app's source is seen at its own place. A file's place in the source is a link to
	// File, so that what a database writes beside it is kept too.
	Kept app.Kept
	// File is the absolute path of the kept file; "" for a folder.
	File string
}

// keep lists the volumes.
func (r *Release) keep(p plan.Plan, place Place) {
	if !place.Keeps {
		return
	}
	r.Volumes = []Volume{{Path: StateFolder}}
	for _, k := range p.App.Data {
		switch {
		case k.File && k.Temporary():
			r.Details = append(r.Details, k.Shown()+" is not kept: a container's "+k.Path+" is its own")
		case k.File:
			folder := filesFolder + k.Path
			r.Volumes = append(r.Volumes, Volume{Path: folder, Kept: k, File: folder + "/" + path.Base(k.Path)})
		case k.Outside():
			r.Volumes = append(r.Volumes, Volume{Path: k.Path, Kept: k})
		default:
			r.Volumes = append(r.Volumes, Volume{Path: place.Root + "/" + k.Path, Kept: k})
		}
	}
	slices.SortFunc(r.Volumes, func(a, b Volume) int { return cmp.Compare(a.Path, b.Path) })
}
