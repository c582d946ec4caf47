package app

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/pelletier/go-toml/v2"
)

// SettingsFile is the name of the file with a deployment's settings, in the
// app's root.
const SettingsFile = "slipway.toml"

// Settings is what slipway.toml and the flags say about the app. A value that is not
// empty wins over what Detect would find.
type Settings struct {
	// WSGI and ASGI are a "module:object" or "module:factory()". At most one of
	// WSGI, ASGI and Command may be set.
	WSGI string `toml:"wsgi"`
	ASGI string `toml:"asgi"`
	// Command is a line for sh that serves on $PORT.
	Command string `toml:"command"`
	// Requirements is a requirements file, a pyproject.toml or a lock file (uv.lock,
	// poetry.lock, Pipfile.lock), relative to the root.
	Requirements string `toml:"requirements"`
	// Python is the version that the app needs: "3.12", ">=3.11".
	Python string `toml:"python"`

	// Release, Build, BuildFolders, Static and Processes are as in [Found]. A table of
	// processes replaces the Procfile's processes, even if it is empty.
	Release      string            `toml:"release"`
	Build        string            `toml:"build"`
	BuildFolders []string          `toml:"build-folders"`
	Static       map[string]string `toml:"static"`
	Processes    map[string]string `toml:"processes"`

	// Data are the folders ("media/") and files ("shop.db") that every release keeps;
	// relative to the root, or absolute. Those that are found by reading are kept too.
	Data []string `toml:"data"`
	// Packages are Debian packages that the running app needs.
	Packages []string `toml:"packages"`

	// ServiceNames are the names of the table [services]. They win over those that are found.
	ServiceNames []ServiceName `toml:"-"`
	// Limits is the table [limits].
	Limits Limits `toml:"-"`
	// TestCommand is the top-level key test-command.
	TestCommand string `toml:"-"`
	// Variables are the app's variables that are given for this run.
	Variables map[string]string `toml:"-"`
	// Folder is the name of the app's folder in messages; empty is "this folder".
	Folder string `toml:"-"`
}

// File is the content of a slipway.toml. The keys have the names of the flags. The key
// domain is a string or a list of strings, and allow a list of ports.
type File struct {
	Name               string            `toml:"name"`
	Provider           string            `toml:"provider"`
	Region             string            `toml:"region"`
	Size               string            `toml:"size"`
	Image              string            `toml:"image"`
	Engine             string            `toml:"engine"`
	Hardening          string            `toml:"hardening"`
	Host               string            `toml:"host"`
	Identity           string            `toml:"identity"`
	HostKeyFingerprint string            `toml:"host-key-fingerprint"`
	Domain             []string          `toml:"-"`
	Allow              []string          `toml:"-"`
	Email              string            `toml:"email"`
	ACMEDirectory      string            `toml:"acme-directory"`
	TestCommand        string            `toml:"test-command"`
	Env                map[string]string `toml:"env"`
	// Health is the table [health].
	Health Health `toml:"health"`
	// Limits is the table [limits].
	Limits limitsTable `toml:"limits"`
	// Services is the table [services]: the kinds of databases beside the app, sorted, or
	// NoServices alone.
	Services []string `toml:"-"`
	// DigitalOcean is the table [digitalocean].
	DigitalOcean DigitalOcean `toml:"-"`
	// Heroku is the table [heroku].
	Heroku Heroku `toml:"-"`
	// AppPlatform is the table [app-platform].
	AppPlatform Instances `toml:"-"`
	// Web is how many of the web process are to run where the app goes; see On.
	Web string `toml:"-"`
	// Backup is the table [backup].
	Backup Backup `toml:"backup"`
	// App is the table [app], with TestCommand and Limits filled in.
	App Settings `toml:"app"`
}

