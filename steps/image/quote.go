package image

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"

	"slipway/steps/plan"
)

// words is a list in JSON, as the exec form of an instruction takes it: no shell reads it.
func words(list ...string) string {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(list); err != nil {
		panic(err) // strings can always be encoded
	}
	return strings.ReplaceAll(strings.TrimSpace(text.String()), `","`, `", "`)
}

// variable is NAME="value" for ENV and LABEL. A value that has the end of a line in it, or
// another control character, would be another instruction: it is refused.
func variable(name, value string) (string, error) {
	if controls.MatchString(value) {
		return "", plan.Usagef("rename the folder or the file", "%s would be %q in the Dockerfile, where no line can end in it", name, value)
	}
	return name + `="` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`).Replace(value) + `"`, nil
}

var controls = regexp.MustCompile(`[\x00-\x1f\x7f]`)

// plainPath is a path in which COPY reads neither a pattern nor a variable.
var plainPath = regexp.MustCompile(`^[\pL\pM\pN._@+~=,/ -]+$`)

// runLine is a RUN of a line for sh of Slipway's own, with its commands one a line.
func runLine(commands ...string) string { return "RUN " + strings.Join(commands, " \\\n && ") }
