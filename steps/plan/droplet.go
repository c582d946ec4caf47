package plan

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"slipway/providers"
)

// longestProject is how many characters DigitalOcean accepts in a project's name.
const longestProject = 175

var uuidPattern = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

func checkVPC(value string) error {
	return matches(uuidPattern, value, "a UUID in lower case, as doctl vpcs list shows it")
}

func checkProject(value string) error {
	unseen := strings.ContainsFunc(value, func(r rune) bool { return !unicode.IsPrint(r) })
	if unseen || !utf8.ValidString(value) || strings.TrimSpace(value) != value || utf8.RuneCountInString(value) > longestProject {
		return Usagef("", "it is the name or the UUID of a project, as doctl projects list shows it")
	}
	return nil
}

// Switch is what is asked for of something that is on or off, by its setting's key.
func (p Plan) Switch(key string) providers.Switch {
	switch p.Value(key) {
	case switchOn:
		return providers.On
	case switchOff:
		return providers.Off
	}
	return providers.Unsaid
}
