package app

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestReadSettings(t *testing.T) {
	got, err := ReadSettings(files("slipway.toml", `
name = "shop"
domain = "example.org"
test-command = "pytest"
host-key-fingerprint = "SHA256:x"
[env]
A = "b"
[app]
wsgi = "shop:app"
requirements = "requirements/prod.txt"
python = "3.12"
`))
	if err != nil {
		t.Fatal(err)
	}
	want := File{
		Name: "shop", Domain: []string{"example.org"}, TestCommand: "pytest", HostKeyFingerprint: "SHA256:x",
		Env: map[string]string{"A": "b"},
		App: Settings{WSGI: "shop:app", Requirements: "requirements/prod.txt", Python: "3.12", TestCommand: "pytest"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	got, err = ReadSettings(files("slipway.toml", `domain = ["a.example", "b.example"]`))
	if err != nil || !reflect.DeepEqual(got.Domain, []string{"a.example", "b.example"}) {
		t.Errorf("got %v, %v", got.Domain, err)
	}
	for text, want := range map[string][]string{`allow = 8080`: {"8080"}, `allow = "none"`: {"none"}, `allow = [8080, "51820/udp"]`: {"8080", "51820/udp"}} {
		if got, err = ReadSettings(files("slipway.toml", text)); err != nil || !reflect.DeepEqual(got.Allow, want) {
			t.Errorf("%s: got %v, %v", text, got.Allow, err)
		}
	}
	if got, err = ReadSettings(files()); err != nil || !reflect.DeepEqual(got, File{}) {
		t.Errorf("got %v, %v", got, err)
	}
}

// TestReadDigitalOcean tells what is not said from what is said to be off.
func TestReadDigitalOcean(t *testing.T) {
	for text, want := range map[string]DigitalOcean{
		"":                 {},
		"[digitalocean]\n": {},
		"[digitalocean]\nbackups = true\nreserved-ip = false\nvpc = 'u'\nproject = 'shops'": {Backups: "true", ReservedIP: "false", VPC: "u", Project: "shops"},
	} {
		if got, err := ReadSettings(files("slipway.toml", text)); err != nil || got.DigitalOcean != want {
			t.Errorf("%q: got %+v, %v", text, got.DigitalOcean, err)
		}
	}
}

func TestReadSettingsWrong(t *testing.T) {
	for text, want := range map[string]string{
		"name = 'x'\nregoin = 'y'":         "slipway.toml line 2: there is no key regoin: remove it",
		"[app]\n\nwsig = 'y'":              "slipway.toml line 3: there is no key app.wsig: remove it",
		"[app]\nTestCommand = 'y'":         "slipway.toml line 2: there is no key app.TestCommand",
		"name = 3":                         "slipway.toml line 1: name: ",
		"name = ":                          "slipway.toml line 1: ",
		"domain = 3":                       "slipway.toml: domain is neither a string nor a list",
		"domain = [3]":                     "slipway.toml: domain is neither a string nor a list",
		"[digitalocean]\nbackups = 'x'":    "slipway.toml line 2: digitalocean.backups: ",
		"[digitalocean]\nsize = 'x'":       "slipway.toml line 2: there is no key digitalocean.size",
		"allow = true":                     "slipway.toml: allow is neither a port nor a list of ports",
		"allow = [[1]]":                    "slipway.toml: allow is neither a port nor a list of ports",
		"[env]\nA = 1":                     "slipway.toml line 2: env.A: ",
		"[app]\nwsgi='a:b'\ncommand = 'x'": "app.wsgi and app.command are both set",
	} {
		_, err := ReadSettings(files("slipway.toml", text))
		if err == nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
}

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open(t.Context(), dir); err != nil {
		t.Error(err)
	}
	if _, err := Open(t.Context(), filepath.Join(dir, "gone")); err == nil || !strings.Contains(err.Error(), "there is no folder") {
		t.Errorf("got %v", err)
	}
	if _, err := Open(t.Context(), "settings_test.go"); err == nil || !strings.Contains(err.Error(), "is a file, not a folder") {
		t.Errorf("got %v", err)
	}
}
