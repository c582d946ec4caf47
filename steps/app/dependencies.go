package app

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"path"
	"strings"
)

// DependencyHash returns the hex SHA-256 of everything that decides which packages
// are installed: the requirements files with those that they include by -r and -c,
// Packages, PythonVersion and Server, and the whole app if a requirement is a path in
// it. As long as it stays the same, a virtual environment can be kept. A file that is
// included but not uploaded is a *providers.Usage.
func (f Found) DependencyHash(fsys fs.FS) (string, error) {
	ignore, err := readIgnore(fsys)
	if err != nil {
		return "", err
	}
	h := &dependencyHash{fsys: view{fsys, ignore}, sum: sha256.New(), seen: map[string]bool{}}
	writeField(h.sum, "python "+f.PythonVersion)
	writeField(h.sum, "server "+f.Server)
	for _, p := range f.Requirements.Packages {
		writeField(h.sum, "package "+p)
		h.local = h.local || isLocalPath(p)
	}
	for _, file := range f.Requirements.Files {
		if err := h.add(file); err != nil {
			return "", err
		}
	}
	if h.local {
		bundle, err := Collect(fsys)
		if err != nil {
			return "", err
		}
		writeField(h.sum, "app "+bundle.Hash())
	}
	return hex.EncodeToString(h.sum.Sum(nil)), nil
}

type dependencyHash struct {
	fsys  fs.FS
	sum   hash.Hash
	seen  map[string]bool
	local bool
}

func (h *dependencyHash) add(file string) error {
	if h.seen[file] {
		return nil
	}
	h.seen[file] = true
	if !fs.ValidPath(file) {
		return appUsage(fmt.Sprintf("the requirements include %s, outside the app's folder", file), "move it into the folder")
	}
	raw, err := fs.ReadFile(h.fsys, file)
	if errors.Is(err, fs.ErrNotExist) {
		return appUsage(fmt.Sprintf("the requirements include %s, which does not exist or is not uploaded", file), "add the file, or take it out of .gitignore and "+IgnoreFile)
	}
	if err != nil {
		return fmt.Errorf("%s can't be read: %w", file, err)
	}
	writeField(h.sum, "file "+file)
	writeField(h.sum, string(raw))
	text, err := Text(raw)
	if err != nil {
		return fmt.Errorf("%s can't be read: %w", file, err)
	}
	joined := strings.ReplaceAll(string(text), "\\\n", " ")
	for line := range strings.Lines(joined) {
		if err := h.line(path.Dir(file), line); err != nil {
			return err
		}
	}
	return nil
}

func (h *dependencyHash) line(dir, line string) error {
	line, _, _ = strings.Cut(strings.TrimSpace(line), " #")
	line = strings.TrimSpace(line)
	if line == "" || strings.HasPrefix(line, "#") {
		return nil
	}
	if file, ok := option(line, "-r", "--requirement", "-c", "--constraint"); ok {
		if strings.Contains(file, "://") {
			return nil
		}
		return h.add(path.Join(dir, file))
	}
	if target, ok := option(line, "-e", "--editable"); ok {
		h.local = h.local || !strings.Contains(target, "://")
		return nil
	}
	h.local = h.local || isLocalPath(line)
	return nil
}

// option returns the value of "-r file", "-rfile" or "--requirement=file".
func option(line string, names ...string) (string, bool) {
	for _, name := range names {
		rest, ok := strings.CutPrefix(line, name)
		if !ok || strings.HasPrefix(name, "--") && rest != "" && rest[0] != ' ' && rest[0] != '=' {
			continue
		}
		return strings.Trim(rest, "= \t\"'"), true
	}
	return "", false
}

// isLocalPath tells a requirement that is a path or a file: address.
func isLocalPath(requirement string) bool {
	if strings.Contains(requirement, "file:") {
		return true
	}
	if strings.Contains(requirement, "://") || strings.HasPrefix(requirement, "-") {
		return false
	}
	first, _, _ := strings.Cut(requirement, ";")
	first = strings.TrimSpace(first)
	return strings.HasPrefix(first, ".") || strings.HasPrefix(first, "/") ||
		strings.Contains(first, "/") && !strings.Contains(first, "@") ||
		strings.HasSuffix(first, ".whl") || strings.HasSuffix(first, ".tar.gz")
}
