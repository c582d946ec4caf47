package plan

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"slipway/providers"
	"slipway/state"
)

// TestUntaken gives each provider the settings that mean nothing to it.
func TestUntaken(t *testing.T) {
	for _, test := range []struct {
		provider, key, value, want string
	}{
		{ProviderHeroku, KeyHardening, "strict", "--hardening (from flag) takes a server, and heroku has none: it runs the app by itself: leave it out, or use --provider local, digitalocean or ssh"},
		{ProviderDocker, KeyHardening, "strict", "--hardening (from flag) takes a server, and docker has none"},
		{ProviderHeroku, KeyHost, "me@example.com", "--host (from flag) takes a server"},
		{ProviderHeroku, KeyIdentity, "none.key", "--identity (from flag) takes a server"},
		{ProviderHeroku, KeyFingerprint, "SHA256:" + strings.Repeat("a", 43), "--host-key-fingerprint (from flag) takes a server"},
		{ProviderDocker, KeyEngine, "qemu", "--engine (from flag) takes a server"},
		{ProviderDocker, KeyAllow, "8080", "--allow (from flag) takes a server"},
		{ProviderHeroku, KeyDomain, "shop.example", "--domain (from flag) means nothing with --provider heroku"},
		{ProviderHeroku, KeyEmail, "me@shop.example", "--email (from flag) takes a server"},
		{ProviderHeroku, KeyACME, "https://ca.example/dir", "--acme-directory (from flag) takes a server"},
		{ProviderDocker, KeyRegion, "eu", "--region (from flag) means nothing with --provider docker: leave it out, or use --provider local, digitalocean, ssh, heroku or app-platform"},
		{ProviderDocker, KeyImage, "debian-12", "--image (from flag) means nothing with --provider docker"},
		{ProviderDocker, KeyInstances, "2", "--instances (from flag) means nothing with --provider docker: leave it out, or use --provider heroku or app-platform"},
		{ProviderLocal, KeyInstances, "2", "--instances (from flag) means nothing with --provider local"},
		{ProviderSSH, KeyTeam, "shop", "--team (from flag) means nothing with --provider ssh"},
		{ProviderLocal, KeyBackupTo, "spaces:fra1/shop", "--backup-to spaces:fra1/shop takes --provider digitalocean: its token makes the bucket and a key for it: use --provider digitalocean; or make a key for the bucket yourself, and --backup-to s3:https://fra1.digitaloceanspaces.com/shop/"},
		{ProviderDocker, KeyBackupTo, "local:backups", "--backup-to (from flag) takes a server, and docker has none"},
		{ProviderHeroku, KeyInstances, "0", `instances "0" (from flag) can't be used: it is a number from 1 to 100`},
		{ProviderHeroku, KeyInstances, "2..4", "heroku does not follow the load by itself: --instances 2..4: give one number"},
		{ProviderAppPlatform, KeyInstances, "4..4", "it is a number from 1 to 100, or two like 2..10"},
		{ProviderAppPlatform, KeyInstances, "2..", "it is a number from 1 to 100, or two like 2..10"},
		{ProviderAppPlatform, KeyInstances, "02..4", "it is a number from 1 to 100, or two like 2..10"},
		{ProviderLocal, KeyBackups, "true", "--backups (from flag) means nothing with --provider local: leave it out, or use --provider digitalocean; for backups by Slipway there is --backup-to"},
		{ProviderAppPlatform, KeyBackups, "true", "--backups (from flag) means nothing with --provider app-platform"},
		{ProviderSSH, KeyReservedIP, "true", "--reserved-ip (from flag) means nothing with --provider ssh"},
		{ProviderDocker, KeyVPC, "c33931f2-a26a-4e61-b85c-4e95a2ec431b", "--vpc (from flag) means nothing with --provider docker"},
		{ProviderHeroku, KeyProject, "shops", "--project (from flag) means nothing with --provider heroku"},
		{ProviderDigitalOcean, KeyBackups, "weekly", `backups "weekly" (from flag) can't be used: it is one of true, false`},
		{ProviderDigitalOcean, KeyReservedIP, "1.2.3.4", "it is one of true, false"},
		{ProviderDigitalOcean, KeyVPC, "default-fra1", "it is a UUID in lower case, as doctl vpcs list shows it"},
		{ProviderDigitalOcean, KeyProject, "a\nb", "it is the name or the UUID of a project"},
		{ProviderHeroku, KeyService, "mysql", "it is postgres, redis or mariadb, or none alone"},
		{ProviderHeroku, KeyService, "postgres,none", "it is postgres, redis or mariadb, or none alone"},
	} {
		flags := map[string]string{KeyProvider: test.provider, test.key: test.value}
		_, err := Make(t.Context(), Asked{Folder: writeApp(t, ""), Flags: flags, Getenv: noEnvironment}, state.Home{Dir: t.TempDir()})
		if usage, ok := errors.AsType[*providers.Usage](err); !ok || !strings.Contains(usage.Error(), test.want) {
			t.Errorf("--provider %s --%s %s: got %v, want %s", test.provider, test.key, test.value, err, test.want)
		}
	}
}

