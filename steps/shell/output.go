package shell

import (
	"slices"
	"strconv"
	"strings"
)

// Fields reads lines of the form "key value" into a map; the last one wins.
func Fields(out string) map[string]string {
	fields := map[string]string{}
	for line := range strings.Lines(out) {
		key, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if key != "" {
			fields[key] = value
		}
	}
	return fields
}

// SplitLines parts a text into its lines, without the line ends. Empty lines at
// its end are dropped; an empty text is one empty line.
func SplitLines(text string) []string { return strings.Split(strings.TrimRight(text, "\n"), "\n") }

// NonEmpty is the lines that are not empty.
func NonEmpty(lines []string) []string {
	return slices.DeleteFunc(slices.Clone(lines), func(line string) bool { return line == "" })
}

// Number reads a whole number; anything else, "infinity" too, is 0.
func Number(text string) int {
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	if err != nil {
		return 0
	}
	return int(n)
}
