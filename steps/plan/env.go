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

// readEnv collects the app's variables: slipway.toml, then the file, then the
// flags; the last one wins. No error shows a value.
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
		return Usagef("every line is KEY=VALUE, a comment or empty", "%s %s can't be understood", flag, path)
	}
	for key, value := range read {
		if err := SetVariable(env, key, value, flag+" "+path); err != nil {
			return err
		}
	}
	return nil
}

// refusedInValue tells what systemd drops a whole variable for, with no word.
func refusedInValue(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }

func SetVariable(env map[string]string, key, value, where string) error {
	if !envKeyPattern.MatchString(key) {
		return Usagef("a name is letters, digits and _, and begins with no digit", "%s has a variable whose name can't be used: %q", where, key)
	}
	if !utf8.ValidString(value) || strings.ContainsFunc(value, refusedInValue) {
		return Usagef("encode it, as base64 say, and let the app decode it",
			"the value of %s in %s has a character that systemd takes for no variable's", key, where)
	}
	env[key] = value
	return nil
}
