package plan

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"slipway/state/regular"
	"slipway/steps/app"
)

// envKeyPattern is the form of a variable's name.
var envKeyPattern = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// readEnv collects the app's variables from slipway.toml, then from --env-file,
// then from --env; the last one wins. No error shows a value.
func readEnv(ctx context.Context, asked Asked, file app.File) (map[string]string, error) {
	env := map[string]string{}
	for key, value := range file.Env {
		if err := SetVariable(env, key, value, "slipway.toml"); err != nil {
			return nil, err
		}
	}
	if err := ReadVariableFile(ctx, env, asked.EnvFile, "--env-file"); err != nil {
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
	return env, CheckVariables(env)
}

// ReadVariableFile adds the variables of a file of KEY=VALUE lines to env; an
// empty path adds none. flag is the flag that named the file, for errors, which
// are of type *providers.Usage and show no value.
func ReadVariableFile(ctx context.Context, env map[string]string, path, flag string) error {
	if path == "" {
		return nil
	}
	raw, err := regular.ReadGiven(ctx, path, regular.Text)
	if refusal, ok := errors.AsType[*regular.Refusal](err); ok {
		return Usagef(refusal.Next, "%s %s can't be read: %w", flag, path, refusal)
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return Usagef("name a file of KEY=VALUE lines", "%s %s can't be read", flag, path)
	}
	text, err := app.Text(raw)
	if err != nil {
		return fmt.Errorf("%s %s can't be read: %w", flag, path, err)
	}
	read, err := parseDotenv(string(text), env)
	if wrong, ok := errors.AsType[*dotenvError](err); ok {
		return Usagef(wrong.next, "%s %s line %d %s", flag, path, wrong.number, wrong.what)
	}
	for _, line := range read {
		if err := SetVariable(env, line.key, line.value, fmt.Sprintf("%s %s line %d", flag, path, line.number)); err != nil {
			return err
		}
	}
	return nil
}

// MaxVariables is how many bytes all variables may have together. Linux starts no program
// with more than 2 MiB of variables and arguments; the rest is for the arguments.
const MaxVariables = 3 << 19

// refusedInValue tells the characters that a value must not have: the server's scripts and
// its logs take variables for text.
func refusedInValue(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }

// IsVariableName tells whether a text can be the name of an app's variable.
func IsVariableName(name string) bool { return envKeyPattern.MatchString(name) }

// SetVariable adds one variable to env. where is the place that it comes from,
// for errors, which are of type *providers.Usage and do not show the value.
//
// What systemd would refuse is refused here: it reads none of the file then.
func SetVariable(env map[string]string, key, value, where string) error {
	if !envKeyPattern.MatchString(key) {
		return Usagef("a name is letters, digits and _, and does not begin with a digit", "%s has a variable whose name can't be used: %q", where, shownKey(key))
	}
	if why := app.Unfit(key + "=" + value); why != "" {
		return Usagef("encode it, for example as base64, or give the app the path of a file", "the value of %s in %s %s", shownKey(key), where, why)
	}
	if strings.ContainsFunc(value, refusedInValue) {
		return Usagef("encode it, for example as base64, and let the app decode it",
			"the value of %s in %s has a control character, and a variable is text", key, where)
	}
	env[key] = value
	return nil
}

// shownKey is a variable's name as an error shows it.
func shownKey(key string) string {
	if utf8.RuneCountInString(key) > maxShownName {
		return string([]rune(key)[:maxShownName]) + "…"
	}
	return key
}

// CheckVariables is an error of type *providers.Usage if variables are too many to start a
// program with.
func CheckVariables(env map[string]string) error {
	total := 0
	for key, value := range env {
		total += len(key) + len(value) + len("=\x00")
	}
	if total <= MaxVariables {
		return nil
	}
	return Usagef("give the app large ones as files of its own", "the variables have %d bytes together, and Linux starts no program with more than %d", total, MaxVariables)
}