const severalProviders = `provider = "heroku"
region = "eu"
hardening = "strict"
domain = "shop.example"
identity = "none.key"
[app.processes]
worker = "python worker.py"
[services]
postgres = true
redis = true
[heroku]
web = 2
worker = 0
team = "shop"
`

// TestFileForSeveralProviders has what means nothing to a provider left out, if it is
// slipway.toml that says it, and the same said again by the next run.
func TestFileForSeveralProviders(t *testing.T) {
	home := state.Home{Dir: t.TempDir()}
	folder := writeApp(t, severalProviders)
	asked := Asked{Folder: folder, Getenv: noEnvironment}
	for range 2 {
		p, err := Make(t.Context(), asked, home)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(p.Services(), []string{"postgres", "redis"}) || !maps.Equal(p.Counts, map[string]int{"web": 2, "worker": 0}) || p.Value(KeyTeam) != "shop" || p.Value(KeyRegion) != "eu" {
			t.Errorf("the plan has %v, %v, %v", p.Services(), p.Counts, p.Values)
		}
		if p.Value(KeyHardening)+p.Value(KeyIdentity) != "" || len(p.Domains()) > 0 || len(p.OmittedDomain()) != 1 {
			t.Errorf("what takes a server is in the plan: %v", p.Values)
		}
		remember(t, home, p)
	}
	asked.Flags = map[string]string{KeyInstances: "3", KeyService: "mariadb"}
	if p, err := Make(t.Context(), asked, home); err != nil || p.Counts["web"] != 3 || !slices.Equal(p.Services(), []string{"mariadb"}) {
		t.Errorf("flags: %v, %v, %v", p.Counts, p.Services(), err)
	}
	for flags, want := range map[*map[string]string]string{
		{KeyTeam: "other"}:           `my-shop was made with team "shop" and can't be changed to "other"`,
		{KeyProvider: ProviderLocal}: `was made with provider "heroku" and can't be changed to "local"`,
	} {
		asked.Flags = *flags
		if _, err := Make(t.Context(), asked, home); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: got %v, want %s", *flags, err, want)
		}
	}
	asked.Flags = map[string]string{KeyProvider: ProviderDocker, KeyName: "three"}
	if p, err := Make(t.Context(), asked, home); err != nil || p.Counts != nil || p.Value(KeyRegion)+p.Value(KeyTeam) != "" || len(p.Services()) != 2 {
		t.Errorf("docker: %v, %v, %v", p.Counts, p.Values, err)
	}
}

