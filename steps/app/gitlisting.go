package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// gitListing is which files of a folder belong to it in git's eyes: those that
// it tracks and those that it neither tracks nor ignores. The zero listing says
// nothing, and then every file belongs.
type gitListing struct {
	// files are relative to the folder, with slashes; nil if git knows nothing
	// of the folder.
	files map[string]bool
	// folders are all that hold one of the files.
	folders map[string]bool
	// note is a sentence for people, should git not have been asked.
	note string
}

// leaves tells whether git would leave a file or folder out.
func (l gitListing) leaves(name string, isDir bool) bool {
	if l.files == nil {
		return false
	}
	if isDir {
		return !l.folders[name]
	}
	return !l.files[name]
}

// listWithGit asks git for the files of a folder in a work tree.
//
// A folder outside of any, or one that is ignored as a whole, such as an app
// below a home folder that is a repository, gives the zero listing: whoever
// names it means it.
func listWithGit(ctx context.Context, dir string) (gitListing, error) {
	inside, err := isBelowGit(dir)
	if err != nil || !inside {
		return gitListing{}, err
	}
	if _, missing := exec.LookPath("git"); missing != nil {
		return gitListing{note: "git is not installed here, so what .gitignore names goes up too: name it in " + IgnoreFile + " as well"}, nil //nolint:nilerr // the note says it
	}
	w := &gitWalk{ctx: ctx, dir: dir, listing: gitListing{files: map[string]bool{}, folders: map[string]bool{}}}
	err = w.list(".")
	if errors.Is(err, errNoWorkTree) || err == nil && len(w.listing.files) == 0 {
		return gitListing{}, nil
	}
	return w.listing, err
}

// isBelowGit spares most folders outside of a work tree the call of git.
func isBelowGit(dir string) (bool, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return false, fmt.Errorf("find the app's folder: %w", err)
	}
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	for {
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			return true, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return false, nil
		}
		dir = parent
	}
}

// gitWalk lists a folder and the repositories inside it.
type gitWalk struct {
	ctx     context.Context
	dir     string
	listing gitListing
}

// list adds what git lists in a folder below the app's, which is itself or a
// repository inside.
func (w *gitWalk) list(below string) error {
	out, err := lsFiles(w.ctx, filepath.Join(w.dir, filepath.FromSlash(below)))
	if err != nil {
		return err
	}
	for name := range strings.SplitSeq(string(out), "\x00") {
		if name == "" {
			continue
		}
		if err := w.add(path.Join(below, name)); err != nil {
			return err
		}
	}
	return nil
}

// add takes one name that git listed. Tracked files that were deleted are
// listed too.
func (w *gitWalk) add(name string) error {
	info, err := os.Lstat(filepath.Join(w.dir, filepath.FromSlash(name)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s can't be read: %w", name, err)
	}
	if info.IsDir() {
		return w.repository(name)
	}
	w.listing.files[name] = true
	for dir := path.Dir(name); dir != "." && !w.listing.folders[dir]; dir = path.Dir(dir) {
		w.listing.folders[dir] = true
	}
	return nil
}

// repository adds a submodule, or another repository in the folder: git lists
// either as one name. Without this check an empty submodule would list the
// repository around it.
func (w *gitWalk) repository(name string) error {
	if _, err := os.Lstat(filepath.Join(w.dir, filepath.FromSlash(name), ".git")); err != nil {
		return appUsage(fmt.Sprintf("the git submodule %s is not checked out", name), "run: git submodule update --init --recursive")
	}
	return w.list(name)
}

// errNoWorkTree says that there are no files of which git could know.
var errNoWorkTree = errors.New("not in a git work tree")

// lsFiles runs git ls-files in a folder. It runs nothing that the repository's
// own settings name, waits for no one and writes nothing.
func lsFiles(ctx context.Context, dir string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "git", "-c", "core.fsmonitor=false", "-c", "core.precomposeUnicode=false",
		"ls-files", "--cached", "--others", "--exclude-standard", "-z")
	cmd.Dir = dir
	cmd.Env = gitEnvironment(os.Environ())
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err == nil {
		return out, nil
	}
	if ctx.Err() != nil {
		return nil, appUsage(fmt.Sprintf("git took longer than %s to list the files of %s", listingLimit, dir), "see what git status does there")
	}
	message := said.String()
	if strings.Contains(message, "not a git repository") || strings.Contains(message, "must be run in a work tree") {
		return nil, errNoWorkTree
	}
	return nil, appUsage(fmt.Sprintf("git can't list the files of %s: %s", dir, firstLine(message, err.Error())), "make git status work there, then run the same command again")
}

func firstLine(texts ...string) string {
	for _, text := range texts {
		line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
		if line != "" {
			return strings.TrimPrefix(line, "fatal: ")
		}
	}
	return ""
}

// otherRepository are the variables that turn git to another repository than the
// folder's. A git hook has them set.
var otherRepository = []string{
	"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE",
	"GIT_PREFIX", "GIT_LITERAL_PATHSPECS", "GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS",
	// What git tells of its own work would be mixed with its errors.
	"GIT_TRACE",
}

func gitEnvironment(environ []string) []string {
	var kept []string
	for _, line := range environ {
		key, _, _ := strings.Cut(line, "=")
		if !slices.Contains(otherRepository, key) {
			kept = append(kept, line)
		}
	}
	return append(kept, "GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0", "LC_ALL=C")
}
