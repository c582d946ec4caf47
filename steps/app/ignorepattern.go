package app

import (
	"regexp"
	"slices"
	"strings"
)

// ignorePattern is one line of a file in gitignore's syntax. It judges as git does, also
// where its documentation is silent: byte by byte, and with git's own idea of a "[" that
// is not closed. TestIgnoreAsGit and FuzzIgnore compare the two.
type ignorePattern struct {
	// brings is set for a line that begins with "!".
	brings bool
	// folders is set for a line that ends in "/": it is about folders alone.
	folders bool
	// whole is set if the path is compared, from the root on, and not only its last name.
	whole bool
	// matches is nil for a pattern that nothing matches. It compares bytes as characters.
	matches *regexp.Regexp
}

// ignorePatterns are the lines of a file, without empty ones and comments.
type ignorePatterns []ignorePattern

func readPatterns(lines []string) ignorePatterns {
	var all ignorePatterns
	for _, line := range lines {
		if line == "" || line[0] == '#' {
			continue
		}
		all = append(all, readPattern(withoutSpaces(line)))
	}
	return all
}

// withoutSpaces is a line without the spaces at its end that no "\" precedes.
func withoutSpaces(line string) string {
	end := -1
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case ' ':
			if end < 0 {
				end = i
			}
			continue
		case '\\':
			if i++; i == len(line) {
				return line
			}
		}
		end = -1
	}
	if end < 0 {
		return line
	}
	return line[:end]
}

func readPattern(line string) ignorePattern {
	var p ignorePattern
	line, p.brings = strings.CutPrefix(line, "!")
	line, p.folders = strings.CutSuffix(line, "/")
	p.whole = strings.Contains(line, "/")
	line = strings.TrimPrefix(line, "/")
	plain := ""
	if p.whole {
		// Git compares the plain beginning by itself, so "**" after it stands at the
		// pattern's beginning.
		plain = line[:len(line)-len(strings.TrimLeftFunc(line, isPlain))]
	}
	g := &globReader{rest: line[len(plain):], begins: true, path: p.whole}
	g.out.WriteString(`(?s)\A` + regexp.QuoteMeta(asCharacters(plain)))
	if g.read() {
		p.matches = regexp.MustCompile(g.out.String() + `\z`)
	}
	return p
}

func isPlain(r rune) bool { return !strings.ContainsRune(`*?[\`, r) }

// matches tells whether the last line that matches a name, or a folder that holds it,
// leaves it out. A name is relative to the file's folder.
func (all ignorePatterns) matches(name string, isDir bool) bool {
	for i, c := range name {
		if c == '/' && all.last(name[:i], true) {
			return true
		}
	}
	return all.last(name, isDir)
}

func (all ignorePatterns) last(name string, isDir bool) bool {
	name = asCharacters(name)
	base := name[strings.LastIndexByte(name, '/')+1:]
	for _, p := range slices.Backward(all) {
		compared := base
		if p.whole {
			compared = name
		}
		if (isDir || !p.folders) && p.matches != nil && p.matches.MatchString(compared) {
			return !p.brings
		}
	}
	return false
}

// asCharacters is text with a character for each byte: to git, "?" is one byte.
func asCharacters(text string) string {
	characters := make([]rune, len(text))
	for i := range len(text) {
		characters[i] = rune(text[i])
	}
	return string(characters)
}
