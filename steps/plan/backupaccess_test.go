package plan

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh/knownhosts"
)

const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBBs1lfoyZK6sAO+yFyyEaAjOB9bvBbPLBKZ1n8v7ISf"

func backupPlan(to string) Plan {
	return Plan{Values: map[string]NamedValue{KeyBackupTo: {Key: KeyBackupTo, Value: to}}}
}

func TestBackupVariables(t *testing.T) {
	for name, c := range map[string]struct {
		to   string
		env  map[string]string
		want int
		bad  bool
	}{
		"given":           {"s3:https://a/b/c", map[string]string{"AWS_ACCESS_KEY_ID": "i", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t"}, 3, false},
		"none":            {"s3:https://a/b/c", nil, 0, false},
		"without a place": {"none", map[string]string{"AWS_ACCESS_KEY_ID": "i", "AWS_SECRET_ACCESS_KEY": "s"}, 0, false},
		"one":             {"s3:https://a/b/c", map[string]string{"AWS_ACCESS_KEY_ID": "i"}, 0, true},
		"two lines":       {"s3:https://a/b/c", map[string]string{"AWS_ACCESS_KEY_ID": "i", "AWS_SECRET_ACCESS_KEY": "s\nX=1"}, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			p := backupPlan(c.to)
			err := p.readBackup(func(key string) string { return c.env[key] })
			if (err != nil) != c.bad || len(p.BackupEnv) != c.want {
				t.Errorf("got %v, %v", p.BackupEnv, err)
			}
			if err != nil && strings.Contains(err.Error(), "X=1") {
				t.Errorf("the error has the secret: %v", err)
			}
		})
	}
}

// TestBackupHostKeys finds the host key of an SSH server in known_hosts, under a hashed name too.
func TestBackupHostKeys(t *testing.T) {
	home := t.TempDir()
	if err := os.Mkdir(filepath.Join(home, ".ssh"), 0o700); err != nil {
		t.Fatal(err)
	}
	lines := "a.example.com,other " + hostKey + "\n" + knownhosts.HashHostname("b.example.com") + " " + hostKey + "\n[c.example.com]:2222 " + hostKey + "\n"
	if err := os.WriteFile(filepath.Join(home, ".ssh", "known_hosts"), []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	for to, want := range map[string]string{
		"sftp:u@a.example.com:x": "a.example.com " + hostKey, "sftp:u@b.example.com:x": "b.example.com " + hostKey,
		"sftp:u@c.example.com:2222:x": "[c.example.com]:2222 " + hostKey, "sftp:u@c.example.com:x": "", "sftp:u@d.example.com:x": "",
	} {
		p := backupPlan(to)
		if err := p.readBackup(func(string) string { return home }); err != nil || strings.Join(p.BackupHostKeys, "|") != want {
			t.Errorf("%s: %q, %v", to, p.BackupHostKeys, err)
		}
	}
	p := backupPlan("sftp:u@d.example.com:x")
	p.Values[KeyBackupHostKey] = NamedValue{Value: hostKey}
	if err := p.readBackup(os.Getenv); err != nil || len(p.BackupHostKeys) != 1 || p.BackupHostKeys[0] != "d.example.com "+hostKey {
		t.Errorf("the given one: %q, %v", p.BackupHostKeys, err)
	}
	for _, bad := range []string{"ssh-ed25519", "SHA256:abc", hostKey + "\nevil", hostKey + " comment", "command=\"x\" " + hostKey} {
		if checkBackupHostKey(bad) == nil {
			t.Errorf("%q is a host key", bad)
		}
	}
}
