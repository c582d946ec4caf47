package hardening

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"slipway/steps/shell"
)

// option is a key and its value in a file that is another's and has no folder
// of drop-ins.
type option struct {
	file, key, value string
	// between stands between key and value; a key without a value has none.
	between string
}

func (o option) ask(q *questions) {
	if q.options == nil {
		q.options = map[string][]string{}
	}
	q.options[o.file] = append(q.options[o.file], o.key)
}

// lookOptions prints each line of the keys, after its file's name.
func lookOptions(options map[string][]string) []string {
	var parts []string
	for _, path := range slices.Sorted(maps.Keys(options)) {
		parts = append(parts, shell.Command("grep", "-sHE", pattern(unique(options[path])...), path))
	}
	return parts
}

func pattern(keys ...string) string {
	escaped := make([]string, len(keys))
	for i, k := range keys {
		escaped[i] = regexp.QuoteMeta(k)
	}
	return "^[[:space:]]*(" + strings.Join(escaped, "|") + ")([[:space:]=]|$)"
}

// so is true if the file has the key with this value only.
func (o option) so(s seen) bool {
	found := 0
	for _, l := range s.lines {
		text, ok := strings.CutPrefix(l, o.file+":")
		fields := strings.Fields(strings.Replace(text, "=", " ", 1))
		if !ok || len(fields) == 0 || fields[0] != o.key {
			continue
		}
		if strings.Join(fields[1:], " ") != o.value {
			return false
		}
		found++
	}
	return found > 0
}

func (o option) act(a *actions) {
	path := shell.Quote(o.file)
	a.shell = append(a.shell,
		shell.Keep(o.file),
		"touch "+path,
		shell.Command("sed", "-i", "-E", "/"+strings.ReplaceAll(pattern(o.key), "/", `\/`)+"/d", o.file),
		shell.Command("printf", `%s\n`, o.key+o.between+o.value)+" >>"+path)
}
