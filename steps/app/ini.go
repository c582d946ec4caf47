package app

import (
	"io/fs"
	"strings"
)

// readINI reads a file as Python's configparser does: sections of keys, and values that
// go on in lines that are indented. It is nil without the file.
func readINI(fsys fs.FS, file string) map[string]map[string]string {
	text, err := readText(fsys, file)
	if err != nil {
		return nil
	}
	return parseINI(strings.TrimPrefix(string(text), "\ufeff"))
}

func parseINI(text string) map[string]map[string]string {
	sections := map[string]map[string]string{}
	section, key := "", ""
	for line := range strings.Lines(text) {
		bare := strings.TrimSpace(line)
		indented := strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t")
		switch {
		case bare == "" || strings.HasPrefix(bare, "#") || strings.HasPrefix(bare, ";"):
		case strings.HasPrefix(bare, "[") && strings.HasSuffix(bare, "]"):
			section, key = strings.TrimSpace(bare[1:len(bare)-1]), ""
			if sections[section] == nil {
				sections[section] = map[string]string{}
			}
		case indented && key != "":
			sections[section][key] += "\n" + bare
		case sections[section] != nil:
			name, value, _ := strings.Cut(bare, "=")
			if at := strings.IndexAny(bare, "=:"); at >= 0 {
				name, value = bare[:at], bare[at+1:]
			}
			key = strings.TrimSpace(name)
			sections[section][key] = strings.TrimSpace(value)
		}
	}
	return sections
}
