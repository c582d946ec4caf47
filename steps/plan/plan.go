package plan

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"slipway/state"
	"slipway/steps/app"
	"slipway/steps/index"
)

// Asked is what a person asked for, before any default is added.
type Asked struct {
	// Folder is the app's folder; empty if Sample is given.
	Folder string
	// Sample is a bundled sample's name, or empty.
	Sample string
	// Flags are the settings given by flag, by key.
	Flags map[string]string
	// Getenv reads the environment.
	Getenv func(string) string
	// Env and EnvFile are the app's own variables, as KEY=VALUE and as a file.
	Env     []string
	EnvFile string
	// Earlier are the settings of another deployment, by key, that a new one takes over where
	// nothing else is said. An existing one has its own.
	Earlier map[string]string
	// Index is asked for which Pythons the pinned packages have wheels; nil asks nobody.
	Index *index.Index
}

// Plan is what a run will bring about, with every question answered.
type Plan struct {
	// Name is the deployment's name, as people call it here.
	Name string
	// OnServer is what its server calls the deployment, in paths, users and units, if that
	// is not Name: it keeps its name there when it is given another one here. See ServerName.
	OnServer string
	// Values are the settings in use, by key.
	Values map[string]NamedValue
	// App is what was found in the app's folder: what to run and what to install.
	App app.Found
	// Bundle is the files that are uploaded.
	Bundle *app.Bundle
	// DependencyHash names the set of packages that the app needs: as long as it
	// stays the same, the virtual environment can be kept.
	DependencyHash string
	// Release names the release, with 12 hexadecimal digits: the same app, to be
	// run the same way, has the same name.
	Release string
	// Python is the minor version that the app has on a platform, "3.13"; empty where a
	// server's own may do.
	Python string
	// Env are the app's variables that were given for this run. They are secret
	// and never printed.
	Env map[string]string
	// BackupEnv are the variables with which the place of the backups is reached, such as
	// AWS_SECRET_ACCESS_KEY, if they were given for this run. They are secret and never
	// printed; the server keeps them.
	BackupEnv map[string]string
	// BackupKey is the password of the backups' repository, as the deployment's folder has
	// it; empty if the server is to make one. It is secret.
	BackupKey string
	// BackupHostKeys are the known host keys of where backups go by SSH, as lines of
	// known_hosts; empty if this computer knows none.
	BackupHostKeys []string
	// Restore is the backup that a new deployment begins with; nil if it begins with none.
	Restore *Restore
	// Unset are the names of the app's variables that this run removes.
	Unset []string
	// Counts are how many of a process are to run, by name, "web" for the app itself; of
	// one that is not named, one.
	Counts map[string]int
	// MostWeb is up to how many of the web process run as the load grows; 0 if their number
	// stays.
	MostWeb int
	// ProcessesRest is true where the processes beside the app are not to run yet: another
	// place of the same app has them.
	ProcessesRest bool
	// Tag is the deployment's unique tag; empty before its first run.
	Tag string
	// Address is where the server answers; empty until that is known.
	Address string
	// Login is one of Logins; empty is the first. LoginUser tells it.
	Login string
	// AuthorizedKey is the deployment's own public key, which may log in to the
	// server, in authorized_keys form.
	AuthorizedKey string
	// OperatorKey is the public half of --identity, which may log in too; empty
	// if none was named.
	OperatorKey string
	// RevertAfter is how long the server keeps a change that could lock the
	// operator out before it puts the old state back, unless a new login has
	// proven the change; 0 is the default.
	RevertAfter time.Duration
	// PythonMirror is where the archive of a managed Python comes from.
	PythonMirror PythonMirror
}

// Restore is a backup of another deployment, at the place where this one's go too.
type Restore struct {
	// Name and Tag are the other deployment's.
	Name, Tag string
	// When is which of its backups: an ID, a time, or "latest".
	When string
}

// ServerName is what the deployment's server calls it.
func (p Plan) ServerName() string { return cmp.Or(p.OnServer, p.Name) }

// Value is a setting's value, by its key; "" if it has none.
func (p Plan) Value(key string) string { return p.Values[key].Value }

// Folder is the real path of the app's folder on this computer; empty for a sample and
// where the app is not at hand.
func (p Plan) Folder() string {
	if identity := p.Value(KeyApp); filepath.IsAbs(identity) {
		return identity
	}
	return ""
}

// InOrder lists the settings that have a value, in the order of Settings, then
// what was found in the app.
func (p Plan) InOrder() []NamedValue {
	var values []NamedValue
	for _, s := range Settings {
		if v, ok := p.Values[s.Key]; ok && v.Value != "" {
			values = append(values, v)
		}
	}
	for _, r := range p.App.Reasons {
		values = append(values, NamedValue{Key: r.Subject, Value: r.Value, From: Source(r.Source)})
	}
	return values
}

