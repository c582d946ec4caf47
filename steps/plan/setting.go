package plan

import (
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"slipway/providers/local"
	"slipway/state"
	"slipway/steps/app"
)

// Source says where a value came from, in the words that people read.
type Source string

// The sources of values. A setting takes its value from the first of them that has
// one; FromDetection is for what only the app's files tell.
const (
	FromFlag        Source = "flag"
	FromEnvironment Source = "environment"
	FromFile        Source = "slipway.toml"
	FromEarlier     Source = "earlier run"
	FromDetection   Source = "found in the app"
	FromDefault     Source = "default"
)

// NamedValue is a setting's value and where it came from.
type NamedValue struct {
	Key   string `json:"key"`
	Value string `json:"value"`
	From  Source `json:"from"`
}

// Setting is one thing that can be set by flag, environment or slipway.toml. The
// table Settings has them all; what it does not have can't be set.
type Setting struct {
	// Key is the flag's name and the key in slipway.toml.
	Key string
	// Usage is the flag's help.
	Usage string
	// Default is the value of a setting that is given nowhere.
	Default string
	// Check refuses values that make no sense; nil takes all. The error says
	// what a right value looks like.
	Check func(value string) error
	// Fixed settings can't change once the server exists.
	Fixed bool
	// takers are the providers to which the setting means something; nil is all.
	takers []string
	// inFile reads the value from slipway.toml.
	inFile func(app.File) string
}

// IsList tells whether the value is several, with ListSeparator between: its flag can
// be given more than once.
func (s Setting) IsList() bool {
	return s.Key == KeyDomain || s.Key == KeyAllow || s.Key == KeyService
}

// IsSwitch tells whether the value is "true" or "false": its flag stands alone for "true".
func (s Setting) IsSwitch() bool {
	return s.Key == KeyBackups || s.Key == KeyReservedIP || s.Key == KeyGrowDisk
}

// Environment is the environment variable that sets it: SLIPWAY_TEST_COMMAND.
func (s Setting) Environment() string {
	return "SLIPWAY_" + strings.ToUpper(strings.ReplaceAll(s.Key, "-", "_"))
}

// Keys of settings, and values that other rooms compare with.
const (
	KeyName              = "name"
	KeyProvider          = "provider"
	KeyRegion            = "region"
	KeySize              = "size"
	KeyImage             = "image"
	KeyEngine            = "engine"
	KeyHardening         = "hardening"
	KeyHost              = "host"
	KeyIdentity          = "identity"
	KeyFingerprint       = "host-key-fingerprint"
	KeyDomain            = "domain"
	KeyEmail             = "email"
	KeyAllow             = "allow"
	KeyService           = "service"
	KeyInstances         = "instances"
	KeyTeam              = "team"
	KeyACME              = "acme-directory"
	KeyBackupTo          = "backup-to"
	KeyBackupAt          = "backup-at"
	KeyBackupKeep        = "backup-keep"
	KeyBackupHostKey     = "backup-host-key"
	KeyBackups           = "backups"
	KeyReservedIP        = "reserved-ip"
	KeyVPC               = "vpc"
	KeyProject           = "project"
	KeyGrowDisk          = "grow-disk"
	KeyTestCommand       = "test-command"
	KeyHealthPath        = "health-path"
	KeyHealthStatus      = "health-status"
	KeyHealthTime        = "health-time"
	KeyOnFailure         = "on-failure"
	KeyApp               = "app" // what is deployed; kept to tell two apps of one name apart
	SamplePrefix         = "sample "
	ListSeparator        = ","
	maxNameLength        = 28 // "app-" and the name are a Linux user name, 32 at most
	ProviderLocal        = "local"
	ProviderDigitalOcean = "digitalocean"
	ProviderSSH          = "ssh"
	ProviderDocker       = "docker"
	ProviderHeroku       = "heroku"
	ProviderAppPlatform  = "app-platform"
	hardenMinimal        = "minimal"
	hardenStandard       = "standard"
	hardenStrict         = "strict"
	switchOn             = "true"
	switchOff            = "false"
	onFailureKeep        = "keep"
	OnFailureDestroy     = "destroy"
)

