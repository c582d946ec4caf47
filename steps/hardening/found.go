package hardening

import (
	"strings"
)

// describer is a requirement that can tell what a look found in its place.
type describer interface {
	// found describes it in a few words; empty if the look does not tell.
	found(findings) string
}

// found tells what a look found in place of the setting.
func (s Setting) found(f findings) string {
	var all []string
	for _, r := range s.requires {
		if d, ok := r.(describer); ok && !r.met(f) {
			if text := d.found(f); text != "" {
				all = append(all, text)
			}
		}
	}
	return strings.Join(unique(all), ", ")
}

func (f file) found(looked findings) string { return f.Was(looked.text) }

// found is the value in effect of the line's keyword, as programs print their
// settings.
func (l dropInLine) found(f findings) string {
	if !strings.Contains(f.text, " "+l.dropIn.path+"\n") {
		return "there is no " + l.dropIn.path
	}
	keyword, _, ok := strings.Cut(l.effective, " ")
	value, found := f.after(keyword + " ")
	if !ok || !found {
		return ""
	}
	return value
}

func (k sysctl) found(f findings) string { return f.sysctls[k.path()] }

func (u unit) found(f findings) string {
	properties, known := f.units[u.name]
	if !known || properties.Get("LoadState") == "not-found" {
		return "not there"
	}
	if properties.Get("UnitFileState") == "" {
		return properties.Get("ActiveState")
	}
	return properties.Get("ActiveState") + ", " + properties.Get("UnitFileState")
}

func (m mode) found(f findings) string {
	for _, l := range f.lines {
		if fields := strings.Fields(l); len(fields) == 4 && fields[0] == "mode" && fields[3] == m.path {
			return "mode " + fields[1] + ", of " + fields[2]
		}
	}
	return ""
}

func (o option) found(f findings) string {
	for _, l := range f.lines {
		text, ok := strings.CutPrefix(l, o.file+":")
		fields := strings.Fields(strings.Replace(text, "=", " ", 1))
		if value := strings.Join(fields[min(1, len(fields)):], " "); ok && len(fields) > 0 && fields[0] == o.key && value != o.value {
			return value
		}
	}
	return "not set"
}
