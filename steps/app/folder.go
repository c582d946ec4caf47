package app

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"
)

// listingLimit bounds how long git may take to list a folder's files.
const listingLimit = 30 * time.Second

// dirFS is what [os.Root.FS] returns, by its documentation.
type dirFS interface {
	fs.StatFS
	fs.ReadFileFS
	fs.ReadDirFS
	fs.ReadLinkFS
}

// folder is an app's folder on this computer. Git is asked once which files belong to
// it, so that Detect and Collect see the same files. What links lead to outside of the
// folder can't be read.
type folder struct {
	confined
	listing func() (gitListing, error)
}

func newFolder(path string) (*folder, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, fmt.Errorf("the app's folder can't be read: %w", err)
	}
	return &folder{
		confined: confined{root.FS().(dirFS)}, // it is closed when nothing refers to it any more
		listing: sync.OnceValues(func() (gitListing, error) {
			ctx, cancel := context.WithTimeout(context.Background(), listingLimit)
			defer cancel()
			return listWithGit(ctx, path)
		}),
	}, nil
}

// listingOf returns git's listing of a folder. For a folder that is not on this
// computer's disk, such as a bundled sample, it is the zero listing.
func listingOf(fsys fs.FS) (gitListing, error) {
	if f, ok := fsys.(*folder); ok {
		return f.listing()
	}
	return gitListing{}, nil
}
