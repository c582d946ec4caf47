package backups

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"slipway/providers/local/localtest"
	"slipway/steps/backup"
	"slipway/steps/backup/repository"
	"slipway/ui/e2e"
)

// fetched is a deployment whose backups are fetched to a folder of the operator's.
type fetched struct {
	*e2e.Operator
	name, dir string
}

// TestFetched has backups come to this computer: after each one, after a deployment, after
// slipway was killed meanwhile; never damaged, and never as good if only the server has them.
func TestFetched(t *testing.T) {
	localtest.NeedMachines(t)
	t.Parallel()
	o := e2e.NewOperator(t, 3*time.Minute)
	f := &fetched{o, "fetched", filepath.Join(t.TempDir(), "backups", "shop")}
	args := []string{"--sample", "hello", "--name", f.name, "--backup-to", "local:" + f.dir}
	o.Deploy(args...)
	if c := f.condition(t); c.OK || !c.Fetched.IsZero() {
		t.Errorf("before the first backup status says %+v", c)
	}
	f.grow("first", "3")
	o.Must("backup", "now", f.name)
	f.isWhole(t, f.there())
	if c := f.condition(t); c.Fetched.IsZero() || !repository.Last(f.dir).Has(c.LastGood.ID) {
		t.Errorf("after a backup status says %+v", c)
	}
	if info, err := os.Stat(f.dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder's mode is %v, %v", info, err)
	}
	f.night()
	if again := o.Deploy(args...); again.Changed {
		t.Errorf("a second deployment changes %v", again.Steps)
	}
	f.isWhole(t, f.there())
	f.killed(t)
	f.damaged(t)
	f.alone(t)
	f.goesOn(t, args)
}

// condition is what status says of the backups.
func (f *fetched) condition(t *testing.T) backup.Condition {
	t.Helper()
	var status struct{ Backup backup.Condition }
	if err := json.Unmarshal([]byte(f.Must("status", "--json", f.name).Stdout), &status); err != nil {
		t.Fatal(err)
	}
	return status.Backup
}

// grow gives the app a file of so many MB that can't be compressed.
func (f *fetched) grow(file, megabytes string) {
	f.T.Helper()
	f.Root(f.name, "runuser -u app-"+f.name+" -- sh -c 'head -c "+megabytes+"M /dev/urandom >/var/lib/app-"+f.name+"/"+file+"'")
}

// night has the server make a backup without anybody.
func (f *fetched) night() {
	f.T.Helper()
	f.Root(f.name, aNight)
}

// there are the backups on the server, sorted.
func (f *fetched) there() []string {
	f.T.Helper()
	return strings.Fields(f.Root(f.name, "ls /var/lib/slipway/backup/repository/snapshots"))
}

// isWhole fails unless the copy has these backups, and restic reads every byte of it: on the
// server, where restic and the key are.
func (f *fetched) isWhole(t *testing.T, backups []string) {
	t.Helper()
	ids, err := repository.Snapshots(f.dir)
	if err != nil || len(ids) == 0 || !slices.Equal(ids, backups) || !slices.Equal(ids, repository.Last(f.dir).Snapshots) {
		t.Fatalf("the copy has the backups %v, %v; noted are %v; want %v", ids, err, repository.Last(f.dir).Snapshots, backups)
	}
	client, err := f.Login(f.name, "deploy")
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	const back = "/root/brought-back"
	f.Root(f.name, "rm -rf "+back)
	if err := repository.Send(t.Context(), client, repository.Place{Folder: back}, f.dir); err != nil {
		t.Fatal(err)
	}
	f.Root(f.name, "restic --no-cache --quiet --repo "+back+" --password-file /etc/slipway/backup.key check --read-data")
}

// killed kills slipway while it fetches: the copy stays whole, without the new backup, and the next
// fetch goes on.
func (f *fetched) killed(t *testing.T) {
	t.Helper()
	var before []string
	for try := 1; ; try++ {
		f.grow("second", "150")
		f.night()
		before, _ = repository.Snapshots(f.dir)
		if f.killedAsItArrives(t) {
			break
		}
		if try == 5 {
			t.Fatal("it ended before it was killed, each time")
		}
	}
	f.isWhole(t, before)
	f.Must("backup", "fetch", f.name)
	f.isWhole(t, f.there())
	if left, _ := filepath.Glob(filepath.Join(f.dir, "data", "*", ".arriving-*")); len(left) > 0 {
		t.Errorf("it left %v", left)
	}
}

// killedAsItArrives kills slipway once a file of the new backup arrives. It returns false if it
// had ended by itself.
func (f *fetched) killedAsItArrives(t *testing.T) bool {
	t.Helper()
	cmd := f.Command("backup", "fetch", f.name)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	e2e.Until(t, "a file that arrives", func() bool {
		arriving, err := filepath.Glob(filepath.Join(f.dir, "data", "*", ".arriving-*"))
		return err == nil && len(arriving) > 0 || len(ended) > 0
	})
	cmd.Process.Kill() //nolint:errcheck // it may have ended by itself
	return <-ended != nil
}

// damaged damages a pack on the server that is not here yet: it is not taken.
func (f *fetched) damaged(t *testing.T) {
	t.Helper()
	f.grow("third", "3")
	f.night()
	f.Root(f.name, `cd /var/lib/slipway/backup/repository
pack=$(find data -type f -printf '%T@ %p\n' | sort -n | tail -n 1 | cut -d ' ' -f 2)
cp -p "$pack" /root/pack; echo "$pack" >/root/pack.name
printf 'another text' | dd of="$pack" bs=1 seek=9 conv=notrunc status=none`)
	before, _ := repository.Snapshots(f.dir)
	r := f.Run("backup", "fetch", f.name)
	if r.Code != 1 || !strings.Contains(r.Stderr, "the repository on the server is damaged") || r.Stdout != "" {
		t.Errorf("exit %d\n%s%s", r.Code, r.Stdout, r.Stderr)
	}
	f.isWhole(t, before)
	f.Root(f.name, `cp -p /root/pack "/var/lib/slipway/backup/repository/$(cat /root/pack.name)"`)
	f.Must("backup", "fetch", f.name)
	f.isWhole(t, f.there())
}

// alone takes the copy away: what only the server has counts as no backup.
func (f *fetched) alone(t *testing.T) {
	t.Helper()
	if err := os.RemoveAll(f.dir); err != nil {
		t.Fatal(err)
	}
	c := f.condition(t)
	if c.OK || !strings.Contains(strings.Join(c.Trouble, "\n"), "on the server alone") || c.Next != "slipway backup fetch "+f.name {
		t.Errorf("without a copy status says %+v", c)
	}
	if r := f.Run("doctor", f.name); r.Code != 1 || !strings.Contains(r.Stderr, "are not good") {
		t.Errorf("doctor: exit %d\n%s", r.Code, r.Stderr)
	}
	f.Must("backup", "fetch", f.name)
	f.isWhole(t, f.there())
}

// goesOn loses the server's repository, as with a new server: the next deployment brings the
// copy back, and backups go on in it.
func (f *fetched) goesOn(t *testing.T, args []string) {
	t.Helper()
	before, _ := repository.Snapshots(f.dir)
	f.Root(f.name, "rm -rf /var/lib/slipway/backup /usr/local/lib/slipway/data /etc/slipway/backup.key")
	f.Deploy(args...)
	if there := f.there(); !slices.Equal(there, before) {
		t.Errorf("the server has the backups %v, want %v", there, before)
	}
	f.Must("backup", "now", f.name)
	f.Must("backup", "drill", f.name)
	f.isWhole(t, f.there())
}
