package app

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

// pin is one package of a lock file.
type pin struct {
	name   string
	extras []string
	// version is exact; empty with a url, and if the lock file has none.
	version string
	// url is the address of a package that is not from an index, as pip reads it.
	url string
	// path is the file of a package that is in the app's folder, relative to its root.
	path string
	// when tells when the package is needed.
	when condition
	// files are the names of the version's files in the index; nil if the lock file
	// does not have them.
	files []string
}

// requirement is the pin as pip reads it.
func (p pin) requirement() string {
	text := p.name
	if len(p.extras) > 0 {
		text += "[" + strings.Join(p.extras, ",") + "]"
	}
	switch {
	case p.path != "":
		text = "./" + p.path
	case p.url != "":
		text += " @ " + p.url
	case p.version != "":
		text += "==" + p.version
	}
	if marker := p.when.marker(); marker != "" {
		text += " ; " + marker
	}
	return text
}

var (
	nameForm    = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$`)
	versionText = regexp.MustCompile(`^[A-Za-z0-9.!+_-]*$`)
)

// isSound is false for a name or version that pip would read as something else, such
// as an option.
func (p pin) isSound() bool {
	return nameForm.MatchString(p.name) && versionText.MatchString(p.version)
}

var nameSeparators = regexp.MustCompile(`[-_.]+`)

// normalName is a distribution's normalised name: the same for all of its spellings.
func normalName(name string) string {
	return strings.ToLower(nameSeparators.ReplaceAllString(strings.TrimSpace(name), "-"))
}

// isPublicIndex tells PyPI, from which pip takes packages by default, by any address that
// it has or had, or a public copy of it: the server takes the same files from PyPI.
func isPublicIndex(address string) bool {
	address = strings.TrimSuffix(strings.TrimSuffix(strings.ToLower(address), "/"), "/index.html")
	_, place, _ := strings.Cut(address, "://")
	return address == "" || publicIndexes[place]
}

var publicIndexes = map[string]bool{
	"pypi.org": true, "pypi.org/simple": true, "www.pypi.org/simple": true, "pypi.org/pypi": true,
	"pypi.python.org": true, "pypi.python.org/simple": true, "pypi.python.org/pypi": true, "pypi.io/simple": true,
	"python.org/pypi": true, "www.python.org/pypi": true, "files.pythonhosted.org/simple": true,
	"pypi.tuna.tsinghua.edu.cn/simple": true, "mirrors.tuna.tsinghua.edu.cn/pypi/web/simple": true,
	"mirrors.aliyun.com/pypi/simple": true, "pypi.doubanio.com/simple": true, "pypi.douban.com/simple": true,
	"pypi.mirrors.ustc.edu.cn/simple": true, "mirrors.ustc.edu.cn/pypi/simple": true, "mirrors.ustc.edu.cn/pypi/web/simple": true,
	"mirrors.cloud.tencent.com/pypi/simple": true, "repo.huaweicloud.com/repository/pypi/simple": true,
	"mirrors.huaweicloud.com/repository/pypi/simple": true, "mirror.baidu.com/pypi/simple": true,
}

// notInstallable is the error for a package that the server can't get: one in a folder,
// or from an index that pip does not know. Pip would look for its name on the public
// index, where it may be somebody else's.
func notInstallable(file, name, place string) error {
	return appUsage(fmt.Sprintf("%s takes %s from %s, which can't be installed on the server as it is", file, name, place), "list what the app needs in a requirements file and name it with app.requirements in "+SettingsFile)
}

// localFile is the path, relative to the app's root, of a package's file that a lock file
// names relative to its own folder.
func localFile(fsys fs.FS, lock, name, file string) (string, error) {
	joined := path.Join(path.Dir(lock), file)
	if path.IsAbs(file) || !fs.ValidPath(joined) {
		return "", notInstallable(lock, name, file)
	}
	if _, err := fs.Stat(fsys, joined); err != nil {
		return "", appUsage(fmt.Sprintf("%s takes %s from %s, which does not exist or is not uploaded", lock, name, joined), "correct the path, or take it out of .gitignore and "+IgnoreFile)
	}
	return joined, nil
}

// gitURL is a repository at a commit, as pip reads it.
func gitURL(file, name, repository, commit, folder string) (string, error) {
	if !strings.HasPrefix(repository, "https://") {
		return "", notInstallable(file, name, repository)
	}
	url := "git+" + repository + "@" + commit
	if folder != "" {
		url += "#subdirectory=" + folder
	}
	return url, nil
}

// condition says when a package is needed: if all markers of one of the lists
// hold. An empty list always holds; no list at all means never.
type condition [][]string

func always() condition { return condition{nil} }

// maxAlternatives is how many lists a condition has. If it would have more, it becomes
// what all of them have in common, with which too much may be installed but never too
// little.
const maxAlternatives = 12

// and narrows the condition by a marker.
func (c condition) and(marker string) condition {
	if marker == "" {
		return c
	}
	var out condition
	for _, list := range c {
		list = slices.Clone(list)
		if at, found := slices.BinarySearch(list, marker); !found {
			list = slices.Insert(list, at, marker)
		}
		out = append(out, list)
	}
	return out
}

// or adds another condition and tells whether the result holds more often.
func (c condition) or(other condition) (condition, bool) {
	wider := false
	for _, list := range other {
		if slices.ContainsFunc(c, func(had []string) bool { return isSubset(had, list) }) {
			continue
		}
		c = slices.DeleteFunc(slices.Clone(c), func(had []string) bool { return isSubset(list, had) })
		c, wider = append(c, list), true
	}
	if len(c) > maxAlternatives {
		c = condition{c.shared()}
	}
	return c, wider
}

func (c condition) shared() []string {
	shared := slices.Clone(c[0])
	for _, list := range c[1:] {
		shared = slices.DeleteFunc(shared, func(marker string) bool { return !slices.Contains(list, marker) })
	}
	return shared
}

func isSubset(small, large []string) bool {
	for _, s := range small {
		if !slices.Contains(large, s) {
			return false
		}
	}
	return true
}

// marker writes the condition as an environment marker; "" if it always holds.
func (c condition) marker() string {
	var lists []string
	for _, list := range c {
		if len(list) == 0 {
			return ""
		}
		var terms []string
		for _, term := range list {
			if strings.Contains(term, " or ") && (len(list) > 1 || len(c) > 1) {
				term = "(" + term + ")"
			}
			terms = append(terms, term)
		}
		text := strings.Join(terms, " and ")
		if len(list) > 1 && len(c) > 1 {
			text = "(" + text + ")"
		}
		lists = append(lists, text)
	}
	slices.Sort(lists)
	return strings.Join(lists, " or ")
}

// node is a package of a lock file, by its index, or what one of its extras adds.
type node struct {
	at    int
	extra string
}

// edge leads to a package that is needed if a marker holds.
type edge struct {
	to     node
	marker string
}

// reachedFrom follows the packages' dependencies and returns when each is needed.
func reachedFrom(roots []edge, needs func(node) []edge) map[node]condition {
	when := map[node]condition{}
	var open []node
	take := func(edges []edge, from condition) {
		for _, e := range edges {
			wide, changed := when[e.to].or(from.and(e.marker))
			if changed {
				when[e.to] = wide
				open = append(open, e.to)
			}
		}
	}
	take(roots, always())
	for len(open) > 0 {
		n := open[len(open)-1]
		open = open[:len(open)-1]
		take(needs(n), when[n])
	}
	return when
}
