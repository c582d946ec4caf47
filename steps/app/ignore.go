package app

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"strings"

	"slipway/state/regular"
)

// IgnoreFile is the name of the file in the app's root that names what is not
// uploaded, in gitignore's syntax.
const IgnoreFile = ".slipwayignore"

// verdict says whether a file or folder is uploaded.
type verdict int

const (
	takes verdict = iota
	leaves
	leavesSecret
)

// leftFolders are names of folders that are never uploaded. They are made again on
// each computer, or belong to tools that the server does not use.
var leftFolders = map[string]bool{
	".git": true, ".hg": true, ".svn": true, ".bzr": true, ".jj": true,
	"__pycache__": true, "node_modules": true, ".tox": true, ".nox": true,
	".mypy_cache": true, ".pytest_cache": true, ".ruff_cache": true, ".hypothesis": true,
	".idea": true, ".vscode": true, ".eggs": true, ".ipynb_checkpoints": true,
	".slipway": true, ".do": true, ".direnv": true, ".terraform": true, ".vagrant": true,
	".ssh": true, ".aws": true, ".gnupg": true,
}

// secretFolders are names of folders that hold keys, whatever their files are called.
var secretFolders = map[string]bool{".ssh": true, ".aws": true, ".gnupg": true}

// leftFiles are names of files that are never uploaded. slipway.toml is one of them:
// the app does not read it, it may hold values for the app's environment, and another
// region in it must not make a new release.
var leftFiles = map[string]bool{
	SettingsFile: true, IgnoreFile: true, ".git": true, ".DS_Store": true, "Thumbs.db": true, ".coverage": true,
}

var secretFiles = map[string]bool{
	"id_rsa": true, "id_dsa": true, "id_ecdsa": true, "id_ed25519": true, ".netrc": true, ".pypirc": true,
	".pgpass": true, ".htpasswd": true,
}

// ignoreRules are the built-in rules, those of .slipwayignore and git's.
type ignoreRules struct {
	git gitListing
	// own are the lines of .slipwayignore.
	own ignoreLines
	// back are those with a "!", without it: what they match comes back if git ignores
	// it.
	back ignoreLines
	// unreached are files that a line with a "!" names and that stay out with their
	// folder.
	unreached []string
}

func readIgnore(fsys fs.FS) (*ignoreRules, error) {
	rules := &ignoreRules{}
	var err error
	if rules.git, err = listingOf(fsys); err != nil {
		return nil, err
	}
	text, err := readText(fsys, IgnoreFile)
	if errors.Is(err, fs.ErrNotExist) {
		return rules, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s can't be read: %w", IgnoreFile, err)
	}
	lines := strings.Split(string(text), "\n")
	var back []string
	for _, line := range lines {
		if kept, ok := strings.CutPrefix(line, "!"); ok {
			back = append(back, kept)
		}
	}
	rules.own, rules.back = newIgnoreLines(lines), newIgnoreLines(back)
	rules.askGit(fsys)
	return rules, nil
}

// judge decides about one file or folder. The built-in rules come first, so no line of
// .slipwayignore can bring back a private key. It can bring back what git ignores, such
// as a stylesheet that is built before a deployment.
func (r *ignoreRules) judge(fsys fs.FS, name string, isDir bool) (verdict, error) {
	v, err := builtIn(fsys, name, isDir)
	if v != takes || err != nil {
		return v, err
	}
	if r.leavesOut(name, isDir) {
		return leaves, nil
	}
	return takes, nil
}

// leavesOut judges without the built-in rules.
func (r *ignoreRules) leavesOut(name string, isDir bool) bool {
	if isDir && len(r.back.patterns) > 0 {
		return false // A line may bring back a file in it: each file is judged.
	}
	if r.own.match(name, isDir) {
		if r.back.match(name, isDir) && !r.own.patterns.last(name, isDir) {
			r.unreached = append(r.unreached, name)
		}
		return true
	}
	return r.git.leavesOut(name, isDir) && !r.back.match(name, isDir)
}

// warning is a sentence for people about files that a line means to bring back, in vain;
// empty if there are none.
func (r *ignoreRules) warning() string {
	if len(r.unreached) == 0 {
		return ""
	}
	more := ""
	if len(r.unreached) > 1 {
		more = fmt.Sprintf(" and %d more", len(r.unreached)-1)
	}
	return fmt.Sprintf("%s%s: not uploaded, though a line of %s with ! names it, because its folder is left out as a whole, as git does; bring the folder back too, with a line such as !%s/ before",
		r.unreached[0], more, IgnoreFile, path.Dir(r.unreached[0]))
}

func withSlash(name string, isDir bool) string {
	if isDir {
		return name + "/"
	}
	return name
}

func builtIn(fsys fs.FS, name string, isDir bool) (verdict, error) {
	if isDir {
		return builtInFolder(fsys, name), nil
	}
	return builtInFile(fsys, name)
}

func builtInFolder(fsys fs.FS, name string) verdict {
	base := path.Base(name)
	if secretFolders[base] {
		return leavesSecret
	}
	if leftFolders[base] || isVenv(fsys, name) {
		return leaves
	}
	return takes
}

// isVenv tells a virtual environment, by the file that every one has.
func isVenv(fsys fs.FS, folder string) bool {
	_, err := fs.Stat(fsys, path.Join(folder, "pyvenv.cfg"))
	return err == nil
}

func builtInFile(fsys fs.FS, name string) (verdict, error) {
	base := path.Base(name)
	if isEnvFile(base) || secretFiles[base] {
		return leavesSecret, nil
	}
	if leftFiles[base] {
		return leaves, nil
	}
	switch strings.ToLower(path.Ext(base)) {
	case ".pyc", ".pyo":
		return leaves, nil
	case ".key", ".p12", ".pfx":
		return leavesSecret, nil
	case ".pem":
		return judgePEM(fsys, name)
	}
	return takes, nil
}

var privateKey = regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----`)

// judgePEM tells a private key from a certificate, which may be a part of an app.
func judgePEM(fsys fs.FS, name string) (verdict, error) {
	f, err := fsys.Open(name)
	if _, isNoFile := errors.AsType[*regular.Refusal](err); isNoFile || errors.Is(err, fs.ErrNotExist) || leadsOut(err) {
		return takes, nil // Nothing, no file, or a link out of the folder: Collect judges it.
	}
	if err != nil {
		return takes, fmt.Errorf("%s can't be read: %w", name, err)
	}
	defer f.Close()
	var text bytes.Buffer
	if _, err := io.Copy(&text, io.LimitReader(f, 1<<20)); err != nil {
		return takes, fmt.Errorf("%s can't be read: %w", name, err)
	}
	if privateKey.Match(text.Bytes()) {
		return leavesSecret, nil
	}
	return takes, nil
}

// isEnvFile tells .env, .env.local, .envrc and production.env.
func isEnvFile(base string) bool {
	return strings.HasPrefix(base, ".env") || strings.HasSuffix(base, ".env")
}

// isTemplate tells an environment file that is copied and filled in: it holds no
// secrets.
func isTemplate(name string) bool {
	switch path.Ext(name) {
	case ".example", ".sample", ".template", ".dist", ".tmpl":
		return isEnvFile(path.Base(name))
	}
	return false
}