// Backup says where backups of what the app keeps go. A field that is empty is not set;
// package plan checks them.
type Backup struct {
	// To is the repository: "s3:https://HOST/BUCKET/PATH", "sftp:USER@HOST:PATH",
	// "spaces:REGION/BUCKET" or "local:PATH".
	To string `toml:"to"`
	// At is the time of day, "03:30", on the server's clock.
	At string `toml:"at"`
	// Keep is how many are kept: "7 daily, 4 weekly, 6 monthly".
	Keep string `toml:"keep"`
	// HostKey is the public host key of the SSH server that they go to: "ssh-ed25519 AAAA…".
	HostKey string `toml:"host-key"`
}

// Health says when a new release counts as healthy. A field that is zero is not set.
type Health struct {
	// Path is the path that is requested.
	Path string `toml:"path"`
	// Status is the HTTP status that it must answer with.
	Status int `toml:"status"`
	// Time is how many seconds it may take until it answers so.
	Time int `toml:"time"`
}

// document is a File before the types of domain, allow and the keys of [heroku] and [app-platform] are known.
type document struct {
	File
	Domain   any            `toml:"domain"`
	Allow    any            `toml:"allow"`
	Services *servicesTable `toml:"services"`
	Heroku   map[string]any `toml:"heroku"`
	// DigitalOcean is [digitalocean].
	DigitalOcean dropletTable `toml:"digitalocean"`
	// AppPlatform is [app-platform].
	AppPlatform map[string]any `toml:"app-platform"`
}

// ReadSettings reads slipway.toml in the root of fsys. Without one it returns the zero
// File. An unknown key, a value of the wrong type, and keys that exclude each other are
// a *providers.Usage with the line and the key.
func ReadSettings(fsys fs.FS) (File, error) {
	text, err := readText(fsys, SettingsFile)
	if errors.Is(err, fs.ErrNotExist) {
		return File{}, nil
	}
	if err != nil {
		return File{}, fmt.Errorf("%s can't be read: %w", SettingsFile, err)
	}
	var doc document
	if err := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields().Decode(&doc); err != nil {
		return File{}, settingsError(err)
	}
	file := doc.File
	if file.Domain, err = domains(doc.Domain); err != nil {
		return File{}, err
	}
	if file.Allow, err = allowed(doc.Allow); err != nil {
		return File{}, err
	}
	file.Services = doc.Services.list()
	if file.App.ServiceNames, err = doc.Services.names(); err != nil {
		return File{}, err
	}
	file.DigitalOcean = doc.DigitalOcean.read()
	if file.Heroku, err = readHeroku(doc.Heroku); err != nil {
		return File{}, err
	}
	if file.AppPlatform, err = readAppPlatform(doc.AppPlatform); err != nil {
		return File{}, err
	}
	file.App.TestCommand = file.TestCommand
	if file.App.Limits, err = file.Limits.read(); err != nil {
		return File{}, err
	}
	return file, file.App.check()
}

func settingsError(err error) error {
	var strict *toml.StrictMissingError
	if errors.As(err, &strict) && len(strict.Errors) > 0 {
		e := strict.Errors[0]
		row, _ := e.Position()
		return appUsage(fmt.Sprintf("%s line %d: there is no key %s", SettingsFile, row, strings.Join(e.Key(), ".")), "remove it or correct its spelling")
	}
	var decode *toml.DecodeError
	if !errors.As(err, &decode) {
		return appUsage(fmt.Sprintf("%s: %v", SettingsFile, err), "correct the file")
	}
	row, _ := decode.Position()
	what := fmt.Sprintf("%s line %d: ", SettingsFile, row)
	if key := strings.Join(decode.Key(), "."); key != "" {
		what += key + ": "
	}
	return appUsage(what+strings.TrimPrefix(decode.Error(), "toml: "), "correct that line")
}

func domains(value any) ([]string, error) {
	wrong := appUsage(SettingsFile+": domain is neither a string nor a list of strings", `write domain = "example.org" or domain = ["example.org", "www.example.org"]`)
	switch v := value.(type) {
	case nil:
		return nil, nil
	case string:
		return []string{v}, nil
	case []any:
		list := make([]string, 0, len(v))
		for _, item := range v {
			text, ok := item.(string)
			if !ok {
				return nil, wrong
			}
			list = append(list, text)
		}
		return list, nil
	}
	return nil, wrong
}

