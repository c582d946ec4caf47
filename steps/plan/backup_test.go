package plan

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"slipway/state"
)

func TestCheckBackupTo(t *testing.T) {
	for value, fits := range map[string]bool{
		"s3:https://s3.example.com/bucket/path": true, "s3:http://127.0.0.1:9000/bucket": true, "sftp:me@host:backups": true,
		"sftp:me@host:2222:/srv/backups": true, "spaces:fra1/my-bucket": true, "local:backups": true, "local:/srv/my backups": true, NoBackup: true,
		"": false, "s3": false, "s3:": false, "s3:https://s3.example.com": false, "s3:https://key:secret@s3.example.com/bucket": false,
		"sftp:me@host": false, "sftp:me@host:$(id)": false, "spaces:bucket": false, "local:": false, "local:a\nb": false, "ftp:x": false,
	} {
		if err := checkBackupTo(value); (err == nil) != fits {
			t.Errorf("%q: %v", value, err)
		}
	}
}

// TestWarnOfBackups says that backups are off where the app keeps data, and that slipway.toml
// has them where none are made.
func TestWarnOfBackups(t *testing.T) {
	const off = "the app keeps data, and its backups are off: --backup-to says where they go"
	const untaken = "slipway.toml has backups go to local:backups, and Slipway makes none with --provider docker: they take a server"
	for _, c := range []struct{ file, provider, warns string }{
		{"[services]\npostgres = true\n", ProviderLocal, off},
		{"[services]\npostgres = true\n[backup]\nto = \"none\"\n", ProviderLocal, off},
		{"[services]\npostgres = true\n[backup]\nto = \"local:backups\"\n", ProviderLocal, ""},
		{"", ProviderLocal, ""},
		{"[services]\npostgres = true\n", ProviderDocker, ""},
		{"[backup]\nto = \"local:backups\"\n", ProviderDocker, untaken},
	} {
		asked := Asked{Folder: writeApp(t, c.file), Flags: map[string]string{KeyProvider: c.provider}, Getenv: noEnvironment}
		p, err := Make(t.Context(), asked, state.Home{Dir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		warned := slices.DeleteFunc(slices.Clone(p.App.Warnings), func(line string) bool { return line != off && line != untaken })
		if strings.Join(warned, "") != c.warns {
			t.Errorf("%q with %s: %q", c.file, c.provider, p.App.Warnings)
		}
	}
}

func TestBackupFolder(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	absolute := filepath.Join(home, "elsewhere")
	for rest, want := range map[string]string{
		"backups/shop": filepath.Join(home, "backups", "shop"), "~/backups": filepath.Join(home, "backups"), absolute: absolute,
	} {
		if got, err := (BackupPlace{BackupLocal, rest}).Folder(); err != nil || got != want {
			t.Errorf("%s: %s, %v", rest, got, err)
		}
	}
}

func TestParseKeep(t *testing.T) {
	for value, want := range map[string]map[string]int{
		defaultBackupKeep: {"daily": 7, "weekly": 4, "monthly": 6}, "3 daily": {"daily": 3}, "0 daily,2 weekly": {"daily": 0, "weekly": 2},
		"": nil, "7": nil, "daily": nil, "0 daily": nil, "-1 daily": nil, "7 hourly": nil, "7 daily, 8 daily": nil, "9999 daily": nil,
	} {
		if got, err := parseKeep(value); (err == nil) != (want != nil) || !maps.Equal(got, want) {
			t.Errorf("%q: %v, %v", value, got, err)
		}
	}
}
