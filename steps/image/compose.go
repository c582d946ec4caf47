package image

import (
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template"

	"slipway/steps/app"
	"slipway/steps/portable"
)

//go:embed compose.yaml.tmpl
var composeText string

var composeTemplate = template.Must(template.New(Compose).Parse(composeText))

// What a container of the app may take.
const (
	memory    = "1g"
	processes = "512"
)

// need is a service that another one waits for.
type need struct{ Service, Condition string }

// composeVolume is a volume, and its place in a container as volumes names it.
type composeVolume struct{ Name, Mount string }

// composeProcess is a process beside the web app, with its command in quotes.
type composeProcess struct{ Name, Command string }

// composeFile is what the template is filled with. Text of the app's is in quotes.
type composeFile struct {
	Name, Project, Port, Memory, Processes string
	Stop                                   int
	// Secrets are the names of variables that have no value in the file.
	Secrets   []string
	Variables []portable.Variable
	Volumes   []composeVolume
	Release   string
	// BeforeWeb, BeforeRelease and BeforeProcess are what these wait for.
	BeforeWeb, BeforeRelease, BeforeProcess []need
	Beside                                  []composeProcess
	Services                                []service
}

// compose is the text of compose.yaml.
func (b *build) compose() (string, error) {
	file := composeFile{Name: plain(b.plan.Name), Project: b.plan.Name, Port: Port, Memory: memory, Processes: processes,
		Stop: int(b.plan.App.Limits.Kill().Seconds()), Volumes: b.composeVolumes(), Services: b.services()}
	for _, s := range file.Services {
		file.BeforeRelease = append(file.BeforeRelease, need{s.Kind, "service_healthy"})
	}
	file.BeforeWeb = slices.Clone(file.BeforeRelease)
	if line := b.releaseLine(); line != "" {
		file.Release = scalar(line)
		file.BeforeWeb = append(file.BeforeWeb, need{"release", "service_completed_successfully"})
	}
	file.BeforeProcess = append(slices.Clone(file.BeforeWeb), need{"web", "service_healthy"})
	b.composeVariables(&file)
	for _, name := range b.plan.ProcessNames() {
		line, _ := app.Exec(b.plan.App.Processes[name])
		file.Beside = append(file.Beside, composeProcess{b.serviceName(name), scalar(line)})
	}
	var text strings.Builder
	if err := composeTemplate.Execute(&text, file); err != nil {
		return "", fmt.Errorf("write %s: %w", Compose, err)
	}
	return text.String(), nil
}

// ambiguous are names that YAML reads as something else than text.
var ambiguous = regexp.MustCompile(`^([0-9].*|y|n|yes|no|on|off|true|false|null)$`)

// plain is a deployment's name as YAML has it, without quotes where it needs none.
func plain(name string) string {
	if ambiguous.MatchString(name) {
		return strconv.Quote(name)
	}
	return name
}

// scalar is a text as YAML's double quotes have it. docker compose reads variables in it,
// so a dollar sign is doubled. Go's escapes are YAML's too.
func scalar(text string) string { return strconv.Quote(strings.ReplaceAll(text, "$", "$$")) }

// serviceName is a process's name among the services of the file.
func (b *build) serviceName(process string) string {
	taken := []string{"web", "release", "mariadb", "postgres", "redis"}
	if slices.Contains(taken, process) {
		return "process-" + process
	}
	return process
}

// initialized is the file that says that the tables were made.
const initialized = portable.StateFolder + "/.initialized"

// releaseLine is the release command, before which the tables are made once; "" if there
// is neither.
func (b *build) releaseLine() string {
	var parts []string
	if line := b.plan.App.Init; line != "" {
		parts = append(parts, "if [ ! -e "+initialized+" ]; then ( "+line+" ); : >"+initialized+"; fi")
	}
	if line := b.plan.App.Release; line != "" {
		parts = append(parts, line)
	}
	return strings.Join(parts, "; ")
}

// composeVariables fills in the variables. One that the app can't be loaded without must
// be given when the file is used.
func (b *build) composeVariables(file *composeFile) {
	add := func(name, value string) {
		if !slices.ContainsFunc(file.Variables, func(v portable.Variable) bool { return v.Name == name }) {
			file.Variables = append(file.Variables, portable.Variable{Name: name, Value: value})
		}
	}
	for _, v := range b.connections(file.Services) {
		add(v.Name, v.Value)
	}
	for _, s := range file.Services {
		for _, v := range s.Environment {
			if v.secret != "" {
				file.Secrets = append(file.Secrets, v.secret)
			}
		}
	}
	if name, value := b.plan.App.HostVariable([]string{"localhost", "127.0.0.1", "[::1]"}); name != "" {
		add(name, whereNotGiven(name, value))
	}
	given := b.plan.VariableNames()
	for _, need := range b.plan.App.Needs {
		given = append(given, need.Name)
	}
	for _, name := range given {
		if slices.ContainsFunc(file.Variables, func(v portable.Variable) bool { return v.Name == name }) ||
			slices.ContainsFunc(b.release.Variables, func(v portable.Variable) bool { return v.Name == name }) {
			continue
		}
		add(name, required(name))
		file.Secrets = append(file.Secrets, name)
	}
}

// required is a variable of the file .env, or of the shell that runs docker compose.
func required(name string) string { return strconv.Quote(unquoted(name)) }

// unquoted is the same as a part of a text.
func unquoted(name string) string {
	return "${" + name + ":?write " + name + "=... in the file .env}"
}

var notInName = regexp.MustCompile(`[^a-z0-9]+`)

// composeVolumes are the volumes, by names that say what is in them.
func (b *build) composeVolumes() []composeVolume {
	var all []composeVolume
	for _, v := range b.release.Volumes {
		name := "state"
		if v.Kept.Path != "" {
			name = "data-" + strings.Trim(notInName.ReplaceAllString(strings.ToLower(v.Kept.Path), "-"), "-")
		}
		for slices.ContainsFunc(all, func(other composeVolume) bool { return other.Name == name }) {
			name += "x"
		}
		all = append(all, composeVolume{name, scalar(name + ":" + v.Path)})
	}
	return all
}

// whereNotGiven is a value for a variable that neither the file .env nor the shell sets.
func whereNotGiven(name, value string) string {
	if strings.ContainsAny(value, "{}") {
		return scalar(value)
	}
	return strconv.Quote("${" + name + ":-" + strings.ReplaceAll(value, "$", "$$") + "}")
}
