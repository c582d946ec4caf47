package app

import (
	"context"
	"io/fs"
	"os"
	"sync"
	"time"
)

// listingLimit bounds how long git may take to list a folder's files.
const listingLimit = 30 * time.Second

// dirFS is what [os.DirFS] returns, by its documentation.
type dirFS interface {
	fs.StatFS
	fs.ReadFileFS
	fs.ReadDirFS
	fs.ReadLinkFS
}

// folder is an app's folder on this computer. Git is asked once which files belong to
// it, so that Detect and Collect see the same files.
type folder struct {
	dirFS
	listing func() (gitListing, error)
}

func newFolder(path string) *folder {
	return &folder{
		dirFS: os.DirFS(path).(dirFS),
		listing: sync.OnceValues(func() (gitListing, error) {
			ctx, cancel := context.WithTimeout(context.Background(), listingLimit)
			defer cancel()
			return listWithGit(ctx, path)
		}),
	}
}

// listingOf returns git's listing of a folder. For a folder that is not on this
// computer's disk, such as a bundled sample, it is the zero listing.
func listingOf(fsys fs.FS) (gitListing, error) {
	if f, ok := fsys.(*folder); ok {
		return f.listing()
	}
	return gitListing{}, nil
}