// withServer are the providers whose target is a server, providerNames all values of
// --provider.
var (
	withServer    = []string{ProviderLocal, ProviderDigitalOcean, ProviderSSH}
	platforms     = []string{ProviderDocker, ProviderHeroku, ProviderAppPlatform}
	providerNames = slices.Concat(withServer, platforms)
	withCatalog   = slices.Concat(withServer, []string{ProviderHeroku, ProviderAppPlatform})
	withImage     = slices.Concat(withServer, []string{ProviderHeroku})
	withDomain    = slices.Concat(withServer, []string{ProviderAppPlatform})
	counted       = []string{ProviderHeroku, ProviderAppPlatform}
	onlyHeroku    = []string{ProviderHeroku}
	onlyDroplets  = []string{ProviderDigitalOcean}
)

// Settings is every setting, in the order in which people read them.
var Settings = []Setting{
	{Key: KeyName, Usage: "the deployment's name; default: the app folder's", Check: CheckName, Fixed: true,
		inFile: func(f app.File) string { return f.Name }},
	{Key: KeyProvider, Usage: "where the app runs: local, digitalocean, ssh, docker, heroku or app-platform", Default: ProviderLocal,
		Check: oneOf(providerNames...), Fixed: true,
		inFile: func(f app.File) string { return f.Provider }},
	{Key: KeyRegion, Usage: "the provider's slug of the region", Fixed: true, Check: checkSlug, takers: withCatalog,
		inFile: func(f app.File) string { return f.Region }},
	{Key: KeySize, Usage: "the provider's slug of the size; another one resizes a droplet, which is off for one to two minutes; heroku: the size of a dyno; app-platform: the size of an instance; docker: the memory of a container, as in 2g", Fixed: true, Check: checkSlug,
		inFile: func(f app.File) string { return f.Size }},
	{Key: KeyImage, Usage: "the provider's slug of the system; local: debian-13 or debian-12; with --engine qemu also FILE or URL#sha256:SUM of a cloud image; heroku: the stack",
		Fixed: true, Check: checkImage, takers: withImage,
		inFile: func(f app.File) string { return f.Image }},
	{Key: KeyTeam, Usage: "the TEAM of Heroku's that owns the app, for --provider heroku", Fixed: true, Check: checkSlug, takers: onlyHeroku,
		inFile: func(f app.File) string { return f.Heroku.Team }},
	{Key: KeyInstances, Usage: "how many serve the web: N, or MIN..MAX where app-platform is to follow the load; for --provider heroku and app-platform; default: 1", Check: checkInstances, takers: counted,
		inFile: func(f app.File) string { return f.Web }},
	{Key: KeyEngine, Usage: "what runs a local machine: nspawn or qemu", Fixed: true, Check: oneOf("nspawn", "qemu"), takers: withServer,
		inFile: func(f app.File) string { return f.Engine }},
	{Key: KeyHardening, Usage: "the hardening profile: minimal, standard or strict", Default: hardenStandard,
		Check: oneOf(hardenMinimal, hardenStandard, hardenStrict), takers: withServer,
		inFile: func(f app.File) string { return f.Hardening }},
	{Key: KeyHost, Usage: "USER@HOST[:PORT] of a server of yours, for --provider ssh", Fixed: true, Check: checkHost, takers: withServer,
		inFile: func(f app.File) string { return f.Host }},
	{Key: KeyIdentity, Usage: "the FILE of your private key, which may log in beside the deployment's key; --provider ssh logs in with it", takers: withServer,
		inFile: func(f app.File) string { return f.Identity }},
	{Key: KeyFingerprint, Usage: "the server's host key, as SHA256:…, for --provider ssh", Check: checkFingerprint, takers: withServer,
		inFile: func(f app.File) string { return f.HostKeyFingerprint }},
	{Key: KeyDomain, Usage: "a domain NAME that the app answers to; can be given more than once", Check: checkDomains, takers: withDomain,
		inFile: func(f app.File) string { return strings.Join(f.Domain, ListSeparator) }},
	{Key: KeyEmail, Usage: "ADDRESS that the certificate authority may write to", Check: checkEmail, takers: withServer,
		inFile: func(f app.File) string { return f.Email }},
	{Key: KeyACME, Usage: "URL of the certificate authority's ACME directory; default: Let's Encrypt's", Check: checkURL, takers: withServer,
		inFile: func(f app.File) string { return f.ACMEDirectory }},
	{Key: KeyAllow, Usage: "a PORT or PORT/udp that stays open beside SSH and the web; none: no other; can be given more than once", Check: checkAllowed, takers: withServer,
		inFile: func(f app.File) string { return strings.Join(f.Allow, ListSeparator) }},
	{Key: KeyService, Usage: "a database beside the app: postgres, redis or mariadb; none: no database; can be given more than once", Check: checkServices,
		inFile: func(f app.File) string { return strings.Join(f.Services, ListSeparator) }},
	{Key: KeyBackupTo, Usage: "where backups go: s3:https://HOST/BUCKET/PATH, sftp:USER@HOST:PATH, spaces:REGION/BUCKET or local:PATH; none: no backups", Check: checkBackupTo, takers: withServer,
		inFile: func(f app.File) string { return f.Backup.To }},
	{Key: KeyBackupAt, Usage: "the time of day of the nightly backup, HH:MM on the server's clock", Default: defaultBackupAt, Check: checkBackupAt, takers: withServer,
		inFile: func(f app.File) string { return f.Backup.At }},
	{Key: KeyBackupKeep, Usage: "how many backups are kept", Default: defaultBackupKeep, Check: checkBackupKeep, takers: withServer,
		inFile: func(f app.File) string { return f.Backup.Keep }},
	{Key: KeyBackupHostKey, Usage: "the public host key of the SSH server that backups go to, like \"ssh-ed25519 AAAA…\"; default: the one in your known_hosts", Check: checkBackupHostKey, takers: withServer,
		inFile: func(f app.File) string { return f.Backup.HostKey }},
	{Key: KeyBackups, Usage: "DigitalOcean's own weekly backups of the whole droplet, for a fifth of its price more; --backups=false turns them off and deletes them; for Slipway's backups there is --backup-to", Check: oneOf(switchOn, switchOff), takers: onlyDroplets,
		inFile: func(f app.File) string { return f.DigitalOcean.Backups }},
	{Key: KeyReservedIP, Usage: "an address of DigitalOcean's that stays when the droplet is replaced, free while the droplet has it; --reserved-ip=false gives it back", Check: oneOf(switchOn, switchOff), takers: onlyDroplets,
		inFile: func(f app.File) string { return f.DigitalOcean.ReservedIP }},
	{Key: KeyVPC, Usage: "the UUID of the private network that a droplet is made in; default: the region's own", Fixed: true, Check: checkVPC, takers: onlyDroplets,
		inFile: func(f app.File) string { return f.DigitalOcean.VPC }},
	{Key: KeyProject, Usage: "the NAME or UUID of the project of DigitalOcean's that a droplet belongs to; default: the account's default project", Check: checkProject, takers: onlyDroplets,
		inFile: func(f app.File) string { return f.DigitalOcean.Project }},
	{Key: KeyGrowDisk, Usage: "let a droplet's disk grow with another --size, for good: a size with a smaller disk can't be had any more; without it the disk stays, and going back stays possible; it counts for one run", Check: oneOf(switchOn, switchOff), takers: onlyDroplets,
		inFile: func(app.File) string { return "" }},
	{Key: KeyTestCommand, Usage: "COMMAND run in the new release before it takes traffic; failure stops it",
		inFile: func(f app.File) string { return f.TestCommand }},
	{Key: KeyHealthPath, Usage: "the PATH that a new release is asked for before it takes traffic; default: /", Check: checkHealthPath,
		inFile: func(f app.File) string { return f.Health.Path }},
	{Key: KeyHealthStatus, Usage: "the HTTP STATUS that counts as healthy; default: any below 500", Check: checkHealthStatus,
		inFile: func(f app.File) string { return written(f.Health.Status) }},
	{Key: KeyHealthTime, Usage: "how many SECONDS a new release may take to become healthy; default: 60", Check: checkHealthTime,
		inFile: func(f app.File) string { return written(f.Health.Time) }},
	{Key: KeyOnFailure, Usage: "with --yes: keep or destroy a new server if the deployment fails", Default: onFailureKeep,
		Check: oneOf(onFailureKeep, OnFailureDestroy), inFile: func(app.File) string { return "" }},
}

