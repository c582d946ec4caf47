// Package answers holds what a person has answered so far, and the words that the
// wizard and the line-by-line questions use for it. It prints nothing and changes
// nothing outside of itself. Packages wizard and questions share it, so that both ask
// the same and show the same command.
package answers

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"al.essio.dev/pkg/shellescape"
	"github.com/charmbracelet/x/ansi"

	"slipway/providers"
	"slipway/state"
	"slipway/steps/index"
	"slipway/steps/plan"
)

// The providers, as the setting provider names them.
const (
	Local        = plan.ProviderLocal
	DigitalOcean = plan.ProviderDigitalOcean
	SSH          = plan.ProviderSSH
	Docker       = plan.ProviderDocker
	Heroku       = plan.ProviderHeroku
	AppPlatform  = plan.ProviderAppPlatform
)

// Answers is what a person has answered so far.
type Answers struct {
	// Folder is the app's; Sample, if set, is deployed instead.
	Folder, Sample string
	// Settings are the answers that were given, by the setting's key.
	Settings map[string]string
	// Env are the app's variables as KEY=VALUE, EnvFile a file of them.
	Env     []string
	EnvFile string
	// Tokens are those that were typed, by provider. The engine gets them; they are never
	// stored.
	Tokens map[string]string

	// bucketKey are the credentials of the bucket for backups that were typed, by the names
	// of their variables.
	bucketKey map[string]string

	getenv func(string) string
	index  *index.Index
}

// From are the answers that the command line gives.
func From(asked plan.Asked) Answers {
	a := Answers{Folder: asked.Folder, Sample: asked.Sample, Env: slices.Clone(asked.Env), EnvFile: asked.EnvFile,
		Settings: maps.Clone(asked.Flags), getenv: asked.Getenv, index: asked.Index}
	if a.Settings == nil {
		a.Settings = map[string]string{}
	}
	return a
}

// Clone is a copy that can be changed by itself.
func (a Answers) Clone() Answers {
	a.Settings, a.Env, a.Tokens, a.bucketKey = maps.Clone(a.Settings), slices.Clone(a.Env), maps.Clone(a.Tokens), maps.Clone(a.bucketKey)
	return a
}

// Getenv reads the environment. A token or a bucket's key that was typed replaces its
// variable.
func (a Answers) Getenv(key string) string {
	if typed := a.bucketKey[key]; typed != "" {
		return typed
	}
	if token := a.typed(key); token != "" {
		return token
	}
	return a.getenv(key)
}

// SetToken takes over a token that was typed.
func (a *Answers) SetToken(provider, token string) {
	if a.Tokens == nil {
		a.Tokens = map[string]string{}
	}
	a.Tokens[provider] = token
}

// Asked is the answers as the engine takes them.
func (a Answers) Asked() plan.Asked {
	return plan.Asked{Folder: a.Folder, Sample: a.Sample, Flags: maps.Clone(a.Settings), Getenv: a.Getenv,
		Env: slices.Clone(a.Env), EnvFile: a.EnvFile, Index: a.index}
}

// SetEnv adds a variable of the app's, or replaces it.
func (a *Answers) SetEnv(key, value string) {
	a.RemoveEnv(key)
	a.Env = append(a.Env, key+"="+value)
}

// RemoveEnv forgets a variable of the app's.
func (a *Answers) RemoveEnv(key string) {
	a.Env = slices.DeleteFunc(slices.Clone(a.Env), func(pair string) bool {
		name, _, _ := strings.Cut(pair, "=")
		return name == key
	})
}

// EnvKeys are the names of the variables that were given, never their values.
func (a Answers) EnvKeys() []string {
	keys := make([]string, len(a.Env))
	for i, pair := range a.Env {
		keys[i], _, _ = strings.Cut(pair, "=")
	}
	return keys
}

// Choose sets what to deploy, and forgets the answers about another app.
func (a *Answers) Choose(folder, sample string) {
	if a.Folder == folder && a.Sample == sample {
		return
	}
	a.Folder, a.Sample = folder, sample
	for _, key := range []string{plan.KeyName, plan.KeyTestCommand, plan.KeyService, plan.KeyBackupTo} {
		delete(a.Settings, key)
	}
	a.Env, a.EnvFile = nil, ""
}

// ChooseProvider sets the provider, and forgets the answers about another one.
func (a *Answers) ChooseProvider(provider string) {
	if a.Settings[plan.KeyProvider] == provider {
		return
	}
	a.Settings[plan.KeyProvider] = provider
	for _, key := range []string{plan.KeyRegion, plan.KeySize, plan.KeyImage, plan.KeyEngine,
		plan.KeyHost, plan.KeyIdentity, plan.KeyFingerprint} {
		delete(a.Settings, key)
	}
	for _, s := range plan.Settings {
		if !s.TakenBy(provider) {
			delete(a.Settings, s.Key)
		}
	}
}

