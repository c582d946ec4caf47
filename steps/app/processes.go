package app

import (
	"maps"
	"slices"

	"mvdan.cc/sh/v3/syntax"
)

// processes finds the processes beside the web app, and the release command: those in
// slipway.toml, else the Procfile's.
func (d *detection) processes(written procfile) {
	commands, all := written.commands, d.settings.Processes
	source := func(string) string { return SettingsFile }
	if all == nil {
		all, source = maps.Clone(commands), written.source
		delete(all, webProcess)
		delete(all, releaseProcess)
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if d.found.Processes == nil {
			d.found.Processes = map[string]string{}
		}
		d.found.Processes[name] = all[name]
		d.found.because("process "+name, all[name], source(name))
	}
	release, from := d.settings.Release, SettingsFile
	if release == "" {
		release, from = commands[releaseProcess], written.source(releaseProcess)
	}
	if release != "" {
		d.found.Release, d.found.ReleaseAgain = release, from != SettingsFile && written.before
		d.found.because("release command", release, from)
	}
}

// Exec writes exec before the last program of a command, so that the program replaces
// the shell and receives its signals. It returns false, and the command as it is, if
// the shell has to stay: for a pipe, for example.
func Exec(command string) (string, bool) {
	file, err := parseShell(command)
	if err != nil || len(file.Stmts) == 0 {
		return command, false
	}
	last := file.Stmts[len(file.Stmts)-1]
	for {
		if last.Negated || last.Background || last.Coprocess {
			return command, false
		}
		chain, ok := last.Cmd.(*syntax.BinaryCmd)
		if !ok {
			break
		}
		if chain.Op != syntax.AndStmt || len(last.Redirs) > 0 {
			return command, false
		}
		last = chain.Y
	}
	call, ok := last.Cmd.(*syntax.CallExpr)
	if !ok || len(call.Args) == 0 || shellsOwn[call.Args[0].Lit()] {
		return command, false
	}
	if call.Args[0].Lit() == "exec" {
		return command, true
	}
	at := call.Args[0].Pos().Offset()
	return command[:at] + "exec " + command[at:], true
}

// shellsOwn are words for which the shell has a command of its own: exec would not
// find them.
var shellsOwn = map[string]bool{
	"wait": true, "exit": true, "eval": true, ".": true, "source": true, "cd": true, "set": true,
	"trap": true, "read": true, ":": true, "return": true, "export": true, "command": true,
}
