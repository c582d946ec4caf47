package app

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// requirementFile is a requirements file, taken apart as pip does.
type requirementFile struct {
	path string
	raw  []byte
	// text is raw in UTF-8, with "\n" at the end of its lines.
	text  string
	lines []requirementLine
	// constraint is set for a file that only limits versions.
	constraint bool
}

// requirementLine is a requirement or an option of a requirements file.
type requirementLine struct {
	file string
	// first and last are the lines of the file that it takes, because a line that ends in
	// a backslash goes on in the next one.
	first, last int
	// text is without its comment.
	text string
}

// place is where the line stands, for people: "requirements.txt line 3".
func (l requirementLine) place() string { return fmt.Sprintf("%s line %d", l.file, l.first) }

// isLocal tells a line that installs a folder or a file of the app.
func (l requirementLine) isLocal() bool {
	if target, ok := option(l.text, "-e", "--editable"); ok {
		return !strings.Contains(target, "://")
	}
	return isLocalPath(l.text)
}

// readRequirements reads requirements files, each with those that it includes by -r and
// -c right behind it. What is included but not uploaded is a *providers.Usage.
func readRequirements(fsys fs.FS, files []string) ([]requirementFile, error) {
	r := &requirementReader{fsys: fsys, seen: map[string]bool{}}
	for _, file := range files {
		if err := r.read(file, false); err != nil {
			return nil, err
		}
	}
	return r.files, nil
}

type requirementReader struct {
	fsys  fs.FS
	seen  map[string]bool
	files []requirementFile
	// lines and bytes count what was read.
	lines, bytes int
}

func (r *requirementReader) read(file string, constraint bool) error {
	if r.seen[file] {
		return nil
	}
	r.seen[file] = true
	if !fs.ValidPath(file) {
		return appUsage(fmt.Sprintf("the requirements include %s, outside the app's folder", file), "move it into the folder")
	}
	raw, err := readFile(r.fsys, file)
	if errors.Is(err, fs.ErrNotExist) {
		return appUsage(fmt.Sprintf("the requirements include %s, which does not exist or is not uploaded", file), "add the file, or take it out of .gitignore and "+IgnoreFile)
	}
	if err != nil {
		return fmt.Errorf("%s can't be read: %w", file, err)
	}
	text, err := Text(raw)
	if err == nil {
		err = checkLines(file, text)
	}
	if err != nil {
		return fmt.Errorf("%s can't be read: %w", file, err)
	}
	read := requirementFile{path: file, raw: raw, constraint: constraint, text: string(text)}
	read.lines = requirementLines(file, read.text)
	if err := r.count(read); err != nil {
		return err
	}
	r.files = append(r.files, read)
	for _, line := range read.lines {
		included, ok := option(line.text, "-r", "--requirement")
		limits, limited := option(line.text, "-c", "--constraint")
		if !ok && !limited || strings.Contains(included+limits, "://") {
			continue
		}
		if err := r.read(path.Join(path.Dir(file), included+limits), constraint || limited); err != nil {
			return err
		}
	}
	return nil
}

func requirementLines(file, text string) []requirementLine {
	var lines []requirementLine
	joined, first := strings.Builder{}, 0
	count := strings.Count(text, "\n") + 1
	for i, line := range strings.Split(text+"\n", "\n") { // the last one may end in a backslash
		if joined.Len() == 0 {
			first = i + 1
		}
		if before, goesOn := strings.CutSuffix(line, `\`); goesOn {
			joined.WriteString(before + " ")
			continue
		}
		whole, _, _ := strings.Cut(" "+joined.String()+line, " #")
		joined.Reset()
		if whole = strings.TrimSpace(whole); whole != "" {
			lines = append(lines, requirementLine{file: file, first: first, last: min(i+1, count), text: whole})
		}
	}
	return lines
}

// replaced is the file's text with another one for some of its lines, by their numbers.
func (f requirementFile) replaced(lines map[int]string) string {
	all := strings.Split(f.text, "\n")
	for _, line := range f.lines {
		other, ok := lines[line.first]
		if !ok {
			continue
		}
		for i := line.first; i <= line.last; i++ {
			all[i-1] = ""
		}
		all[line.first-1] = other
	}
	return strings.Join(all, "\n")
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
	first, _, _ = strings.Cut(strings.TrimSpace(first), " --")
	return strings.HasPrefix(first, ".") || strings.HasPrefix(first, "/") || windowsPath.MatchString(first) ||
		strings.Contains(first, "/") && !strings.Contains(first, "@") ||
		isArchive(first)
}

// isArchive tells a package's file by its name.
func isArchive(file string) bool {
	return slices.ContainsFunc([]string{".whl", ".tar.gz", ".zip", ".tgz", ".tar.bz2"}, func(ending string) bool { return strings.HasSuffix(file, ending) })
}
