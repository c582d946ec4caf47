package cause

import (
	"fmt"
	"regexp"
	"strings"
)

// cloning are lines by which uv and pip say that git could not take a package from a
// repository. Why is in git's own lines.
var cloning = regexp.MustCompile(`Git operation failed|git (?:clone|fetch|checkout) .*did not run successfully`)

// gitSays are git's own lines.
var gitSays = regexp.MustCompile(`^\s*(fatal: .+|error: pathspec .+)$`)

// repository is why git could not take a package from a repository.
func repository(lines []string) (Cause, bool) {
	failed, said := false, ""
	for _, line := range lines {
		failed = failed || cloning.MatchString(line)
		if at := gitSays.FindStringSubmatch(line); at != nil && said == "" {
			said = at[1]
		}
	}
	return Cause{Line: said}, failed && said != ""
}

// repositories are ways in which git can't take a package from a repository.
var repositories = []form{
	{line: line(`unable to access '([^']+)': Could not resolve host: ([\w.-]+)`), more: noHost},
	{line: line(`unable to access '([^']+)': `), more: noAccess},
	{line: line(`could not read (?:Username|Password) for '([^']+)'|Authentication failed for '([^']+)'|[Rr]epository '([^']+)' not found`), more: privateRepository},
	{line: line(`couldn't find remote ref ([\w./@+-]+)|pathspec '([\w./@+-]+)' did not match|Remote branch ([\w./@+-]+) not found|not our ref (\w+)`), more: noRef},
}

func noHost(e evidence, at []string) (Remedy, bool) {
	return then(fmt.Sprintf("the server can't find the host %s: correct the address in %s, or put the package into the app's folder and write its path there", at[2], e.app.placeOf(at[1])))
}

func noAccess(e evidence, at []string) (Remedy, bool) {
	return then(fmt.Sprintf("the server can't read that repository: correct its address in %s, or put the package into the app's folder and write its path there", e.app.placeOf(at[1])))
}

func privateRepository(e evidence, at []string) (Remedy, bool) {
	return then(fmt.Sprintf("there is no such repository, or it is private and the server has no password for it: correct its address in %s, or put the package into the app's folder and write its path there", e.app.placeOf(at[1]+at[2]+at[3])))
}

func noRef(e evidence, at []string) (Remedy, bool) {
	ref := strings.TrimPrefix(strings.TrimPrefix(at[1]+at[2]+at[3]+at[4], "refs/heads/"), "refs/tags/")
	return then(fmt.Sprintf("the repository has no branch, tag or commit %s: correct what stands behind the @ in %s", ref, e.app.placeOf("@"+ref)))
}

// placeOf is the first line of the app's lists of packages that has a text, such as an
// address; "the list of packages" if none has it.
func (s source) placeOf(part string) string {
	part = strings.TrimSuffix(strings.TrimSuffix(part, "/"), ".git")
	for _, name := range s.lists() {
		for i, text := range s.read(name) {
			if strings.Contains(text, part) {
				return fmt.Sprintf("%s line %d", name, i+1)
			}
		}
	}
	return "the list of packages"
}