var namePattern = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`)

// CheckName refuses what can't be a deployment's name. The name becomes a folder, a
// host name and, with "app-" before it, a Linux user.
func CheckName(name string) error {
	switch {
	case len(name) > maxNameLength:
		return Usagef("", "a name has at most %d characters", maxNameLength)
	case !namePattern.MatchString(name):
		return Usagef("", "a name is lower-case letters, digits and inner hyphens")
	case state.Reserved(name):
		return Usagef("", "this name is slipway's own")
	}
	return nil
}

// nameFrom makes a deployment's name of a folder's name; "" if the folder's name
// has nothing that can be used.
func nameFrom(folder string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(folder) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			b.WriteRune(r)
			continue
		}
		if b.Len() > 0 && !strings.HasSuffix(b.String(), "-") {
			b.WriteByte('-')
		}
	}
	name := strings.Trim(b.String(), "-")
	return strings.TrimRight(name[:min(len(name), maxNameLength)], "-")
}

func oneOf(values ...string) func(string) error {
	return func(value string) error {
		if slices.Contains(values, value) {
			return nil
		}
		return Usagef("", "it is one of %s", strings.Join(values, ", "))
	}
}

var (
	slugPattern        = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]*$`)
	hostPattern        = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]*@(\[[0-9A-Fa-f:.%]+\]|[A-Za-z0-9.-]+)(:[0-9]{1,5})?$`)
	fingerprintPattern = regexp.MustCompile(`^SHA256:[A-Za-z0-9+/]{43}$`)
	domainPattern      = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$`)
)

