package hardening

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"slipway/steps/shell"
)

// option is a key and its value in a file of another program that reads no
// drop-ins.
type option struct {
	file, key, value string
	// separator stands between key and value: "=".
	separator string
}

func (o option) inspect(i *inspection) {
	if i.options == nil {
		i.options = map[string][]string{}
	}
	i.options[o.file] = append(i.options[o.file], o.key)
}

// lookOptions prints each line that has one of the keys, in any of the files, after its
// file's name.
func lookOptions(options map[string][]string) string {
	if len(options) == 0 {
		return ":"
	}
	var keys []string
	for _, path := range slices.Sorted(maps.Keys(options)) {
		keys = append(keys, options[path]...)
	}
	return shell.Command(append([]string{"grep", "-sHE", pattern(unique(keys)...)}, slices.Sorted(maps.Keys(options))...)...)
}

// pattern is a regular expression of the lines that have one of the keys.
func pattern(keys ...string) string {
	escaped := make([]string, len(keys))
	for i, k := range keys {
		escaped[i] = regexp.QuoteMeta(k)
	}
	return "^[[:space:]]*(" + strings.Join(escaped, "|") + ")([[:space:]=]|$)"
}

// met is true if the file has the key with this value and no other.
func (o option) met(f findings) bool {
	found := 0
	for _, l := range f.lines {
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

func (o option) apply(a *actions) {
	path := shell.Quote(o.file)
	a.shell = append(a.shell,
		shell.Keep(o.file),
		"touch "+path,
		// The second expression ends the last line, if its end is missing.
		shell.Command("sed", "-i", "-E", "-e", "/"+strings.ReplaceAll(pattern(o.key), "/", `\/`)+"/d", "-e", `$a\`, o.file),
		shell.Command("printf", `%s\n`, o.key+o.separator+o.value)+" >>"+path)
}
