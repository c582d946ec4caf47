package commands

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"slipway/steps/app"
	"slipway/steps/plan"
	"slipway/steps/portable"
)

// target is a folder to which files are written.
type target struct {
	folder string
	// force has files replaced that say something else.
	force bool
	// bundle are the app's files, which are written too; nil if they are there.
	bundle *app.Bundle
}

// pending is a file that is not there as it should be.
type pending struct {
	path, link string
	content    []byte
	executable bool
	exists     bool
}

// write writes what is not there yet, and returns a line for people about each file of
// Slipway's own. It writes nothing if a file says something else, unless force is set. No
// link that leads out of the folder is followed.
func (t target) write(files []portable.File) ([]string, error) {
	root, err := os.OpenRoot(t.folder)
	if err != nil {
		return nil, fmt.Errorf("the folder to write to can't be opened: %w", err)
	}
	defer root.Close()
	var said []string
	var all []pending
	ours := map[string]bool{}
	for _, f := range files {
		ours[f.Path] = true
		p, same, err := t.compare(root, pending{path: f.Path, content: []byte(f.Content)})
		if err != nil {
			return nil, err
		}
		shown := filepath.Join(t.folder, filepath.FromSlash(f.Path))
		if same {
			said = append(said, "unchanged "+shown)
			continue
		}
		said, all = append(said, "wrote "+shown), append(all, p)
	}
	source, err := t.source(root, ours)
	if err != nil {
		return nil, err
	}
	for _, p := range append(all, source...) {
		if err := p.write(root); err != nil {
			return nil, fmt.Errorf("write %s: %w", p.path, err)
		}
	}
	if len(source) > 0 {
		said = append(said, fmt.Sprintf("wrote the app's files, %d in all", len(source)))
	}
	return said, nil
}

// source are the app's files that are not there, without those of Slipway's own names.
func (t target) source(root *os.Root, ours map[string]bool) ([]pending, error) {
	if t.bundle == nil {
		return nil, nil
	}
	var all []pending
	for _, f := range t.bundle.Files {
		if ours[f.Path] {
			continue
		}
		p := pending{path: f.Path, link: f.Link, executable: f.Executable}
		if f.Link == "" {
			content, err := readBundled(t.bundle, f)
			if err != nil {
				return nil, err
			}
			p.content = content
		}
		p, same, err := t.compare(root, p)
		if err != nil {
			return nil, err
		}
		if !same {
			all = append(all, p)
		}
	}
	return all, nil
}

func readBundled(b *app.Bundle, f app.BundleFile) ([]byte, error) {
	file, err := b.Open(f)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(file)
}

// compare tells whether the folder has the file as it should be. One that says something
// else is a *providers.Usage, unless it may be replaced.
func (t target) compare(root *os.Root, p pending) (_ pending, same bool, err error) {
	name := filepath.FromSlash(p.path)
	info, err := root.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return p, false, nil
	}
	shown := filepath.Join(t.folder, name)
	if err != nil {
		return p, false, fmt.Errorf("%s can't be looked at: %w", shown, err)
	}
	p.exists = true
	switch {
	case info.Mode()&fs.ModeSymlink != 0 && p.link != "":
		link, err := root.Readlink(name)
		if err == nil && link == p.link {
			return p, true, nil
		}
	case info.Mode().IsRegular() && p.link == "":
		have, err := root.ReadFile(name)
		if err != nil {
			return p, false, fmt.Errorf("%s can't be read: %w", shown, err)
		}
		// A checkout on Windows has other line ends.
		if bytes.Equal(have, p.content) || strings.ReplaceAll(string(have), "\r\n", "\n") == string(p.content) {
			return p, true, nil
		}
	case info.IsDir():
		return p, false, plan.Usagef("remove it, or name another folder with --output", "%s is a folder, and a file of this name is to be written", shown)
	}
	if !t.force {
		return p, false, plan.Usagef("give --force to replace it, or --output DIR to write elsewhere", "%s is there already and says something else", shown)
	}
	return p, false, nil
}

// write writes a file in the place of what is there.
func (p pending) write(root *os.Root) error {
	name := filepath.FromSlash(p.path)
	if folder := path.Dir(p.path); folder != "." {
		if err := root.MkdirAll(filepath.FromSlash(folder), 0o755); err != nil {
			return err
		}
	}
	if p.exists {
		if err := root.Remove(name); err != nil {
			return err
		}
	}
	if p.link != "" {
		return root.Symlink(p.link, name)
	}
	mode := fs.FileMode(0o644)
	if p.executable {
		mode = 0o755
	}
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(p.content)
	return errors.Join(err, f.Close())
}

// variablesFile is the file of the app's variables beside compose.yaml. It is never in an
// image.
const variablesFile = ".env"

// writeVariablesFile writes an empty one, which docker compose insists on. One that is there
// stays as it is, whatever it is.
func writeVariablesFile(folder string) (made bool, err error) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return false, fmt.Errorf("the folder to write to can't be opened: %w", err)
	}
	defer root.Close()
	f, err := root.OpenFile(variablesFile, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("write %s: %w", variablesFile, err)
	}
	_, err = f.WriteString("# The app's variables, one NAME=value a line. This file is for this computer: keep it out of the repository.\n")
	return err == nil, errors.Join(err, f.Close())
}
