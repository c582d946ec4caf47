package app

import "io/fs"

// view shows of a folder only what goes up: what stays behind is no part of
// the app, and a file that is not on the server can't be installed from.
type view struct {
	fsys   fs.FS
	ignore *ignoreRules
}

// Open gives what stays behind as absent.
func (v view) Open(name string) (fs.File, error) {
	f, err := v.fsys.Open(name)
	if err != nil || name == "." {
		return f, err
	}
	info, err := f.Stat()
	if err == nil {
		err = v.allows(name, info.IsDir())
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// allows judges each folder on the way, then the file.
func (v view) allows(name string, isDir bool) error {
	for i, c := range name {
		if c != '/' {
			continue
		}
		if err := v.allow(name, name[:i], true); err != nil {
			return err
		}
	}
	return v.allow(name, name, isDir)
}

func (v view) allow(asked, name string, isDir bool) error {
	verdict, err := v.ignore.judge(v.fsys, name, isDir)
	if err == nil && verdict != takes {
		err = &fs.PathError{Op: "open", Path: asked, Err: fs.ErrNotExist}
	}
	return err
}
