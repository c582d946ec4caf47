package plan

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"slipway/providers"
	"slipway/steps/app"
)

// processWeb is the name of the process that serves the web.
const processWeb = "web"

// OnPlatform tells that the app runs where there is no server of its own.
func (p Plan) OnPlatform() bool { return IsPlatform(p.Value(KeyProvider)) }

// IsPlatform tells that a provider's target has no server.
func IsPlatform(provider string) bool { return slices.Contains(platforms, provider) }

// TakenBy tells whether the setting means something to a provider.
func (s Setting) TakenBy(provider string) bool {
	return s.takers == nil || slices.Contains(s.takers, provider)
}

// keepTaken refuses settings that mean nothing to the provider, if they are asked for just
// now. What slipway.toml says may be meant for another provider: that is left out.
func (p *Plan) keepTaken() error {
	provider := p.Value(KeyProvider)
	for _, s := range Settings {
		v := p.Values[s.Key]
		if v.Value == "" || s.TakenBy(provider) {
			continue
		}
		if v.From == FromFlag || v.From == FromEnvironment {
			return s.untaken(v, provider)
		}
		if s.Key != KeyDomain { // OmittedDomain tells of it
			p.Values[s.Key] = NamedValue{Key: s.Key, From: FromDefault}
		}
	}
	return p.checkBackupProvider()
}

// untaken is the error for a setting that means nothing to the provider.
func (s Setting) untaken(v NamedValue, provider string) error {
	next := "leave it out, or use --provider " + orList(s.takers)
	subject := fmt.Sprintf("--%s (from %s)", s.Key, v.From)
	if s.Key == KeyBackups && slices.Contains(withServer, provider) {
		next += "; for backups by Slipway there is --" + KeyBackupTo
	}
	if slices.Equal(s.takers, withServer) {
		return Usagef(next, "%s takes a server, and %s has none: it runs the app by itself", subject, provider)
	}
	return Usagef(next, "%s means nothing with --provider %s", subject, provider)
}

// orList is a list as people read it: "local, digitalocean or ssh".
func orList(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// instancesBetween stands between the fewest and the most.
const instancesBetween = ".."

// checkInstances takes a number, or two with ".." between: the fewest and the most.
func checkInstances(value string) error {
	least, most, ranged := strings.Cut(value, instancesBetween)
	if !isCount(least) || ranged && (!isCount(most) || count(most) <= count(least)) {
		return Usagef("", "it is a number from 1 to %d, or two like 2..10", app.MaxCount)
	}
	return nil
}

func isCount(text string) bool {
	n := count(text)
	return n >= 1 && n <= app.MaxCount && strconv.Itoa(n) == text
}

// count is a number that was checked, and 0 for any other text.
func count(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0
	}
	return n
}

// readCounts takes over how many of each process are to run. The tables of slipway.toml
// may count only what the app has.
func (p *Plan) readCounts(file app.File) error {
	table, of := file.Heroku.Counts, "dynos"
	switch p.Value(KeyProvider) {
	case ProviderHeroku:
	case ProviderAppPlatform:
		table, of = file.AppPlatform.Counts, "instances"
	default:
		return nil
	}
	p.Counts = maps.Clone(table)
	for _, process := range slices.Sorted(maps.Keys(p.Counts)) {
		if _, ok := p.App.Processes[process]; !ok && process != processWeb {
			return Usagef("name one of "+strings.Join(append([]string{processWeb}, p.ProcessNames()...), ", "),
				"%s counts %s of the process %s under [%s], and the app has no such process", app.SettingsFile, of, process, p.Value(KeyProvider))
		}
	}
	instances := p.Value(KeyInstances)
	if instances == "" {
		return nil
	}
	if p.Counts == nil {
		p.Counts = map[string]int{}
	}
	least, most, ranged := strings.Cut(instances, instancesBetween)
	if ranged && p.Value(KeyProvider) != ProviderAppPlatform {
		return Usagef("give one number, or use --provider "+ProviderAppPlatform, "%s does not follow the load by itself: --instances %s", p.Value(KeyProvider), instances)
	}
	p.Counts[processWeb], p.MostWeb = count(least), count(most)
	return nil
}

// herokuPythons are the minor versions that Heroku's buildpack installs.
var herokuPythons = []string{"3.10", "3.11", "3.12", "3.13", "3.14"}

// refuseOnPlatform refuses an app that the platform can't run.
func (p *Plan) refuseOnPlatform() error {
	if err := p.refusePython(); err != nil {
		return err
	}
	return p.refuseDatabaseFiles()
}

// refusePython refuses an app whose Python the platform does not have.
func (p *Plan) refusePython() error {
	if p.Value(KeyProvider) != ProviderHeroku || slices.Contains(herokuPythons, p.Python) {
		return nil
	}
	usage := Usagef("use --provider docker, or ask for another Python under [app] in "+app.SettingsFile,
		"the app needs Python %s, and Heroku has %s", p.Python, orList(herokuPythons))
	usage.About = providers.AboutApp
	return usage
}

// warnOfPlatform warns of what the platform does otherwise than a server would, where
// the app needs that.
func (p *Plan) warnOfPlatform() {
	if p.onAppPlatform() {
		p.warnOfAppPlatform()
	}
	if p.Value(KeyProvider) != ProviderHeroku || len(p.App.Data) == 0 {
		return
	}
	kept := make([]string, len(p.App.Data))
	for i, k := range p.App.Data {
		kept[i] = k.Shown()
	}
	next := "have the app use the database of DATABASE_URL for what must last"
	if !slices.ContainsFunc(p.Services(), func(kind string) bool { return kind != app.Redis }) {
		next = "give --service postgres, and " + next
	}
	p.warn(fmt.Sprintf("Heroku keeps no files: what the app writes to %s is lost whenever a dyno starts again, which is at least once a day; %s",
		strings.Join(kept, ", "), next))
}

// made names what can't be changed any more once it exists.
func (p *Plan) made() string {
	if p.OnPlatform() {
		return p.Name
	}
	return "the server of " + p.Name
}
