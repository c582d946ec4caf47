package plan

import (
	"os"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/joho/godotenv"

	"slipway/steps/app"
)

var envKeyPattern = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// readEnv collects the app's variables from slipway.toml, then from --env-file,
// then from --env; the last one wins. No error shows a value.
func readEnv(asked Asked, file app.File) (map[string]string, error) {
	env := map[string]string{}
	for key, value := range file.Env {
		if err := SetVariable(env, key, value, "slipway.toml"); err != nil {
			return nil, err
		}
	}
	if err := ReadVariableFile(env, asked.EnvFile, "--env-file"); err != nil {
		return nil, err
	}
	for _, pair := range asked.Env {
		key, value, ok := strings.Cut(pair, "=")
		if !ok {
			return nil, Usagef("write --env KEY=VALUE", "--env without \"=\"")
		}
		if err := SetVariable(env, key, value, "--env"); err != nil {
			return nil, err
		}
	}
	return env, nil
}

// ReadVariableFile adds the variables of a file of KEY=VALUE lines to env; an
// empty path adds none. flag is the flag that named the file, for errors, which
// are of type *providers.Usage and show no value.
func ReadVariableFile(env map[string]string, path, flag string) error {
	if path == "" {
		return nil
	}
	f, err := os.Open(path)
	if err != nil {
		return Usagef("name a file of KEY=VALUE lines", "%s %s can't be read", flag, path)
	}
	defer f.Close()
	read, err := godotenv.Parse(f)
	if err != nil {
		// The library's error quotes the line, which may hold a secret.
		return Usagef("write every line as KEY=VALUE or as a comment, or leave it empty", "%s %s has a line that can't be read", flag, path)
	}
	for key, value := range read {
		if err := SetVariable(env, key, value, flag+" "+path); err != nil {
			return err
		}
	}
	return nil
}

// refusedInValue tells the characters for which systemd leaves out the whole
// variable without an error.
func refusedInValue(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }

// SetVariable adds one variable to env. where is the place that it comes from,
// for errors, which are of type *providers.Usage and do not show the value.
func SetVariable(env map[string]string, key, value, where string) error {
	if !envKeyPattern.MatchString(key) {
		return Usagef("a name is letters, digits and _, and does not begin with a digit", "%s has a variable whose name can't be used: %q", where, key)
	}
	if !utf8.ValidString(value) || strings.ContainsFunc(value, refusedInValue) {
		return Usagef("encode it, for example as base64, and let the app decode it",
			"the value of %s in %s has a character that systemd does not allow in a variable", key, where)
	}
	env[key] = value
	return nil
}
