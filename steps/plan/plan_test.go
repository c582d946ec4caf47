package plan

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"slipway/providers"
	"slipway/state"
	"slipway/steps/app"
)

// writeApp makes a folder with an app and a slipway.toml.
func writeApp(t *testing.T, settings string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "My Shop")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"app.py":           "from flask import Flask\napp = Flask(__name__)\n",
		"requirements.txt": "flask\n",
		"slipway.toml":     settings,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func noEnvironment(string) string { return "" }

func TestPrecedence(t *testing.T) {
	home := state.Home{Dir: t.TempDir()}
	folder := writeApp(t, "hardening = \"minimal\"\ntest-command = \"true\"\n")
	for name, c := range map[string]struct {
		flags map[string]string
		env   map[string]string
		want  NamedValue
	}{
		"file":        {nil, nil, NamedValue{KeyHardening, "minimal", FromFile}},
		"environment": {nil, map[string]string{"SLIPWAY_HARDENING": "strict"}, NamedValue{KeyHardening, "strict", FromEnvironment}},
		"flag": {map[string]string{KeyHardening: "standard"}, map[string]string{"SLIPWAY_HARDENING": "strict"},
			NamedValue{KeyHardening, "standard", FromFlag}},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := Make(t.Context(), Asked{Folder: folder, Flags: c.flags, Getenv: func(key string) string { return c.env[key] }}, home)
			if err != nil {
				t.Fatal(err)
			}
			if got := p.Values[KeyHardening]; got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
			if p.Name != "my-shop" || p.Value(KeyProvider) != "local" || p.App.TestCommand != "true" {
				t.Errorf("got the plan %+v", p)
			}
		})
	}
}

