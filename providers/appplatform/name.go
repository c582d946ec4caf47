package appplatform

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"

	"slipway/providers"
)

// Variables in an app's spec that are Slipway's own. None is secret.
const (
	// TagVariable has the deployment's tag.
	TagVariable = "SLIPWAY_TAG"
	// ReleaseVariable has the name of the release.
	ReleaseVariable = "SLIPWAY_RELEASE"
	// digestsVariable has a digest of each secret variable: App Platform gives no value
	// back, and a look has to tell whether one is another than before.
	digestsVariable = "SLIPWAY_DIGESTS"
	// firstVariable is in a spec that makes the tables of the app's database: it must not be
	// deployed once more.
	firstVariable = "SLIPWAY_FIRST"
)

// otherName is what to do about a name that is somebody else's.
const otherName = "give the deployment another name with --name"

var (
	tagPattern    = regexp.MustCompile(`^[a-zA-Z0-9_:.-]{1,255}$`)
	notInNames    = regexp.MustCompile(`[^a-z0-9]+`)
	componentName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,30}[a-z0-9]$`)
)

// checkTag refuses a tag that could not be told apart: an empty one would be that of any
// app without a mark.
func checkTag(tag string) error {
	if tagPattern.MatchString(tag) {
		return nil
	}
	return &providers.Usage{
		Err:  fmt.Errorf("the tag %q can't be used at App Platform: it must be 1 to 255 letters, digits, dots, dashes, colons and underscores", tag),
		Next: otherName,
	}
}

// AppName is the name of a deployment's app at App Platform, and of its repository in the
// registry: the deployment's own name and a digest of its tag, at most 32 lower-case
// letters, digits and dashes that begin with a letter.
func AppName(name, tag string) string {
	const longest = 18
	slug := strings.Trim(notInNames.ReplaceAllString(strings.ToLower(name), "-"), "-")
	if slug == "" || slug[0] < 'a' {
		slug = strings.Trim("app-"+slug, "-")
	}
	return strings.Trim(slug[:min(len(slug), longest)], "-") + "-" + digest(tag, 12)
}

// digest is the first hexadecimal digits of a text's SHA-256.
func digest(text string, digits int) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])[:digits]
}

// The names of components that are not the app's processes beside the web.
const (
	webComponent     = "web"
	releaseComponent = "release"
)

// ComponentOf is the name under which App Platform runs a process. No two processes have
// the same.
func ComponentOf(process string) string {
	if process == webComponent {
		return webComponent
	}
	slug := strings.Trim(notInNames.ReplaceAllString(strings.ToLower(process), "-"), "-")
	if slug == process && componentName.MatchString(slug) && !reserved[slug] {
		return slug
	}
	slug = strings.Trim("process-"+slug, "-")
	return strings.Trim(slug[:min(len(slug), 25)], "-") + "-" + digest(process, 6)
}

// reserved are the names of components that no process gets.
var reserved = map[string]bool{releaseComponent: true, "postgres": true, "mariadb": true, "redis": true}
