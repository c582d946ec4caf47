package app

import (
	"fmt"
	"path"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// servingCall is the call of a server somewhere in a command that does more: it goes to a
// folder, sets variables, or starts the server through another program. The zero value is
// none.
type servingCall struct {
	call
	// folder is where the command has gone by then; "" for the app's root.
	folder string
	// settings is what it sets DJANGO_SETTINGS_MODULE to; "" if it does not.
	settings string
	// anyPort is set if nothing of the command takes the port from $PORT.
	anyPort bool
}

// servingIn finds the call of a server in a command, or in a script that it starts.
func (d *detection) servingIn(command string) servingCall {
	s := readServingCall(command)
	if s.program != "" {
		return s
	}
	for _, started := range scriptsIn(command) {
		text, err := d.read(started.path)
		if err != nil || len(text) > maxScriptBytes {
			continue // the build may make it
		}
		if s = readServingCall(text); s.program != "" {
			d.commandSource = started.path
			return s
		}
	}
	return servingCall{}
}

// readServingCall finds the last call of a server in a command. The command is only read:
// it runs as it is written.
func readServingCall(command string) servingCall {
	parsed, err := parseShell(command)
	if err != nil {
		return servingCall{}
	}
	var found servingCall
	syntax.Walk(parsed, func(node syntax.Node) bool {
		switch part := node.(type) {
		case *syntax.Assign:
			found.set(part)
		case *syntax.CallExpr:
			for _, assign := range part.Assigns { // Walk comes to them after the words
				found.set(assign)
			}
			found.take(wordsOf(part))
		}
		return true
	})
	if found.program == "" {
		return servingCall{}
	}
	found.anyPort = !strings.Contains(command, "PORT") && (found.program != gunicorn || len(withoutBind(found.args)) < len(found.args))
	return found
}

func (s *servingCall) set(assign *syntax.Assign) {
	if value := assign.Value; value != nil && assign.Name != nil && assign.Name.Value == settingsVariable && moduleForm.MatchString(value.Lit()) {
		s.settings = value.Lit()
	}
}

func (s *servingCall) take(words []string) {
	if len(words) == 2 && words[0] == "cd" {
		s.folder = path.Join(s.folder, words[1])
	}
	for i, word := range words {
		if module, ok := strings.CutPrefix(word, settingsVariable+"="); ok && moduleForm.MatchString(module) {
			s.settings = module // behind env
		}
		if servers[word] {
			s.call = serverCall(words[i:])
			return
		}
	}
}

// wordsOf are the words of a call, with variables as they are written; nil if a part of it
// is known only when it runs.
func wordsOf(one *syntax.CallExpr) []string {
	var words []string
	for _, arg := range one.Args {
		var text strings.Builder
		if syntax.NewPrinter().Print(&text, arg) != nil {
			return nil
		}
		fields, err := shellFields(text.String(), func(name string) string { return "$" + name })
		if err != nil {
			return nil
		}
		words = append(words, fields...)
	}
	return words
}

// serving takes what can be known from a server's call in a longer command: the app that
// it serves, its settings, and how long a request may take.
func (d *detection) serving(s servingCall) {
	if s.program == "" {
		return
	}
	if s.anyPort {
		d.found.warn(fmt.Sprintf("%s starts %s without $PORT, the port on which it must listen", d.commandSource, s.program))
	}
	d.commandSettings = s.settings
	if s.program == gunicorn {
		d.gunicornCall, d.gunicornFolder = s.args, s.folder
	}
	if asgiServers[s.program] {
		d.found.Server = ASGI
	}
	name, object, ok := splitTarget(s.target)
	if !ok {
		return
	}
	base, entry := s.folder, d.src.moduleAt(s.folder, name)
	if s.folder == "" {
		base, entry = d.src.locate(name)
	}
	if entry == nil {
		return
	}
	d.found.Target, d.found.PythonPath, d.entry = s.target, base, entry
	d.found.Framework = d.framework(object).framework
}