// remember saves the settings of a plan, as a run of it would.
func remember(t *testing.T, home state.Home, p Plan) {
	t.Helper()
	d, err := home.Open(p.Name, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := d.Update(func(r *state.Record) { r.Settings = p.Recorded() }); err != nil {
		t.Fatal(err)
	}
}

func TestEarlierRun(t *testing.T) {
	home := state.Home{Dir: t.TempDir()}
	folder := writeApp(t, "")
	asked := func(flags map[string]string) Asked {
		return Asked{Folder: folder, Flags: flags, Getenv: noEnvironment}
	}
	first, err := Make(t.Context(), asked(map[string]string{KeyHardening: "minimal", KeyOnFailure: "destroy"}), home)
	if err != nil {
		t.Fatal(err)
	}
	remember(t, home, first)
	second, err := Make(t.Context(), asked(nil), home)
	if err != nil {
		t.Fatal(err)
	}
	if got := second.Values[KeyHardening]; got.Value != "minimal" || got.From != FromEarlier {
		t.Errorf("hardening is %+v", got)
	}
	if got := second.Value(KeyOnFailure); got != "keep" {
		t.Errorf("what becomes of a failure was remembered: %s", got)
	}
	if second.Tag == "" || second.Release != first.Release {
		t.Errorf("tag %q, release %s, first %s", second.Tag, second.Release, first.Release)
	}
	var usage *providers.Usage
	if _, err := Make(t.Context(), asked(map[string]string{KeyProvider: "digitalocean"}), home); !errors.As(err, &usage) {
		t.Errorf("another provider for a server that exists: %v", err)
	}
	other := filepath.Join(t.TempDir(), "my-shop")
	if err := os.CopyFS(other, os.DirFS(folder)); err != nil {
		t.Fatal(err)
	}
	if _, err := Make(t.Context(), Asked{Folder: other, Getenv: noEnvironment}, home); !errors.As(err, &usage) || !strings.Contains(err.Error(), "--name") {
		t.Errorf("another app of the same name: %v", err)
	}
	if _, err := Make(t.Context(), Asked{Folder: other, Flags: map[string]string{KeyName: "my-shop"}, Getenv: noEnvironment}, home); err != nil {
		t.Errorf("another app, the name said: %v", err)
	}
}

func TestReleaseName(t *testing.T) {
	home := state.Home{Dir: t.TempDir()}
	folder := writeApp(t, "")
	release := func() string {
		t.Helper()
		p, err := Make(t.Context(), Asked{Folder: folder, Getenv: noEnvironment, Env: []string{"SECRET=x"}}, home)
		if err != nil {
			t.Fatal(err)
		}
		return p.Release
	}
	first := release()
	if first != release() {
		t.Error("the same app has two names")
	}
	if err := os.WriteFile(filepath.Join(folder, "more.txt"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if first == release() {
		t.Error("a changed app has the same name")
	}
}

// TestBesideDecidesTheName: what the server keeps of a release is written once, so what a
// release does beside its packages is a part of its name; a plain app keeps its name.
func TestBesideDecidesTheName(t *testing.T) {
	plain := (&Plan{}).beside()
	if plain != nil {
		t.Errorf("a plain app has %v", plain)
	}
	for name, found := range map[string]app.Found{
		"data": {Data: []app.Kept{{Path: "shop.db", File: true}}}, "limits": {Limits: app.Limits{Upload: 1}}, "workers": {Workers: 1},
		"worker class": {WorkerClass: "gevent"}, "figures": {SystemFigures: true}, "init": {Init: "flask init-db"},
	} {
		if (&Plan{App: found}).beside() == nil {
			t.Errorf("%s does not change the name", name)
		}
	}
	services := map[string]NamedValue{KeyService: {Key: KeyService, Value: app.Redis}}
	if (&Plan{Values: services}).beside() == nil {
		t.Error("a database beside the app does not change the name")
	}
	read := func(source string) []any {
		p := Plan{Values: services}
		p.App.ServiceNames = []app.ServiceName{{Variable: "QUEUE", Kind: app.Redis, Part: app.PartURL, Source: source}}
		return p.beside()
	}
	if one, other := read("app.py line 1"), read("app.py line 2"); !reflect.DeepEqual(one, other) {
		t.Errorf("where a variable is read changes the name: %v, %v", one, other)
	}
}

func TestNameFrom(t *testing.T) {
	for folder, want := range map[string]string{
		"shop": "shop", "My Shop": "my-shop", "460degreesTechChallenge": "460degreestechchallenge",
		"__x__": "x", "ünïcode": "n-code", "...": "", "a_very_long_folder_name_that_goes_on": "a-very-long-folder-name-that",
	} {
		got := nameFrom(folder)
		if got != want {
			t.Errorf("%q: got %q, want %q", folder, got, want)
		}
		if got != "" && CheckName(got) != nil {
			t.Errorf("%q: the name %q can't be used", folder, got)
		}
	}
}

func TestChecks(t *testing.T) {
	for _, c := range []struct {
		key, value string
		ok         bool
	}{
		{KeyHost, "root@1.2.3.4", true}, {KeyHost, "me@host.example:2222", true}, {KeyHost, "me@[::1]:22", true},
		{KeyHost, "host", false}, {KeyHost, "me@host;rm", false}, {KeyHost, "-x@host", false},
		{KeyDomain, "a.example.com,b.example.com", true}, {KeyDomain, "localhost", false}, {KeyDomain, "a_b.example.com", false},
		{KeyEmail, "me@example.com", true}, {KeyEmail, "Me <me@example.com>", false}, {KeyEmail, "me", false},
		{KeyACME, "https://acme.example/dir", true}, {KeyACME, "http://acme.example/dir", false},
		{KeyFingerprint, "SHA256:" + strings.Repeat("a", 43), true}, {KeyFingerprint, "MD5:00", false},
		{KeyImage, "debian-13-x64", true}, {KeyImage, "../x.qcow2", true}, {KeyImage, "Debian", false}, {KeyImage, "https://h.example/x.qcow2", false},
	} {
		for _, s := range Settings {
			if s.Key == c.key && (s.Check(c.value) == nil) != c.ok {
				t.Errorf("%s %q: %v", c.key, c.value, s.Check(c.value))
			}
		}
	}
}

func TestEnv(t *testing.T) {
	file := filepath.Join(t.TempDir(), ".env")
	if err := os.WriteFile(file, []byte("# a comment\nA=1\nexport B='two words'\nC=\"x y\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	home := state.Home{Dir: t.TempDir()}
	folder := writeApp(t, "[env]\nA = \"0\"\nD = \"4\"\n")
	p, err := Make(t.Context(), Asked{Folder: folder, Getenv: noEnvironment, Env: []string{"C=3=3"}, EnvFile: file}, home)
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{"A": "1", "B": "two words", "C": "3=3", "D": "4"} {
		if p.Env[key] != want {
			t.Errorf("%s is %q, want %q", key, p.Env[key], want)
		}
	}
	for _, bad := range []string{"A", "=1", "A B=1", "A=1\r2"} {
		_, err := Make(t.Context(), Asked{Folder: folder, Getenv: noEnvironment, Env: []string{bad}}, home)
		if _, ok := errors.AsType[*providers.Usage](err); !ok {
			t.Errorf("--env %q: %v", bad, err)
		}
	}
}

func TestPlanWarnsOfNeeds(t *testing.T) {
	home := state.Home{Dir: t.TempDir()}
	folder := writeApp(t, "[app]\nrelease = \"true\"\n")
	text := "import os\nfrom flask import Flask\nKEY = os.environ['KEY']\nOTHER = os.environ['OTHER']\napp = Flask(__name__)\n"
	if err := os.WriteFile(filepath.Join(folder, "app.py"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := Make(t.Context(), Asked{Folder: folder, Getenv: noEnvironment, Env: []string{"OTHER=x"}}, home)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.App.Warnings) != 1 || !strings.HasPrefix(p.App.Warnings[0], "app.py line 3 reads the variable KEY, which is not given") {
		t.Errorf("got %q", p.App.Warnings)
	}
	found := false
	for _, v := range p.InOrder() {
		found = found || v == NamedValue{"release command", "true", "slipway.toml"}
	}
	if !found {
		t.Errorf("the plan does not show the release command: %v", p.InOrder())
	}
}
