package app

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxWord is how many bytes a word of a command may have, and a variable with its name
// and the "=": Linux starts no program with a longer one.
const MaxWord = 128<<10 - 1

// Unfit says why a text can't be a word of a command that systemd starts, nor the value of
// a variable, in words that go behind its name: "is not UTF-8". It is "" if it can be. The
// text itself is not shown: it may be a secret.
func Unfit(text string) string {
	switch {
	case len(text) > MaxWord:
		return fmt.Sprintf("has %d bytes, and Linux starts no program with more than %d", len(text), MaxWord)
	case strings.IndexByte(text, 0) >= 0:
		return "has a NUL character, which no program can be given"
	case !utf8.ValidString(text):
		return "is not UTF-8, and systemd takes nothing else"
	}
	if at := strings.IndexFunc(text, nonCharacter); at >= 0 {
		r, _ := utf8.DecodeRuneInString(text[at:])
		return fmt.Sprintf("has the character U+%04X, which systemd refuses", r)
	}
	return ""
}

// nonCharacter tells what Unicode has set aside and systemd takes for no text.
func nonCharacter(r rune) bool { return r >= 0xfdd0 && r <= 0xfdef || r&0xfffe == 0xfffe }

// words refuses what was found if it can't reach the app's processes as it is. It looks at
// the words themselves, wherever they come from: a shell's line may be plain text and make
// a word that is none.
func (d *detection) words() error {
	f := d.found
	web, folder := d.sourced("web command"), d.sourced("folder for imports")
	if f.Command == "" {
		web = d.sourced("web app")
	}
	for _, part := range []struct {
		place string
		words []string
	}{
		{web, append([]string{f.Command, f.Target, f.WorkerClass}, f.GunicornArgs...)},
		{folder, []string{f.PythonPath}},
		{d.sourced("settings"), []string{f.SettingsModule}},
		{d.sourced("release command"), []string{f.Release}},
		{d.sourced("build command"), []string{f.Build}},
		{d.sourced("first of all"), []string{f.Init}},
		{"test-command", []string{f.TestCommand}},
		{d.sourced("allowed hosts"), append([]string{f.Hosts.Variable, f.Hosts.Form}, f.Hosts.Names...)},
	} {
		if err := fitting(part.place, part.words...); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(f.Processes)) {
		if err := fitting(d.sourced("process "+name), f.Processes[name]); err != nil {
			return err
		}
	}
	if err := d.commands(); err != nil {
		return err
	}
	return d.folders()
}

// commands refuses lines of shell that are too much to be taken apart: what they start is
// not known then.
func (d *detection) commands() error {
	f := d.found
	lines := map[string]string{
		d.sourced("web command"): f.Command, d.sourced("release command"): f.Release, d.sourced("build command"): f.Build,
		d.sourced("first of all"): f.Init, "test-command": f.TestCommand,
	}
	for name, line := range f.Processes {
		lines[d.sourced("process "+name)] = line
	}
	for _, place := range slices.Sorted(maps.Keys(lines)) {
		if why := unparsed(lines[place]); why != "" {
			return appUsage(place+" "+why, nameScript)
		}
	}
	return nil
}

// nameScript is what to do about a command that can't be used as it is.
const nameScript = "write it without that, or put it into a script of the app and name the script"

// folders refuses folders whose names a unit's list of paths can't have.
func (d *detection) folders() error {
	paths := slices.Concat(d.found.BuildFolders, slices.Collect(maps.Values(d.found.Static)))
	for _, k := range d.found.Data {
		paths = append(paths, k.Path)
	}
	for _, p := range paths {
		place := fmt.Sprintf("the folder %q", p)
		if err := fitting(place, p); err != nil {
			return err
		}
		if strings.ContainsFunc(p, unicode.IsControl) {
			return appUsage(place+" has a control character in its name", "rename it")
		}
	}
	return nil
}

func fitting(place string, words ...string) error {
	for _, w := range words {
		if why := Unfit(w); why != "" {
			return appUsage(place+" "+why, nameScript)
		}
	}
	return nil
}

// sourced is a subject with the place where it was found: "web command (Procfile line 1)".
func (d *detection) sourced(subject string) string {
	for _, r := range d.found.Reasons {
		if r.Subject == subject {
			return fmt.Sprintf("%s (%s)", subject, r.Source)
		}
	}
	return subject
}