// allowed is the key allow: a port, as a number or as "51820/udp", or a list of them.
func allowed(value any) ([]string, error) {
	if value == nil {
		return nil, nil
	}
	items, isList := value.([]any)
	if !isList {
		items = []any{value}
	}
	list := make([]string, 0, len(items))
	for _, item := range items {
		switch v := item.(type) {
		case string:
			list = append(list, v)
		case int64:
			list = append(list, strconv.FormatInt(v, 10))
		default:
			return nil, appUsage(SettingsFile+": allow is neither a port nor a list of ports", `write allow = [8080, "51820/udp"]`)
		}
	}
	return list, nil
}

// check refuses values that can't be used, and keys that exclude each other.
func (s Settings) check() error {
	var set []string
	for _, key := range []struct{ name, value string }{
		{"app.wsgi", s.WSGI}, {"app.asgi", s.ASGI}, {"app.command", s.Command},
	} {
		if key.value != "" {
			set = append(set, key.name)
		}
	}
	if len(set) > 1 {
		return appUsage(strings.Join(set, " and ")+" are both set", "keep one of them in "+SettingsFile)
	}
	if s.Requirements != "" && !fs.ValidPath(s.Requirements) {
		return appUsage(fmt.Sprintf("app.requirements = %q is not a path inside the app's folder", s.Requirements), "give it relative to the folder, with slashes and without ..")
	}
	if err := s.checkCommands(); err != nil {
		return err
	}
	if err := s.checkProcesses(); err != nil {
		return err
	}
	if err := s.checkPackages(); err != nil {
		return err
	}
	if err := s.checkFolders(); err != nil {
		return err
	}
	return s.checkData()
}

// checkCommands refuses a command that can't be one line of a systemd unit.
func (s Settings) checkCommands() error {
	commands := map[string]string{"app.command": s.Command, "app.release": s.Release, "app.build": s.Build}
	for name, command := range s.Processes {
		commands["app.processes."+name] = command
	}
	for _, key := range slices.Sorted(maps.Keys(commands)) {
		if strings.ContainsFunc(commands[key], unicode.IsControl) {
			return appUsage(key+" is more than one line", "put the commands in a script of the app, and name that in "+SettingsFile)
		}
	}
	return nil
}

// processName matches the name of a process, which is part of a unit's file name.
var processName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

const namesProcess = "a name is made of up to 64 letters a to z, digits, - and _"

// shownName is a name as an error shows it: quoted, and cut if it is long.
func shownName(name string) string {
	if runes := []rune(name); len(runes) > 64 {
		name = string(runes[:64]) + "…"
	}
	return strconv.Quote(name)
}

func (s Settings) checkProcesses() error {
	for _, name := range slices.Sorted(maps.Keys(s.Processes)) {
		var next string
		switch {
		case name == webProcess:
			next = "set app.command, app.wsgi or app.asgi for what serves the web"
		case name == releaseProcess:
			next = "set app.release for what runs before a release serves the app"
		case !processName.MatchString(name):
			next = namesProcess
		case s.Processes[name] == "":
			next = "give it a command, or leave it out"
		default:
			continue
		}
		return appUsage(fmt.Sprintf("the process %s in app.processes of %s can't be used", shownName(name), SettingsFile), next)
	}
	return nil
}

var staticPath = regexp.MustCompile(`^(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+/$`)

func (s Settings) checkFolders() error {
	folders := slices.Clone(s.BuildFolders)
	for _, url := range slices.Sorted(maps.Keys(s.Static)) {
		if !staticPath.MatchString(url) {
			return appUsage(fmt.Sprintf("app.static has the path %q, which can't be used", url), `write it like "/static/", with letters, digits, ., - and _`)
		}
		folders = append(folders, s.Static[url])
	}
	for _, folder := range folders {
		if folder == "." || !fs.ValidPath(folder) {
			return appUsage(fmt.Sprintf("app.static or app.build-folders names %q, which is no folder inside the app's", folder), "give it relative to the app's folder, with slashes and without ..")
		}
	}
	return nil
}