// Plan makes a plan of the answers, with defaults for the rest. If the default name
// can't be used, or another app is deployed under it, Plan chooses a free one and
// sets it in a. Errors are those of plan.Make.
func (a *Answers) Plan(ctx context.Context, home state.Home) (plan.Plan, error) {
	p, err := plan.Make(ctx, a.Asked(), home)
	if err == nil || a.Settings[plan.KeyName] != "" || About(err) != providers.AboutSetting {
		return p, err
	}
	unrecorded, unrecordedErr := plan.Make(ctx, a.Asked(), state.Home{Dir: filepath.Join(home.Dir, ".none")})
	if unrecordedErr != nil && !AboutName(unrecordedErr) {
		return p, err
	}
	const enough = 9
	for n := 1; n <= enough; n++ {
		next := a.Clone()
		next.Settings[plan.KeyName] = numbered(unrecorded.Name, n)
		renamed, nextErr := plan.Make(ctx, next.Asked(), home)
		if nextErr == nil {
			*a = next
		}
		if !AboutName(nextErr) {
			return renamed, nextErr
		}
	}
	return p, err
}

// numbered is a name with a number, or "app" if the folder's name makes no name.
func numbered(name string, n int) string {
	if name == "" {
		name = "app"
	}
	if n == 1 {
		return name
	}
	return fmt.Sprintf("%s-%d", name, n)
}

// Command is the command line that does the same without questions. It names
// variables of the shell and files in place of secrets.
func (a Answers) Command() string { return strings.Join(a.Words(), " ") }

// CommandLines is Command broken into lines of at most width characters where
// that can be, so that they can be pasted as they are.
func (a Answers) CommandLines(width int) []string { return Broken(a.Words(), width) }

// Broken puts quoted words into lines that can be pasted into a shell. They have at
// most width characters, but for a word that is wider, and a flag stands with its
// value.
func Broken(words []string, width int) []string {
	const more = ` \`
	var lines []string
	line := words[0]
	for i, word := range words[1:] {
		next := word
		if value := i + 2; strings.HasPrefix(word, "--") && value < len(words) && !strings.HasPrefix(words[value], "--") {
			next += " " + words[value] // a flag stands with its value
		}
		if ansi.StringWidth(line+" "+next+more) > width && line != " " {
			lines = append(lines, line+more)
			line = " "
		}
		line += " " + word
	}
	return append(lines, line)
}

// Words are the words of Command, quoted for the shell.
func (a Answers) Words() []string {
	words := []string{"slipway", "--yes"}
	switch {
	case a.Sample != "":
		words = append(words, "--sample", shellescape.Quote(a.Sample))
	case a.Folder != "" && a.Folder != ".":
		words = append(words, folderWord(a.Folder))
	}
	for _, s := range plan.Settings {
		value, said := a.Settings[s.Key]
		if !said {
			continue
		}
		switch {
		case s.IsList():
			for one := range strings.SplitSeq(value, plan.ListSeparator) {
				words = append(words, "--"+s.Key, shellescape.Quote(one))
			}
		case s.IsSwitch():
			words = append(words, "--"+s.Key+"="+shellescape.Quote(value))
		default:
			words = append(words, "--"+s.Key, shellescape.Quote(value))
		}
	}
	if a.EnvFile != "" {
		words = append(words, "--env-file", shellescape.Quote(a.EnvFile))
	}
	for _, key := range a.EnvKeys() {
		words = append(words, "--env", key+`="$`+key+`"`)
	}
	return words
}

// folderWord quotes a folder and keeps it from being taken for a flag or a command.
func folderWord(folder string) string {
	if !strings.Contains(filepath.ToSlash(folder), "/") || strings.HasPrefix(folder, "-") {
		folder = "./" + folder
	}
	return shellescape.Quote(folder)
}

// CommandNeeds are the variables that must be set where Command is run.
func (a Answers) CommandNeeds() []string {
	needs := a.EnvKeys()
	provider := a.Settings[plan.KeyProvider]
	if account, rents := AccountOf(provider); rents && (a.Tokens[provider] != "" || !account.left(a.getenv)) {
		needs = append([]string{account.Variable}, needs...)
	}
	if a.bucketKey[BucketKey] != "" && strings.HasPrefix(a.Settings[plan.KeyBackupTo], plan.BackupS3+":") {
		needs = append(needs, BucketKey, BucketSecret)
	}
	return needs
}

// Say sets a setting, or removes it if the value is the preset one.
func (a *Answers) Say(key, value, preset string) {
	if value == preset {
		delete(a.Settings, key)
		return
	}
	a.Settings[key] = value
}
