package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"slipway/state/regular"
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
	// note is a sentence for people if git could not be asked, or was not content.
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
	names, folders, note, err := lsFiles(w.ctx, filepath.Join(w.dir, filepath.FromSlash(below)))
	if err != nil {
		return err
	}
	if note != "" {
		w.listing.note = note
	}
	for _, name := range names {
		if err := w.add(path.Join(below, name)); err != nil {
			return err
		}
	}
	// Whether these matter is for other rules to say. If so, they can't be read.
	for _, name := range folders {
		w.listing.addFolder(path.Join(below, name))
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
	w.listing.addFolder(path.Dir(name))
	return nil
}

// addFolder adds a folder and those that hold it.
func (l gitListing) addFolder(name string) {
	for ; name != "." && !l.folders[name]; name = path.Dir(name) {
		l.folders[name] = true
	}
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

// lsFiles lists a folder with git. folders are those that git could not look into.
func lsFiles(ctx context.Context, dir string) (names, folders []string, note string, err error) {
	if err := checkGitReads(dir); err != nil {
		return nil, nil, "", err
	}
	answer, err := listApart(ctx, dir)
	if ctx.Err() != nil {
		return nil, nil, "", appUsage(fmt.Sprintf("git took longer than %s to list the files of %s", listingLimit, dir), "check that git status works there")
	}
	said := readGitWords(answer.said)
	if err == nil && said.wrong == "" {
		return strings.FieldsFunc(answer.out, func(r rune) bool { return r == 0 }), said.folders, said.note, nil
	}
	if strings.HasPrefix(said.wrong, "not a git repository") || said.wrong == "this operation must be run in a work tree" {
		return nil, nil, "", errNoWorkTree
	}
	cause := said.wrong
	if cause == "" {
		cause = firstLine(answer.said, err.Error())
	}
	// Files that are missing in a list would be missing on the server without a word.
	return nil, nil, "", appUsage(fmt.Sprintf("git can't list the files of %s: %s", dir, cause), "make git status work there, then run the same command again")
}

// gitWords is what git said beside its list.
type gitWords struct {
	// wrong is the first line that makes the list worthless.
	wrong string
	// note is a line for people.
	note string
	// folders are those that git could not look into.
	folders []string
}

// unreadFolder is how git names a folder that it can't look into. It goes on without it.
var unreadFolder = regexp.MustCompile(`^warning: could not open directory '(.*)/': `)

// readGitWords reads git's stderr. Git may end well though it could not read all.
func readGitWords(text string) gitWords {
	var w gitWords
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if unread := unreadFolder.FindStringSubmatch(line); unread != nil {
			w.folders = append(w.folders, unread[1])
			continue
		}
		kind, what, _ := strings.Cut(line, ": ")
		switch {
		case kind == "error" || kind == "fatal" || kind == "warning" && (strings.Contains(what, "object") || strings.Contains(what, "could not open")):
			if w.wrong == "" {
				w.wrong = what
			}
		case kind == "warning":
			w.note = "git said: " + what
		}
	}
	return w
}

// checkGitReads refuses a folder in which git would wait without end for the content of
// a file, or read one without an end.
func checkGitReads(dir string) error {
	for _, name := range []string{"HEAD", "config", "config.worktree", "commondir", "index", "packed-refs", "info/exclude", "info/sparse-checkout", "objects/info/alternates"} {
		if err := checkGitRead(dir, ".git/"+name); err != nil {
			return err
		}
	}
	entries := 0
	return filepath.WalkDir(dir, func(at string, entry fs.DirEntry, err error) error {
		name, _ := filepath.Rel(dir, at) // at is below dir
		if entries++; err != nil || entries > maxEntries {
			return fs.SkipAll // what reads the folder for the app says it
		}
		if entry.IsDir() && name != "." && leftFolders[entry.Name()] {
			return fs.SkipDir
		}
		if entry.Name() == ".gitignore" || name == ".git" {
			return checkGitRead(dir, name)
		}
		return nil
	})
}

// checkGitRead refuses what is neither a file nor a folder.
func checkGitRead(dir, name string) error {
	info, err := os.Stat(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil || info.IsDir() {
		return nil //nolint:nilerr // git says what is wrong with it
	}
	if kind := regular.Kind(info.Mode()); kind != "" {
		return appUsage(fmt.Sprintf("%s is %s, and git would read it", filepath.Join(dir, filepath.FromSlash(name)), kind), "remove it, or put a file in its place")
	}
	return nil
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
