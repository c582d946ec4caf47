package steps

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"text/template"
	"unicode"

	"github.com/digitalocean/godo"
	"go.yaml.in/yaml/v3"

	"slipway/providers"
	"slipway/providers/appplatform"
	"slipway/steps/image"
	"slipway/steps/plan"
	"slipway/steps/portable"
)

// AppSpecFile is where doctl and DigitalOcean look for an app's spec in its folder.
const AppSpecFile = ".do/app.yaml"

//go:embed appspec.yaml.tmpl
var appSpecText string

var appSpecTemplate = template.Must(template.New(AppSpecFile).Parse(appSpecText))

// AppPlatformFiles are the files with which a person runs the app of a plan on App Platform
// without Slipway, sorted by their paths: those of its image, and the app's spec. The same
// plan gives the same bytes. The values of variables are in none of them.
func AppPlatformFiles(p plan.Plan, o image.Options) ([]portable.File, error) {
	files, err := image.Files(p, o)
	if err != nil {
		return nil, err
	}
	spec, err := appSpecFile(p)
	if err != nil {
		return nil, err
	}
	files = slices.DeleteFunc(files, func(f portable.File) bool { return f.Path == image.Compose })
	files = append(files, portable.File{Path: AppSpecFile, Content: spec})
	slices.SortFunc(files, func(a, b portable.File) int { return cmp.Compare(a.Path, b.Path) })
	return files, nil
}

// specFile is what the comments at the top of the spec are made of.
type specFile struct {
	File, Name, Image string
	// Secrets are the names of the variables whose values are missing.
	Secrets   []string
	Databases []specDatabase
	// Init makes the tables of an empty database.
	Init string
}

// specDatabase is a managed database as doctl names it.
type specDatabase struct{ Cluster, Engine, Version, Size string }

// appSpecFile is the text of AppSpecFile.
func appSpecFile(p plan.Plan) (string, error) {
	in, err := specInput(p)
	if err != nil {
		return "", err
	}
	about := specFile{File: AppSpecFile, Name: in.Name, Image: "registry.digitalocean.com/REGISTRY/" + in.Repository, Init: shownLine(p.App.Init)}
	for _, b := range in.Services {
		about.Databases = append(about.Databases, specDatabase{b.Cluster, strings.ToLower(string(b.Engine)), b.Version, smallestCluster})
	}
	for _, name := range missingVariables(p, in) {
		in.Variables[name] = ""
		about.Secrets = append(about.Secrets, name)
	}
	var text bytes.Buffer
	if err := appSpecTemplate.Execute(&text, about); err != nil {
		return "", fmt.Errorf("write %s: %w", AppSpecFile, err)
	}
	body, err := yamlOf(appplatform.AppSpec(in))
	if err != nil {
		return "", fmt.Errorf("write %s: %w", AppSpecFile, err)
	}
	return text.String() + body, nil
}

// specInput is the app of a plan as a spec takes it, with no values of variables.
func specInput(p plan.Plan) (appplatform.SpecInput, error) {
	in := appplatform.SpecInput{
		Name: specName(p.Name), Repository: specName(p.Name), Region: dataCentre.ReplaceAllString(p.Value(plan.KeyRegion), "$1"), Size: p.Value(plan.KeySize),
		App: withoutFiles(p), Command: portable.Of(p, image.Place).Words, Domains: p.Domains(), Variables: map[string]string{},
	}
	if in.Size == "" {
		in.Size = usualSize(in.App)
	}
	for _, kind := range p.Services() {
		b, err := appplatform.NewCluster(kind, in.Name+"-"+kind)
		if err != nil {
			return in, err
		}
		in.Services = append(in.Services, b)
	}
	return in, nil
}

// smallestCluster is the smallest size of a database cluster.
const smallestCluster = "db-s-1vcpu-1gb"

// usualSize is the smallest size of instances that does for an app.
func usualSize(a providers.App) string {
	most := 1
	for _, n := range a.Counts {
		most = max(most, n)
	}
	switch {
	case a.MostWeb > 1:
		return "apps-d-1vcpu-0.5gb" // only dedicated processors can follow the load
	case most > 1:
		return "apps-s-1vcpu-1gb" // of the smallest there can be only one
	}
	return "apps-s-1vcpu-0.5gb"
}

// dataCentre is a region as droplets have it: App Platform calls fra1 fra.
var dataCentre = regexp.MustCompile(`^([a-z]{3})[0-9]$`)

var specNameForm = regexp.MustCompile(`^[a-z][a-z0-9-]*[a-z0-9]$`)

// specName is a deployment's name as App Platform takes it for an app.
func specName(name string) string {
	if specNameForm.MatchString(name) {
		return name
	}
	return "app-" + name
}

// missingVariables are the names of those variables of the app's that nothing but a person
// gives, sorted.
func missingVariables(p plan.Plan, in appplatform.SpecInput) []string {
	missing := map[string]bool{}
	for _, name := range p.VariableNames() {
		missing[name] = true
	}
	for _, need := range p.App.Needs {
		missing[need.Name] = true
	}
	for _, v := range appplatform.AppSpec(in).Envs {
		delete(missing, v.Key)
	}
	for _, v := range portable.Of(p, image.Place).Variables {
		delete(missing, v.Name)
	}
	for name := range missing {
		if !plan.IsVariableName(name) { // the app's code has any text there
			delete(missing, name)
		}
	}
	return slices.Sorted(maps.Keys(missing))
}

// shownLine is a line for sh that can stand in a comment; "" if it can't. YAML knows more
// ends of lines than sh.
func shownLine(line string) string {
	if strings.ContainsFunc(line, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return ""
	}
	return line
}

// yamlOf is a spec as YAML, with the keys in the order of its type.
func yamlOf(spec *godo.AppSpec) (string, error) {
	text, err := json.Marshal(spec)
	if err != nil {
		return "", err
	}
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil { // JSON is YAML
		return "", err
	}
	asBlocks(&document)
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	if err := encoder.Encode(&document); err != nil {
		return "", err
	}
	return out.String(), encoder.Close()
}

// asBlocks has YAML's own style instead of JSON's. Quotes stay where a text needs them.
func asBlocks(n *yaml.Node) {
	n.Style = 0
	if n.Kind == yaml.ScalarNode && strings.Contains(n.Value, "\n") {
		n.Style = yaml.LiteralStyle
	}
	for _, child := range n.Content {
		asBlocks(child)
	}
}