func checkSlug(value string) error { return matches(slugPattern, value, "a slug like debian-13") }

// checkImage accepts a slug, or the path or URL of the operator's own disk image.
func checkImage(value string) error {
	if slugPattern.MatchString(value) {
		return nil
	}
	if err := local.CheckImage(value); err != nil {
		return Usagef("", "%v", err)
	}
	return nil
}

func checkHost(value string) error { return matches(hostPattern, value, "USER@HOST or USER@HOST:PORT") }

func checkFingerprint(v string) error {
	return matches(fingerprintPattern, v, "SHA256: and 43 characters, as ssh-keygen -l prints it")
}

func checkDomains(value string) error {
	for name := range strings.SplitSeq(value, ListSeparator) {
		if err := matches(domainPattern, name, "a domain name like app.example.com"); err != nil {
			return err
		}
	}
	return nil
}

func matches(pattern *regexp.Regexp, value, like string) error {
	if pattern.MatchString(value) {
		return nil
	}
	return Usagef("", "it is %s", like)
}

func checkEmail(value string) error {
	if a, err := mail.ParseAddress(value); err != nil || a.Address != value {
		return Usagef("", "it is an address like me@example.com")
	}
	return nil
}

func checkURL(value string) error {
	u, err := url.Parse(value)
	if err != nil || u.Scheme != "https" || u.Host == "" {
		return Usagef("", "it is a URL that begins with https://")
	}
	return nil
}

// Choices are the values that the wizard offers for a setting; nil if the setting
// takes any value that passes its Check.
func (s Setting) Choices() []string {
	switch s.Key {
	case KeyProvider:
		return slices.Clone(providerNames)
	case KeyHardening:
		return []string{hardenMinimal, hardenStandard, hardenStrict}
	}
	return nil
}

// SettingOf finds a setting by its key; false if there is none.
func SettingOf(key string) (Setting, bool) {
	for _, s := range Settings {
		if s.Key == key {
			return s, true
		}
	}
	return Setting{}, false
}

// CheckVariable refuses a name or a value that the app's variables can't have. The
// error, a *providers.Usage, never shows the value.
func CheckVariable(key, value string) error {
	return SetVariable(map[string]string{}, key, value, "what was typed")
}
