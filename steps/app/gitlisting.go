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

// gitListing is the files of a folder that git tracks, and those that it neither
// tracks nor ignores. The zero listing is for a folder of which git knows nothing: it
// leaves nothing out.
type gitListing struct {
	// files are relative to the folder, with slashes; nil if git knows nothing of the
	// folder.
	files map[string]bool
	// folders are all folders that hold one of the files.
	folders map[string]bool
	// note is a sentence for people if git could not be asked.
	note string
}

// leavesOut tells whether git ignores a file, or all files of a folder.
func (l gitListing) leavesOut(name string, isDir bool) bool {
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
// It returns the zero listing for a folder outside of a work tree, and for one that
// is ignored as a whole, such as an app below a home folder that is a repository:
// whoever gives such a folder wants its files.
func listWithGit(ctx context.Context, dir string) (gitListing, error) {
	inside, err := isBelowGit(dir)
	if err != nil || !inside {
		return gitListing{}, err
	}
	if _, missing := exec.LookPath("git"); missing != nil {
		return gitListing{note: "git is not installed here, so files that .gitignore names are uploaded too: name them in " + IgnoreFile + " as well"}, nil //nolint:nilerr // the note says it
	}
	w := &gitWalk{ctx: ctx, dir: dir, listing: gitListing{files: map[string]bool{}, folders: map[string]bool{}}}
	err = w.list(".")
	if errors.Is(err, errNoWorkTree) || err == nil && len(w.listing.files) == 0 {
		return gitListing{}, nil
	}
	return w.listing, err
}

// isBelowGit tells whether the folder, or one above it, has a .git. Without one there
// is no need to call git.
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

// list adds the files that git lists in the app's folder, or in a repository inside of
// it.
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

// add adds one name that git listed. Git also lists tracked files that were deleted.
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

// repository adds the files of a submodule, or of another repository in the folder:
// git lists either as one name. In a submodule that is not checked out, git would list
// the files of the repository around it.
func (w *gitWalk) repository(name string) error {
	if _, err := os.Lstat(filepath.Join(w.dir, filepath.FromSlash(name), ".git")); err != nil {
		return appUsage(fmt.Sprintf("the git submodule %s is not checked out", name), "run: git submodule update --init --recursive")
	}
	return w.list(name)
}

// errNoWorkTree says that git knows no files of a folder.
var errNoWorkTree = errors.New("not in a git work tree")

// lsFiles runs git ls-files in a folder. It runs no program that the repository's
// settings name, asks nothing and writes nothing.
func lsFiles(ctx context.Context, dir string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "git", "-c", "core.fsmonitor=false", "-c", "core.precomposeUnicode=false",
		"ls-files", "--cached", "--others", "--exclude-standard", "-z")
	cmd.Dir = dir
	cmd.Env = gitEnvironment(os.Environ())
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err == nil {
		return out, nil
	}
	if ctx.Err() != nil {
		return nil, appUsage(fmt.Sprintf("git took longer than %s to list the files of %s", listingLimit, dir), "check that git status works there")
	}
	message := stderr.String()
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

// otherRepository are variables that make git use another repository than the
// folder's. They are set in a git hook.
var otherRepository = []string{
	"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE",
	"GIT_PREFIX", "GIT_LITERAL_PATHSPECS", "GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS",
	// With this one git's errors would be mixed with its trace.
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