// Make answers every question from the flags, the environment, the app's
// slipway.toml, what the deployment used before, and the defaults, in this order.
// It changes nothing. What can't be used is a *providers.Usage, whose About says
// whether a setting or the app itself is wrong; an unreadable record is an error
// of package state.
func Make(ctx context.Context, asked Asked, home state.Home) (Plan, error) {
	source, err := openSource(ctx, asked)
	if err != nil {
		return Plan{}, err
	}
	file, err := app.ReadSettings(source.files)
	if err != nil {
		return Plan{}, err
	}
	p := Plan{Values: map[string]NamedValue{}}
	if err := p.resolveSettings(asked, file, nil); err != nil {
		return Plan{}, err
	}
	if err := p.resolveName(source); err != nil {
		return Plan{}, err
	}
	if err := p.resolveEarlier(home, asked, file, source); err != nil {
		return Plan{}, err
	}
	if err := p.ResolveIdentity(ctx); err != nil {
		return Plan{}, err
	}
	if p.Env, err = readEnv(ctx, asked, file); err != nil {
		return Plan{}, err
	}
	if err := p.readBackup(asked.Getenv); err != nil {
		return Plan{}, err
	}
	if p.RevertAfter, err = readRevertTime(asked.Getenv); err != nil {
		return Plan{}, err
	}
	return p, p.findApp(ctx, source, file, asked)
}

// resolveSettings gives every setting its value, except for the default of the
// name, which is the folder's.
func (p *Plan) resolveSettings(asked Asked, file app.File, earlier map[string]string) error {
	for _, s := range Settings {
		v := NamedValue{Key: s.Key}
		v.Value, v.From = s.resolve(asked, file, earlier)
		if v.Value != "" && s.Check != nil {
			if err := s.Check(v.Value); err != nil {
				return Usagef(err.Error(), "%s %q (from %s) can't be used", s.Key, v.Value, v.From)
			}
		}
		p.Values[s.Key] = v
		if s.Key == KeyProvider {
			file = file.On(v.Value)
		}
	}
	return nil
}

func (s Setting) resolve(asked Asked, file app.File, earlier map[string]string) (string, Source) {
	if v, ok := asked.Flags[s.Key]; ok {
		return v, FromFlag
	}
	if v := asked.Getenv(s.Environment()); v != "" {
		return v, FromEnvironment
	}
	if v := s.inFile(file); v != "" {
		return v, FromFile
	}
	if v := earlier[s.Key]; v != "" {
		return v, FromEarlier
	}
	return s.Default, FromDefault
}

func (p *Plan) resolveName(source source) error {
	v := p.Values[KeyName]
	if v.Value == "" && v.From != FromDefault {
		return Usagef("write --name NAME", "the name is empty")
	}
	if v.Value == "" {
		v = NamedValue{Key: KeyName, Value: nameFrom(source.base), From: FromDefault}
		if CheckName(v.Value) != nil {
			return Usagef("give --name NAME", "no name can be made of the folder's name %q", source.base)
		}
		p.Values[KeyName] = v
	}
	p.Name = v.Value
	return nil
}

func (p *Plan) findApp(ctx context.Context, source source, file app.File, asked Asked) error {
	settings := file.App
	settings.Folder = source.shown
	settings.TestCommand, settings.Variables = p.Value(KeyTestCommand), p.Env
	var err error
	if p.App, err = app.Detect(source.files, settings); err != nil {
		return err
	}
	p.warnOfNeeds()
	p.warnOfServices()
	p.becauseOfServices()
	p.warnOfBackups(file.Backup)
	if err = p.findPython(ctx, source.files, asked); err != nil {
		return err
	}
	if err = p.refuseOnPlatform(); err != nil {
		return err
	}
	if err = p.readCounts(file); err != nil {
		return err
	}
	p.warnOfVisitors()
	p.warnOfPlatform()
	if p.Bundle, err = app.Collect(source.files); err != nil {
		return err
	}
	p.App.Warnings = append(p.App.Warnings, p.Bundle.Warnings...)
	if p.DependencyHash, err = p.App.DependencyHash(source.files); err != nil {
		return err
	}
	p.Release, err = p.releaseName()
	return err
}

