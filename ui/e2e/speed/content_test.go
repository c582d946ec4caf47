package speed

import (
	_ "embed"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"slipway/steps/shell"
)

//go:embed content.sh
var contentText string

//go:embed collect.sh
var collectText string

// content is what an administrator gave a server, line by line as content.sh prints it.
type content map[string]bool

// content looks at the machine.
func (m *machine) content() content {
	m.tb.Helper()
	out, _ := m.run(shell.Script(contentText, nil), nil)
	c := content{}
	for line := range strings.Lines(string(out)) {
		c[strings.TrimSuffix(line, "\n")] = true
	}
	return c
}

// without are the lines that another content has not, in order.
func (c content) without(other content) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(c)), func(line string) bool { return other[line] })
}

// same fails the test unless two machines have the same content.
func same(tb testing.TB, slipway, script content) {
	tb.Helper()
	for _, line := range slipway.without(script) {
		tb.Errorf("only slipway's machine has: %s", line)
	}
	for _, line := range script.without(slipway) {
		tb.Errorf("only the script's machine has: %s", line)
	}
}

// second are the second words of those lines that begin with a word.
func second(lines []string, first string) []string {
	var all []string
	for _, line := range lines {
		if words := strings.Fields(line); len(words) > 1 && words[0] == first {
			all = append(all, words[1])
		}
	}
	return all
}

// work is what the script takes: what somebody has beside it in a folder.
type work struct {
	// files is an archive of the server's files.
	files []byte
	// release is the name of the app's release, venv its virtual environment, uv what
	// pip installs to have uv.
	release, venv, uv string
	// packages are Debian's, requirements the app's of PyPI, with their versions.
	packages, requirements []string
	// key lets the user deploy in, on all machines of the script.
	key []byte
}

// workOf takes from a machine what Slipway brought it since it was bare: so the script
// brings the same.
func workOf(m *machine, bare content, release string) work {
	m.tb.Helper()
	now := m.content()
	brought := now.without(bare)
	key, err := os.ReadFile(m.deploy)
	if err != nil {
		m.tb.Fatal(err)
	}
	w := work{release: release, key: key, packages: second(brought, "wanted")}
	was := map[string]bool{}
	for _, path := range second(slices.Sorted(maps.Keys(bare)), "file") {
		was[path] = true
	}
	paths := append(second(brought, "file"), second(brought, "sum")...)
	slices.Sort(paths)
	list := ""
	for _, path := range slices.Compact(paths) {
		base, isInfo := strings.CutSuffix(path[strings.LastIndexByte(path, '/')+1:], ".dist-info")
		switch {
		case isInfo && strings.Contains(path, "/venvs/"):
			w.requirements = append(w.requirements, strings.Replace(base, "-", "==", 1))
		case strings.Contains(path, "/venvs/"), strings.Contains(path, ".wants/"), strings.HasPrefix(path, "/etc/alternatives/"), strings.HasPrefix(path, "/etc/rc"),
			strings.HasSuffix(path, "/current"), path == "/etc/ssh", path == "/var/lib/app-hello":
			// The script makes these itself, or packages do.
		case was[path]:
			list += "changed " + path + "\n"
		default:
			list += "new " + path + "\n"
		}
	}
	w.files, _ = m.run(shell.Script(collectText, nil), []byte(list))
	out, _ := m.run(fmt.Sprintf("readlink /srv/app-hello/releases/%s/venv; cd /var/cache/slipway; echo uv-*", shell.Quote(release)), nil)
	words := strings.Fields(string(out))
	if len(words) != 2 || len(w.packages) == 0 || len(w.requirements) == 0 || len(w.files) == 0 {
		m.tb.Fatalf("what slipway's machine has is not as expected: %v, %v, %v", words, w.packages, w.requirements)
	}
	w.venv, w.uv = words[0], strings.Replace(words[1], "-", "==", 1)
	return w
}
