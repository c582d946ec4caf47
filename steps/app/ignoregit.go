package app

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// ignoreLines are lines of gitignore's syntax, with what git itself says of the names
// that it was asked about. It is asked where it is there; for other names, and without
// it, the patterns judge, which do as it does.
type ignoreLines struct {
	text     string
	patterns ignorePatterns
	asked    map[string]bool
}

func newIgnoreLines(lines []string) ignoreLines {
	return ignoreLines{text: strings.Join(lines, "\n") + "\n", patterns: readPatterns(lines), asked: map[string]bool{}}
}

// match tells whether a line, the last one that matches, leaves a name out.
func (l ignoreLines) match(name string, isDir bool) bool {
	if matches, asked := l.asked[withSlash(name, isDir)]; asked {
		return matches
	}
	return l.patterns.matches(name, isDir)
}

// askGit asks git about all names of the folder that no rule above leaves out, one level
// at a time. If git can't be asked, nothing is lost.
func (r *ignoreRules) askGit(fsys fs.FS) {
	ctx := context.Background()
	if f, ok := fsys.(*folder); ok {
		ctx = f.ctx
	}
	ctx, cancel := context.WithTimeout(ctx, listingLimit)
	defer cancel()
	judge, err := newIgnoreJudge()
	if err != nil {
		return
	}
	defer judge.remove()
	entries := 0
	for level := []string{"."}; len(level) > 0 && entries < maxEntries; {
		var names []string
		for _, dir := range level {
			names = append(names, namesBelow(fsys, dir)...)
		}
		entries += len(names)
		for _, lines := range []ignoreLines{r.own, r.back} {
			if len(lines.patterns) > 0 && judge.ask(ctx, lines, names) != nil {
				return
			}
		}
		level = nil
		for _, name := range names {
			if dir, isDir := strings.CutSuffix(name, "/"); isDir && !r.leavesOut(dir, true) {
				level = append(level, dir)
			}
		}
	}
}

// namesBelow are the names in a folder, but those of folders that never go up. A folder's
// ends in "/". What reads the folder for the app says if it can't be read.
func namesBelow(fsys fs.FS, dir string) []string {
	entries, _ := fs.ReadDir(fsys, dir)
	var names []string
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		if !e.IsDir() || builtInFolder(fsys, name) == takes {
			names = append(names, withSlash(name, e.IsDir()))
		}
	}
	return names
}

// ignoreJudge is a repository without files, in which git judges names by lines. It has
// nothing of the app's but the names of its folders: neither its repository nor its files.
type ignoreJudge struct{ dir string }

func newIgnoreJudge() (ignoreJudge, error) {
	dir, err := os.MkdirTemp("", "slipway-ignore-")
	if err != nil {
		return ignoreJudge{}, err
	}
	j := ignoreJudge{dir}
	for _, name := range []string{"tree", "git/objects", "git/refs", "git/info"} {
		err = errors.Join(err, os.MkdirAll(filepath.Join(dir, filepath.FromSlash(name)), 0o700))
	}
	err = errors.Join(err, os.WriteFile(filepath.Join(dir, "git", "HEAD"), []byte("ref: refs/heads/none\n"), 0o600))
	if err != nil {
		j.remove()
	}
	return j, err
}

func (j ignoreJudge) remove() { os.RemoveAll(j.dir) }

// ask has git judge names by lines.
func (j ignoreJudge) ask(ctx context.Context, lines ignoreLines, names []string) error {
	if err := os.WriteFile(filepath.Join(j.dir, "git", "info", "exclude"), []byte(lines.text), 0o600); err != nil {
		return err
	}
	var stdin strings.Builder
	for _, name := range names {
		name, isDir := strings.CutSuffix(name, "/")
		if isDir {
			// Git looks what it is.
			if err := os.MkdirAll(filepath.Join(j.dir, "tree", filepath.FromSlash(name)), 0o700); err != nil {
				return err
			}
		}
		stdin.WriteString("./" + name + "\x00") // a name may begin with ":", which means something to git
	}
	answer, err := runGit(ctx, filepath.Join(j.dir, "tree"), stdin.String(), []string{
		"GIT_DIR=" + filepath.Join(j.dir, "git"), "GIT_WORK_TREE=" + filepath.Join(j.dir, "tree"),
		"GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_CONFIG_NOSYSTEM=1",
	}, "-c", "core.excludesFile="+os.DevNull, "check-ignore", "--no-index", "--stdin", "-z", "--verbose")
	if code, ok := errors.AsType[interface {
		error
		ExitCode() int
	}](err); err != nil && (!ok || code.ExitCode() != 1) { // 1 is for no match
		return err
	}
	// Each match is four fields: a file, a line's number, the line and the name.
	left := map[string]bool{}
	for fields := strings.Split(answer.out, "\x00"); len(fields) > 4; fields = fields[4:] {
		left[fields[3]] = !strings.HasPrefix(fields[2], "!")
	}
	for _, name := range names {
		lines.asked[name] = left["./"+strings.TrimSuffix(name, "/")]
	}
	return nil
}