// warnOfNeeds warns of variables that the app needs to be loaded and that were
// not given. After the first run they may be on the server, and only there, so
// nothing is said.
func (p *Plan) warnOfNeeds() {
	if p.Tag != "" {
		return
	}
	for _, need := range p.App.Needs {
		if _, given := p.Env[need.Name]; !given && !p.supplied(need.Name) {
			p.App.Warnings = append(p.App.Warnings, fmt.Sprintf("%s reads the variable %s, which is not given: give it with --env-file or --env %s=…",
				need.Source, need.Name, need.Name))
		}
	}
}

// releaseName is made of everything that decides how a release behaves, apart
// from the variables, which are secret.
func (p *Plan) releaseName() (string, error) {
	spec := []any{p.Bundle.Hash(), p.DependencyHash, p.App.Server, p.App.Target, p.App.PythonPath,
		p.App.Command, p.App.PythonVersion, p.App.TestCommand}
	for _, word := range p.Health().words() {
		spec = append(spec, word)
	}
	if p.Builds() || p.App.Release != "" || len(p.App.Processes) > 0 {
		spec = append(spec, p.App.Build, p.App.BuildFolders, p.App.Static, p.App.Release, p.App.Processes)
	}
	if more := p.beside(); more != nil {
		spec = append(spec, more)
	}
	if p.App.ManagedPython != "" {
		spec = append(spec, p.App.ManagedPython, p.App.WheelPythons)
	}
	text, err := json.Marshal(spec)
	if err != nil {
		return "", fmt.Errorf("name the release: %w", err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])[:12], nil
}

// beside is what else decides how a release behaves; nil for an app that needs nothing
// beside its packages, whose release keeps the name that it had.
func (p *Plan) beside() []any {
	a := p.App
	var more []any
	if len(a.Data) > 0 || a.SettingsModule != "" || len(a.Packages) > 0 || a.Limits != (app.Limits{}) || a.Hosts.Supplied() || a.Init != "" {
		more = append(more, a.Data, a.SettingsModule, a.Packages, a.Limits, a.Overlay, a.Hosts, a.Init)
	}
	if p.Python != "" {
		more = append(more, p.Python)
	}
	if a.Workers != 0 || a.WorkerClass != "" || a.SystemFigures {
		more = append(more, a.Workers, a.WorkerClass, a.SystemFigures)
	}
	if kinds := p.Services(); len(kinds) > 0 {
		names := p.ServiceNames()
		for i := range names {
			names[i].Source = "" // where a variable is read changes nothing
		}
		more = append(more, kinds, names)
	}
	return more
}

// source is where an app comes from.
type source struct {
	files    fs.FS
	base     string // the folder's own name, of which the deployment's is made
	identity string // the folder's real path, or "sample hello": no other app has it
	shown    string // the folder as it was given, for messages
}

func openSource(ctx context.Context, asked Asked) (source, error) {
	if asked.Sample != "" {
		files, err := app.Sample(asked.Sample)
		if err != nil {
			return source{}, err
		}
		return source{files, asked.Sample, SamplePrefix + asked.Sample, "the sample " + asked.Sample}, nil
	}
	files, err := app.Open(ctx, asked.Folder)
	if err != nil {
		return source{}, err
	}
	path, err := filepath.Abs(asked.Folder)
	if err != nil {
		return source{}, fmt.Errorf("find the app's folder: %w", err)
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	return source{files, filepath.Base(path), path, asked.Folder}, nil
}

// DescribeApp is a line about what is deployed: "flask server:app, release
// 0123456789ab".
func (p Plan) DescribeApp() string {
	runs := p.App.Target
	if p.App.Command != "" {
		runs = p.App.Command
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s, release %s", p.App.Framework, runs, p.Release))
}

// VariableNames lists the names of the app's variables that were given, sorted,
// never their values.
func (p Plan) VariableNames() []string { return slices.Sorted(maps.Keys(p.Env)) }

// Builds tells whether a release has files to build, or static files that nginx
// serves.
func (p Plan) Builds() bool {
	return p.App.Build != "" || len(p.App.Static) > 0 || len(p.App.ServedData()) > 0
}

// OwnServer tells whether the app brings a server of its own: a command that
// listens on $PORT, and not a gunicorn that can be given a socket.
func (p Plan) OwnServer() bool { return p.App.Command != "" && p.App.GunicornArgs == nil }

// AuthorizedKeys are the authorized_keys lines of the keys that may log in: the
// deployment's, and the operator's own if --identity named one. Their comment is
// the tag, by which destroy tells them from other keys.
func (p Plan) AuthorizedKeys() []string {
	lines := []string{p.AuthorizedKey + " " + p.Tag}
	if p.OperatorKey != "" {
		lines = append(lines, p.OperatorKey+" "+p.Tag)
	}
	return lines
}
