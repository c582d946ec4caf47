package plan

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"slipway/steps/app"
)

// onOneComputer are the settings that mean something on one operator's computer only,
// or that each run is given anew. A server never has them.
var onOneComputer = []string{KeyName, KeyHost, KeyIdentity, KeyFingerprint, KeyOnFailure, KeyGrowDisk}

// Shared are the settings that mean the same on any computer, by key: they are
// kept on the server, for an operator who adopts the deployment elsewhere.
func (p Plan) Shared() map[string]string {
	shared := p.Recorded()
	for _, key := range onOneComputer {
		delete(shared, key)
	}
	return WithoutFolder(shared)
}

// WithoutFolder takes what is deployed out of settings, unless it is a bundled
// sample: a folder means something on one computer only.
func WithoutFolder(settings map[string]string) map[string]string {
	sample, ok := strings.CutPrefix(settings[KeyApp], SamplePrefix)
	if !ok || !slices.Contains(app.SampleNames(), sample) {
		delete(settings, KeyApp)
	}
	return settings
}

// longestShared is how many bytes a setting has at most that a server claims.
const longestShared = 8 << 10

// CheckShared refuses a setting that a server claims and that no flag could have
// set there: a key that is none of Shared's, a value that the setting does not take, is
// very long or has characters that nobody can see. What is deployed may be anything:
// WithoutFolder takes it out. The error says what a right value looks like.
func CheckShared(key, value string) error {
	s, ok := SettingOf(key)
	switch {
	case key == KeyApp:
		return nil
	case !ok || slices.Contains(onOneComputer, key):
		return Usagef("", "slipway keeps no such setting on a server")
	case value == "" || len(value) > longestShared || !utf8.ValidString(value):
		return Usagef("", "it is a text of at most %d bytes", longestShared)
	case strings.ContainsFunc(value, func(r rune) bool { return !shown(key, r) }):
		return Usagef("", "it has characters that nobody can see")
	case key == KeyProvider:
		return oneOf(withServer...)(value)
	case s.Check == nil:
		return nil
	}
	return s.Check(value)
}

// shown tells whether people see a character of a setting's value. A command may have
// more than one line.
func shown(key string, r rune) bool {
	return unicode.IsPrint(r) || key == KeyTestCommand && (r == '\n' || r == '\t')
}
