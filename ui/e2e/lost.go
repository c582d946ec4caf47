package e2e

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/crypto/ssh"

	"slipway/state"
)

// Lost is what an operator still has of a deployment whose record is gone.
type Lost struct {
	// Record is as it was.
	Record state.Record
	// Identity is the file of a copy of the deployment's key, Fingerprint that of
	// the server's host key.
	Identity, Fingerprint string
}

// LoseRecord removes a deployment's record and key from the operator's computer.
func (o *Operator) LoseRecord(t *testing.T, name string) Lost {
	t.Helper()
	record, err := o.State().Read(name)
	if err != nil {
		t.Fatal(err)
	}
	folder := o.State().Folder(name)
	private, err := os.ReadFile(filepath.Join(folder, "id_ed25519"))
	if err != nil {
		t.Fatal(err)
	}
	identity := filepath.Join(t.TempDir(), "copy")
	if err := os.WriteFile(identity, private, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"state.json", "state.json.last", "id_ed25519"} {
		if err := os.Remove(filepath.Join(folder, file)); err != nil {
			t.Fatal(err)
		}
	}
	key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(record.Server.HostKeys[0]))
	if err != nil {
		t.Fatal(err)
	}
	return Lost{Record: record, Identity: identity, Fingerprint: ssh.FingerprintSHA256(key)}
}
