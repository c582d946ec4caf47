package app

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// scripts refuses a command that names a script of the app which can't be started: the
// server would say so only after it was made.
func (d *detection) scripts(written procfile) error {
	s := d.settings
	type place struct{ command, source string }
	places := []place{{s.Command, SettingsFile}, {s.Release, SettingsFile}, {s.Build, SettingsFile}, {s.TestCommand, SettingsFile}}
	for _, name := range slices.Sorted(maps.Keys(s.Processes)) {
		places = append(places, place{s.Processes[name], SettingsFile})
	}
	for _, name := range slices.Sorted(maps.Keys(written.commands)) {
		if name == releaseProcess && s.Release != "" || name == webProcess && s.servesGiven() || s.Processes != nil && name != webProcess && name != releaseProcess {
			continue // slipway.toml has another command
		}
		places = append(places, place{written.commands[name], written.source(name)})
	}
	for _, p := range places {
		for _, script := range scriptsIn(p.command) {
			if err := d.checkScript(script, p.source); err != nil {
				return err
			}
		}
	}
	return nil
}

// servesGiven tells whether slipway.toml says what is served.
func (s Settings) servesGiven() bool { return s.Command != "" || s.WSGI != "" || s.ASGI != "" }

// script is a file that a command starts.
type script struct {
	// path is relative to the app's root.
	path string
	// direct is set if the kernel starts the file, which then has to be executable and
	// to name its interpreter; otherwise a shell reads it.
	direct bool
}

// scriptsIn are the files that a line of shell starts, as far as they can be told
// without running it.
func scriptsIn(command string) []script {
	file, err := parseShell(command)
	if err != nil {
		return nil
	}
	var found []script
	moved := false
	syntax.Walk(file, func(node syntax.Node) bool {
		call, ok := node.(*syntax.CallExpr)
		if !ok || moved {
			return true
		}
		words := plainWords(call)
		moved = len(words) > 0 && words[0] == "cd"
		if s, ok := scriptOf(words); ok {
			found = append(found, s)
		}
		return true
	})
	return found
}

// plainWords are the words of a call that are plain text, without what only prepares the
// program's start.
func plainWords(call *syntax.CallExpr) []string {
	var words []string
	for _, w := range call.Args {
		words = append(words, w.Lit()) // "" for a word that the shell has to expand
	}
	for len(words) > 0 && (words[0] == "exec" || words[0] == "env" || strings.Contains(words[0], "=")) {
		words = words[1:]
	}
	return words
}

func scriptOf(words []string) (script, bool) {
	if len(words) == 0 {
		return script{}, false
	}
	switch words[0] {
	case "sh", "bash", "dash", ".", "source":
		for _, w := range words[1:] {
			if w == "-c" || w == "" {
				return script{}, false
			}
			if !strings.HasPrefix(w, "-") {
				return inRoot(w, false)
			}
		}
		return script{}, false
	}
	if !strings.Contains(words[0], "/") {
		return script{}, false // it is looked for on PATH
	}
	return inRoot(words[0], true)
}

func inRoot(word string, direct bool) (script, bool) {
	if path.IsAbs(word) {
		return script{}, false
	}
	name := path.Clean(word)
	return script{name, direct}, fs.ValidPath(name)
}

// maxScriptBytes is the size above which a file is a program, not a script.
const maxScriptBytes = 1 << 20

func (d *detection) checkScript(s script, source string) error {
	info, err := fs.Stat(d.fsys, s.path)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxScriptBytes {
		return nil //nolint:nilerr // the build may make it
	}
	raw, err := readFile(d.fsys, s.path)
	if err != nil {
		return fmt.Errorf("%s can't be read: %w", s.path, err)
	}
	first, _, _ := bytes.Cut(raw, []byte("\n"))
	text, read := Text(raw)
	begins := bytes.HasPrefix(text, []byte("#!"))
	switch {
	case s.direct && !begins && (read != nil || bytes.HasPrefix(raw, []byte(program))):
		// It is a program.
	case read != nil:
		return fmt.Errorf("%s, which %s starts, can't be read: %w", s.path, source, read)
	case begins && !bytes.HasPrefix(raw, []byte("#!")) || isUTF16(raw):
		return appUsage(fmt.Sprintf("%s, which %s starts, begins with a byte order mark, so the server can't start it", s.path, source), "save the file as UTF-8 without a byte order mark")
	case bytes.HasSuffix(first, []byte("\r")) && (s.direct || !isPython(first)) || !s.direct && bytes.Contains(raw, []byte("\r\n")):
		return appUsage(fmt.Sprintf("%s, which %s starts, has Windows line ends, which a shell takes for a part of each line", s.path, source),
			fmt.Sprintf(`type sed -i 's/\r$//' %s, and keep them out with a line "*.sh text eol=lf" in .gitattributes`, s.path))
	}
	if s.direct && !executable(info.Mode(), string(first)) {
		return appUsage(fmt.Sprintf("%s, which %s starts, is not executable", s.path, source),
			fmt.Sprintf("type chmod +x %[1]s, and in a git repository git update-index --chmod=+x %[1]s; or write sh %[1]s", s.path))
	}
	return nil
}

func isPython(line []byte) bool { return bytes.Contains(line, []byte("python")) }
