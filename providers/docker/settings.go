package docker

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	units "github.com/docker/go-units"

	"slipway/providers"
)

// settings are how a release runs, as far as it is no secret. They are on its image and
// its containers, so that a release of before runs again as it ran.
type settings struct {
	Processes map[string]string `json:"processes,omitempty"`
	Data      []string          `json:"data,omitempty"`
	Services  []string          `json:"services,omitempty"`
	// Names are the variables by which the app reads where its Services are.
	Names  []providers.ServiceName `json:"names,omitempty"`
	Counts map[string]int          `json:"counts,omitempty"`
	Path   string                  `json:"path"`
	Status int                     `json:"status,omitempty"`
	Within time.Duration           `json:"within"`
	Stop   time.Duration           `json:"stop"`
	// Memory is what each container may take, in bytes.
	Memory int64 `json:"memory"`
	// Supplied tells the app its hosts; it is not one of its own variables.
	Supplied map[string]string `json:"supplied,omitempty"`
}

// What an app gets that asks for nothing else.
const (
	defaultMemory = 1 << 30
	defaultWithin = time.Minute
	defaultStop   = 30 * time.Second
)

// settingsOf are the settings of an app. A size that is none is a *providers.Usage.
func settingsOf(spec providers.Spec, app providers.App) (settings, error) {
	memory, err := memoryOf(spec.Size)
	if err != nil {
		return settings{}, err
	}
	s := settings{
		Data: slices.Clone(app.Data), Services: slices.Clone(app.Services), Names: slices.Clone(app.ServiceNames),
		Path: app.Health.Path, Status: app.Health.Status, Within: app.Health.Within, Stop: app.Stop, Memory: memory,
		Supplied: supplied(spec, app),
	}
	if len(app.Processes) > 0 {
		s.Processes = maps.Clone(app.Processes)
	}
	if len(app.Counts) > 0 {
		s.Counts = maps.Clone(app.Counts)
	}
	if s.Path == "" {
		s.Path = "/"
	}
	if s.Within <= 0 {
		s.Within = defaultWithin
	}
	if s.Stop <= 0 {
		s.Stop = defaultStop
	}
	return s, nil
}

// memoryOf reads --size: how much memory a container may take, as docker writes it.
func memoryOf(size string) (int64, error) {
	if size == "" {
		return defaultMemory, nil
	}
	memory, err := units.RAMInBytes(size)
	if err == nil && memory < 64<<20 {
		err = fmt.Errorf("that is less than Python takes")
	}
	if err != nil {
		return 0, &providers.Usage{
			Err:  fmt.Errorf("size %q is no amount of memory for a container: %w", size, err),
			Next: "write --size 512m or --size 2g; the default is 1g",
		}
	}
	return memory, nil
}

// shownMemory is an amount of memory as --size takes it: "512m".
func shownMemory(bytes int64) string {
	if bytes%(1<<30) == 0 {
		return strconv.FormatInt(bytes>>30, 10) + "g"
	}
	return strconv.FormatInt(bytes>>20, 10) + "m"
}

// text is the settings as a label has them; the same settings have the same text.
func (s settings) text() string {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err) // text and numbers always have a form in JSON
	}
	return string(text)
}

func readSettings(label string) (settings, error) {
	var s settings
	if err := json.Unmarshal([]byte(label), &s); err != nil {
		return settings{}, fmt.Errorf("the label %s can't be read: %w", labelApp, err)
	}
	return s, nil
}

// count is how many of a process run: "web" is the app itself.
func (s settings) count(process string) int {
	if n, ok := s.Counts[process]; ok && n >= 0 {
		if process == "web" {
			return max(n, 1)
		}
		return n
	}
	return 1
}

// stopSeconds is Stop as the engine takes it.
func (s settings) stopSeconds() int { return int((s.Stop + time.Second - 1) / time.Second) }

// release is one with all that its containers need.
type release struct {
	name string
	settings
	// variables are the app's own, by name. They are secret.
	variables map[string]string
	// connections are the variables that lead to its services. They are secret.
	connections map[string]string
}

// environment is what the containers of a release are given beside what the image sets.
// Own variables win, but for the port: the front asks there.
func (r release) environment() []string {
	all := map[string]string{}
	maps.Copy(all, r.Supplied)
	maps.Copy(all, r.connections)
	maps.Copy(all, r.variables)
	all["PORT"] = webPort
	env := make([]string, 0, len(all))
	for _, name := range slices.Sorted(maps.Keys(all)) {
		env = append(env, name+"="+all[name])
	}
	return env
}

// names are those of the app's own variables, as labelVariables has them.
func (r release) names() string {
	return strings.Join(slices.Sorted(maps.Keys(r.variables)), ",")
}

// ownVariables are the app's own among a container's environment.
func ownVariables(env []string, names string) map[string]string {
	own := map[string]bool{}
	for name := range strings.SplitSeq(names, ",") {
		own[name] = name != ""
	}
	variables := map[string]string{}
	for _, entry := range env {
		if name, value, ok := strings.Cut(entry, "="); ok && own[name] {
			variables[name] = value
		}
	}
	return variables
}
