package hardening

import (
	"strings"
)

// describer is implemented by wants that can tell what is there instead.
type describer interface {
	// was tells in a few words what a look found; empty if it can't be told.
	was(seen) string
}

// was tells what a look found instead of the setting.
func (s Setting) was(seen seen) string {
	var all []string
	for _, w := range s.wants {
		if d, ok := w.(describer); ok && !w.so(seen) {
			if text := d.was(seen); text != "" {
				all = append(all, text)
			}
		}
	}
	return strings.Join(unique(all), ", ")
}

func (f file) was(s seen) string { return f.Was(s.text) }

// was is what is in effect under the line's first word, as programs print their
// settings.
func (l line) was(s seen) string {
	if !strings.Contains(s.text, " "+l.drop.path+"\n") {
		return "there is no " + l.drop.path
	}
	keyword, _, ok := strings.Cut(l.effective, " ")
	value, found := s.some(keyword + " ")
	if !ok || !found {
		return ""
	}
	return value
}

func (k sysctl) was(s seen) string { return s.sysctls[k.path()] }

func (u unit) was(s seen) string {
	found, known := s.units[u.name]
	if !known || found["LoadState"] == "not-found" {
		return "not there"
	}
	if found["UnitFileState"] == "" {
		return found["ActiveState"]
	}
	return found["ActiveState"] + ", " + found["UnitFileState"]
}

func (m mode) was(s seen) string {
	for _, l := range s.lines {
		if f := strings.Fields(l); len(f) == 4 && f[0] == "mode" && f[3] == m.path {
			return "mode " + f[1] + ", of " + f[2]
		}
	}
	return ""
}

func (o option) was(s seen) string {
	for _, l := range s.lines {
		text, ok := strings.CutPrefix(l, o.file+":")
		fields := strings.Fields(strings.Replace(text, "=", " ", 1))
		if value := strings.Join(fields[min(1, len(fields)):], " "); ok && len(fields) > 0 && fields[0] == o.key && value != o.value {
			return value
		}
	}
	return "not set"
}
