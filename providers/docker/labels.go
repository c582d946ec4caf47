package docker

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strconv"
	"strings"

	"github.com/moby/moby/client"

	"slipway/providers"
)

// The labels of what belongs to a deployment.
const (
	labelTag  = "dev.slipway.tag" // decides whose it is
	labelName = "dev.slipway.name"
	// labelRelease is on images and containers, labelApp too: it is the release's
	// settings.
	labelRelease = "dev.slipway.release"
	labelApp     = "dev.slipway.app"
	// labelRole and those below are on containers.
	labelRole    = "dev.slipway.role"
	labelProcess = "dev.slipway.process"
	// labelVariables has the names of the app's own variables, with commas between.
	labelVariables = "dev.slipway.variables"
	labelFront     = "dev.slipway.front" // which text the front runs
)

// role is what a container of a deployment is for.
type role string

// The roles of containers.
const (
	roleWeb     role = "web"
	roleProcess role = "process"
	roleFront   role = "front"
	roleOnce    role = "once"
	roleService role = "service"
)

// labels are those of everything of a deployment.
func labels(spec providers.Spec) map[string]string {
	return map[string]string{labelTag: spec.Tag, labelName: spec.Name}
}

// ours finds what has a deployment's tag.
func ours(spec providers.Spec) client.Filters {
	return client.Filters{}.Add("label", labelTag+"="+spec.Tag)
}

// The names of things of a deployment. The tag is part of each and unique, so that a
// create that is asked for twice makes one thing.
func networkName(spec providers.Spec) string { return spec.Tag }
func frontName(spec providers.Spec) string   { return spec.Tag + "-front" }
func frontVolume(spec providers.Spec) string { return spec.Tag + "-front" }
func frontImage(spec providers.Spec) string  { return spec.Tag + ":front" }

func imageName(spec providers.Spec, release string) string { return spec.Tag + ":" + release }

func webName(spec providers.Spec, release string) string { return spec.Tag + "-web-" + release }

func processName(spec providers.Spec, process, release string) string {
	return spec.Tag + "-process-" + process + "-" + release
}

func serviceName(spec providers.Spec, kind string) string { return spec.Tag + "-service-" + kind }

var notInNames = regexp.MustCompile(`[^a-z0-9]+`)

// dataVolume is the name of the volume of a folder: readable, and no two folders share
// one.
func dataVolume(spec providers.Spec, path string) string {
	sum := sha256.Sum256([]byte(path))
	slug := strings.Trim(notInNames.ReplaceAllString(strings.ToLower(path), "-"), "-")
	if len(slug) > 40 {
		slug = slug[len(slug)-40:]
	}
	return spec.Tag + "-data-" + slug + "-" + hex.EncodeToString(sum[:4])
}

// freeName is name, or name with the first number behind it that makes it one which is
// not taken: a release that is started beside itself, with other variables.
func freeName(name string, taken map[string]bool) string {
	if !taken[name] {
		return name
	}
	for n := 2; ; n++ {
		if numbered := name + "-" + strconv.Itoa(n); !taken[numbered] {
			return numbered
		}
	}
}