// TestServicesOfAnEarlierRun has a service go on without its flag, and end where the file
// or the flag says so.
func TestServicesOfAnEarlierRun(t *testing.T) {
	home := state.Home{Dir: t.TempDir()}
	folder := writeApp(t, "")
	made := func(flags map[string]string) []string {
		t.Helper()
		p, err := Make(t.Context(), Asked{Folder: folder, Flags: flags, Getenv: noEnvironment}, home)
		if err != nil {
			t.Fatal(err)
		}
		remember(t, home, p)
		return p.Services()
	}
	if got := made(map[string]string{KeyProvider: ProviderDocker, KeyService: "redis,postgres,redis"}); !slices.Equal(got, []string{"postgres", "redis"}) {
		t.Errorf("got %v", got)
	}
	if got := made(nil); !slices.Equal(got, []string{"postgres", "redis"}) {
		t.Errorf("without the flag: %v", got)
	}
	if err := os.WriteFile(filepath.Join(folder, "slipway.toml"), []byte("[services]\nredis = false\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := made(nil); got != nil {
		t.Errorf("with redis = false: %v", got)
	}
}

// TestCountsOfNoProcess refuses a number of dynos of a process that the app does not have.
func TestCountsOfNoProcess(t *testing.T) {
	folder := writeApp(t, "[heroku]\nweb = 2\nclock = 1\n[app.processes]\nworker = 'x'\n")
	asked := Asked{Folder: folder, Flags: map[string]string{KeyProvider: ProviderHeroku}, Getenv: noEnvironment}
	_, err := Make(t.Context(), asked, state.Home{Dir: t.TempDir()})
	if want := "slipway.toml counts dynos of the process clock under [heroku], and the app has no such process: name one of web, worker"; err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
	asked.Flags = nil
	if _, err := Make(t.Context(), asked, state.Home{Dir: t.TempDir()}); err != nil {
		t.Errorf("elsewhere they mean nothing: %v", err)
	}
}

// TestWarnOfPlatform warns of files that Heroku does not keep.
func TestWarnOfPlatform(t *testing.T) {
	folder := writeApp(t, "[app]\ndata = ['shop.db', 'uploads/']\n")
	for flags, want := range map[*map[string]string]string{
		{KeyProvider: ProviderHeroku}:                        "Heroku keeps no files: what the app writes to shop.db, uploads/ is lost whenever a dyno starts again, which is at least once a day; give --service postgres, and have the app use the database of DATABASE_URL",
		{KeyProvider: ProviderHeroku, KeyService: "redis"}:   "give --service postgres, and",
		{KeyProvider: ProviderHeroku, KeyService: "mariadb"}: "at least once a day; have the app use the database",
		{KeyProvider: ProviderDocker}:                        "",
		{}:                                                   "",
	} {
		p, err := Make(t.Context(), Asked{Folder: folder, Flags: *flags, Getenv: noEnvironment}, state.Home{Dir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(p.App.Warnings, "\n"); want == "" && strings.Contains(got, "Heroku") || !strings.Contains(got, want) {
			t.Errorf("%v: got %q", *flags, got)
		}
	}
}

// TestPythonsOfHeroku refuses what Heroku's buildpack does not install.
func TestPythonsOfHeroku(t *testing.T) {
	asked := Asked{Folder: writeApp(t, "[app]\npython = '3.9'\n"), Flags: map[string]string{KeyProvider: ProviderHeroku}, Getenv: noEnvironment}
	_, err := Make(t.Context(), asked, state.Home{Dir: t.TempDir()})
	usage, ok := errors.AsType[*providers.Usage](err)
	if want := "the app needs Python 3.9, and Heroku has 3.10, 3.11, 3.12, 3.13 or 3.14: use --provider docker"; !ok || !strings.HasPrefix(usage.Error(), want) || usage.About != providers.AboutApp {
		t.Errorf("got %v", err)
	}
}

// TestSizeChanges has --size change what a container may take, and what a droplet is, and
// stay without the flag; the size of dynos can't change.
func TestSizeChanges(t *testing.T) {
	for provider, fixed := range map[string]bool{ProviderDocker: false, ProviderDigitalOcean: false, ProviderHeroku: true} {
		home := state.Home{Dir: t.TempDir()}
		folder := writeApp(t, "")
		for i, asked := range []struct{ size, want string }{{"512m", "512m"}, {"2g", "2g"}, {"", "2g"}} {
			flags := map[string]string{KeyProvider: provider}
			if asked.size != "" {
				flags[KeySize] = asked.size
			}
			p, err := Make(t.Context(), Asked{Folder: folder, Flags: flags, Getenv: noEnvironment}, home)
			if refused := fixed && i == 1; refused != (err != nil) {
				t.Errorf("%s with size %q: %v", provider, asked.size, err)
			}
			if fixed || err != nil {
				asked.want = "512m"
			}
			if err == nil && p.Value(KeySize) != asked.want {
				t.Errorf("%s with size %q takes %q, want %q", provider, asked.size, p.Value(KeySize), asked.want)
			}
			if keep := SpecOf(p).KeepSize; err == nil && keep != (asked.size == "") {
				t.Errorf("%s with size %q: a server keeps its size: %t", provider, asked.size, keep)
			}
			if err == nil {
				remember(t, home, p)
			}
		}
	}
}
