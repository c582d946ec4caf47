package app

import "io/fs"

// view shows only the files of a folder that are uploaded. The others are not a part of
// the app: a requirements file that is not on the server can't be used there.
type view struct {
	fsys   fs.FS
	ignore *ignoreRules
}

// Open opens a file or folder; one that is not uploaded does not exist.
func (v view) Open(name string) (fs.File, error) {
	f, err := v.fsys.Open(name)
	if leadsOut(err) {
		if judged := v.allows(name, false); judged != nil {
			err = judged
		}
	}
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

// allows judges each folder of a path, then the file.
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
