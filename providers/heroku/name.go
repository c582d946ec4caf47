package heroku

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"

	"slipway/providers"
)

// TagVariable is the variable of an app at Heroku that has its deployment's tag.
const TagVariable = "SLIPWAY_TAG"

var (
	tagPattern = regexp.MustCompile(`^[a-zA-Z0-9_:-]{1,255}$`)
	notInNames = regexp.MustCompile(`[^a-z0-9]+`)
	randomEnd  = regexp.MustCompile(`-([0-9a-f]{12})$`)
)

// checkTag refuses a tag that could not be told apart: an empty one would be that of
// any app without a mark.
func checkTag(tag string) error {
	if tagPattern.MatchString(tag) {
		return nil
	}
	return &providers.Usage{
		Err:  fmt.Errorf("the tag %q can't be used at Heroku: it must be 1 to 255 letters, digits, dashes, colons and underscores", tag),
		Next: otherName,
	}
}

// appName is the name of the deployment's app: its own name and the end of its tag,
// which is random; of a tag without such an end, of its digest. So the name is nobody
// else's, though names are global: 3 to 30 lower-case letters, digits and dashes that
// begin with a letter.
func appName(spec providers.Spec) string {
	const longest, random = 30, 6
	var end string
	if found := randomEnd.FindStringSubmatch(spec.Tag); found != nil {
		end = found[1][len(found[1])-random:]
	} else {
		sum := sha256.Sum256([]byte(spec.Tag))
		end = hex.EncodeToString(sum[:random/2])
	}
	name := strings.Trim(notInNames.ReplaceAllString(strings.ToLower(spec.Name), "-"), "-")
	if name == "" || name[0] < 'a' {
		name = strings.Trim("app-"+name, "-")
	}
	name = strings.Trim(name[:min(len(name), longest-random-1)], "-")
	return name + "-" + end
}
