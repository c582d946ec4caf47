package app

import (
	"maps"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// processes takes what runs beside the web app, and what is run before a release
// takes over: what slipway.toml says, else the Procfile's lines.
func (d *detection) processes(commands map[string]string) {
	all, from := d.settings.Processes, SettingsFile
	if all == nil {
		all, from = maps.Clone(commands), Procfile
		delete(all, webProcess)
		delete(all, releaseProcess)
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if d.found.Processes == nil {
			d.found.Processes = map[string]string{}
		}
		d.found.Processes[name] = all[name]
		d.found.because("process "+name, all[name], from)
	}
	release, from := d.settings.Release, SettingsFile
	if release == "" {
		release, from = commands[releaseProcess], Procfile
	}
	if release != "" {
		d.found.Release = release
		d.found.because("release command", release, from)
	}
}

// ServerPackages are the packages that serve the app, beside what it names
// itself. A command of the app's own gets the server that it starts.
func (f Found) ServerPackages() []string {
	if f.Command != "" && f.GunicornArgs == nil {
		return serversIn(f.Command)
	}
	if f.Server == ASGI {
		return []string{"gunicorn>=23", "uvicorn-worker>=0.3"}
	}
	return []string{"gunicorn>=23"}
}

// serverDistributions are the packages that bring the servers.
var serverDistributions = map[string]string{
	gunicorn: "gunicorn>=23", "uvicorn": "uvicorn", "hypercorn": "hypercorn", "daphne": "daphne", "waitress-serve": "waitress",
}

func serversIn(command string) []string {
	var packages []string
	for word := range strings.FieldsSeq(command) {
		if p := serverDistributions[word]; p != "" && !slices.Contains(packages, p) {
			packages = append(packages, p)
		}
	}
	slices.Sort(packages)
	return packages
}

// Exec has the shell give way to the program that a command ends with, so that
// a signal reaches that program. It returns false, and the command as it is, if
// the shell has to stay: for a pipe, say.
func Exec(command string) (string, bool) {
	file, err := syntax.NewParser().Parse(strings.NewReader(command), "")
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

// shellsOwn are the words that no program has or that mean something else to
// the shell.
var shellsOwn = map[string]bool{
	"wait": true, "exit": true, "eval": true, ".": true, "source": true, "cd": true, "set": true,
	"trap": true, "read": true, ":": true, "return": true, "export": true, "command": true,
}
