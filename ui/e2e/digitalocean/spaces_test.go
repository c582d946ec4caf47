package digitalocean

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"slipway/providers/digitalocean/fakecloud"
	"slipway/providers/local/localtest"
	"slipway/steps/shell"
	"slipway/ui/e2e"
)

// TestSpaces backs up to a bucket of the simulated Spaces, which Slipway makes, with a key that
// opens nothing else.
func TestSpaces(t *testing.T) {
	localtest.NeedMachines(t)
	t.Parallel()
	cloud := e2e.NewCloud(t, e2e.Baked()...)
	o := &operator{cloud.Operator(t)}
	args := []string{"--provider", "digitalocean", "--sample", "hello", "--backup-to", "spaces:fra1/hello-backups"}
	plan := o.Must(append([]string{"--plan"}, args...)...)
	for _, want := range []string{"create the Spaces bucket hello-backups in fra1: Spaces costs $5.00 a month for all buckets of the account together, with 250 GiB", "what would be made costs $9.00 a month"} {
		if !strings.Contains(plan.Stderr, want) {
			t.Errorf("the plan does not say %q:\n%s", want, plan.Stderr)
		}
	}
	cloud.OnlyGETs(t)
	o.Deploy(args...)
	held := cloud.Contents()
	if !slices.Equal(held.Buckets, []string{"hello-backups"}) || len(held.SpacesKeys) != 1 {
		t.Errorf("the account has the buckets %v and the Spaces keys %v", held.Buckets, held.SpacesKeys)
	}
	secret := o.spacesSecret(t, "hello")
	cloud.ForgetRequests()
	if again := o.Deploy(args...); again.Changed {
		t.Errorf("the second run changes something: %v", again.Steps)
	}
	listed, status := o.Must("list"), o.Must("status")
	if !strings.Contains(listed.Stdout, "in all: $9.00 a month; $5.00 of it once for all that use spaces") || !strings.Contains(status.Stdout, "spaces fra1/hello-backups, paid once") {
		t.Errorf("the bucket's price is not said:\n%s%s", listed.Stdout, status.Stdout)
	}
	cloud.OnlyGETs(t)
	o.backsUp(t, cloud, secret)
	gone := o.Must("destroy", "-y", "--lose-data", "hello")
	if !strings.Contains(gone.Stderr, "the bucket fra1/hello-backups stays") {
		t.Errorf("destroy does not name the bucket:\n%s", gone.Stderr)
	}
	if kept, _ := filepath.Glob(filepath.Join(o.State().Dir, ".backup-keys", "slipway-hello-*.key")); len(kept) != 1 || !strings.Contains(gone.Stderr, kept[0]) {
		t.Errorf("without its key nobody can read the backups: %v is kept, and destroy says\n%s", kept, gone.Stderr)
	}
	if left := cloud.Contents(); !left.Empty() || len(left.Buckets) != 1 {
		t.Errorf("the cloud still has %+v", left)
	}
	for _, printed := range []string{plan.Stderr, gone.Stdout + gone.Stderr} {
		if strings.Contains(printed, secret) {
			t.Errorf("the secret was printed:\n%s", printed)
		}
	}
}

// backsUp makes a backup and proves it. A bucket that is full is a failure.
func (o *operator) backsUp(t *testing.T, cloud e2e.Cloud, secret string) {
	t.Helper()
	o.Root("hello", "runuser -u app-hello -- sh -c 'head -c 3M /dev/urandom >/var/lib/app-hello/file'")
	made := o.Must("backup", "now", "hello")
	drilled := o.Must("backup", "drill", "hello")
	if doctor := o.Must("doctor", "hello"); !strings.Contains(doctor.Stdout, "backups: good") {
		t.Errorf("doctor: %s", doctor.Stdout)
	}
	printed := made.Stdout + made.Stderr + drilled.Stdout + drilled.Stderr + o.Root("hello", shell.Lines(shell.Journal, "journal -o short; cat /etc/slipway/data.json /var/lib/slipway/backup/state.json"))
	if strings.Contains(printed, secret) {
		t.Error("the secret was printed")
	}
	o.Root("hello", `printf 'SLIPWAY_BACKUP_PATIENCE="8"\n' >>/etc/slipway/backup.env`)
	cloud.SetFaults(fakecloud.Faults{SpacesFull: true})
	if r := o.Run("backup", "now", "hello"); r.Code != 1 || !strings.Contains(r.Stderr, "no room left") {
		t.Errorf("a full bucket: exit %d, %s%s", r.Code, r.Stdout, r.Stderr)
	}
	cloud.SetFaults(fakecloud.Faults{})
	o.Must("backup", "now", "hello")
}

// spacesSecret is the secret of the deployment's Spaces key. It is kept for the operator
// alone.
func (o *operator) spacesSecret(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(o.State().Folder(name), "spaces.json")
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the key is kept as %v, %v", info, err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var kept struct {
		Secret string `json:"secret_key"`
	}
	if err := json.Unmarshal(data, &kept); err != nil || kept.Secret == "" {
		t.Fatalf("the kept key can't be read: %v", err)
	}
	return kept.Secret
}
