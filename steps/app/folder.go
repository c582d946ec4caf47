package app

import (
	"context"
	"errors"
	"io/fs"
	"sync"
	"time"

	"slipway/providers"
	"slipway/state/regular"
)

// listingLimit bounds how long git may take to list a folder's files.
const listingLimit = 30 * time.Second

// dirFS is what a folder on this computer offers: [regular.FS].
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
	ctx     context.Context
	listing func() (gitListing, error)
}

func newFolder(ctx context.Context, path string) *folder {
	return &folder{
		confined: confine(regular.NewFS(ctx, path)),
		ctx:      ctx,
		listing: sync.OnceValues(func() (gitListing, error) {
			ctx, cancel := context.WithTimeout(ctx, listingLimit)
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

// readFile reads a file of the app. What is there but is no file that can be read is a
// *providers.Usage, which does not name it.
func readFile(fsys fs.FS, name string) ([]byte, error) {
	raw, err := regular.ReadFrom(fsys, name, sizeLimit(name))
	if refusal, ok := errors.AsType[*regular.Refusal](err); ok {
		return nil, &providers.Usage{Err: refusal, Next: refusal.Next, About: providers.AboutApp}
	}
	return raw, err
}
