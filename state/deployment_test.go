package state

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestOneRunHoldsADeployment(t *testing.T) {
	home := Home{Dir: t.TempDir()}
	d := open(t, home)
	save(t, d, "one")
	_, err := home.Open("shop", noon)
	var held *Held
	if !errors.As(err, &held) {
		t.Fatalf("got %v, want *Held", err)
	}
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	if held.PID != os.Getpid() || held.Host != host || !held.Since.Equal(noon) {
		t.Errorf("held by %+v", held)
	}
	closeIt(t, d)
	again := open(t, home)
	defer closeIt(t, again)
	if again.Record().Tag != d.Record().Tag {
		t.Error("the tag changed from one run to the next")
	}
}

// TestOpenAgainAfterAFailure can't say who holds the deployment: nobody does then.
func TestOpenAgainAfterAFailure(t *testing.T) {
	home := Home{Dir: t.TempDir()}
	inTheWay := filepath.Join(home.Folder("shop"), holderName)
	if err := os.MkdirAll(filepath.Join(inTheWay, "x"), 0o700); err != nil {
		t.Fatal(err)
	}
	var unwritable *Unwritable
	if _, err := home.Open("shop", noon); !errors.As(err, &unwritable) {
		t.Errorf("got %v", err)
	}
	if err := os.RemoveAll(inTheWay); err != nil {
		t.Fatal(err)
	}
	closeIt(t, open(t, home))
}

// TestDeadHolder kills a process that holds the lock.
func TestDeadHolder(t *testing.T) {
	if dir := os.Getenv("HOLD"); dir != "" {
		holdForever(t, Home{Dir: dir})
	}
	home := Home{Dir: t.TempDir()}
	cmd := exec.Command(os.Args[0], "-test.run=^TestDeadHolder$")
	cmd.Env = append(os.Environ(), "HOLD="+home.Dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	var held *Held
	if _, err := home.Open("shop", noon); !errors.As(err, &held) || held.PID != cmd.Process.Pid {
		t.Errorf("got %v, want it held by %d", err, cmd.Process.Pid)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait() //nolint:errcheck // it was killed
	closeIt(t, open(t, home))
}

func holdForever(t *testing.T, home Home) {
	open(t, home)
	os.Stdout.WriteString("held\n")
	time.Sleep(time.Minute)
	os.Exit(0)
}

func TestNothingSavedLeavesNothing(t *testing.T) {
	home := Home{Dir: t.TempDir()}
	closeIt(t, open(t, home))
	if _, err := os.Stat(home.Folder("shop")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the folder of a deployment that was never saved is there: %v", err)
	}
}

func TestCloseKeepsOtherFiles(t *testing.T) {
	home := Home{Dir: t.TempDir()}
	d := open(t, home)
	disk := filepath.Join(d.Dir(), "machine")
	if err := os.Mkdir(disk, 0o700); err != nil {
		t.Fatal(err)
	}
	closeIt(t, d)
	if _, err := os.Stat(disk); err != nil {
		t.Error("a machine's disk was removed with an empty record")
	}
}

func TestRemove(t *testing.T) {
	home := Home{Dir: t.TempDir()}
	d := open(t, home)
	save(t, d, "one")
	if err := d.Remove(); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if home.Exists("shop") {
		t.Error("it is still there")
	}
	if _, err := os.Stat(home.Folder("shop")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("its folder is still there: %v", err)
	}
}

func TestIntents(t *testing.T) {
	var r Record
	if !r.IntendedAt("droplet").IsZero() {
		t.Error("there is an intent that nobody recorded")
	}
	r.Intend("droplet", noon)
	r.Intend("droplet", noon.Add(time.Hour))
	if got := r.IntendedAt("droplet"); !got.Equal(noon) {
		t.Errorf("the first time is %v, want %v", got, noon)
	}
	if !r.Unfinished() {
		t.Error("a record with an open intent counts as finished")
	}
	r.Answered("droplet")
	if !r.IntendedAt("droplet").IsZero() {
		t.Error("the intent is still there")
	}
}

func TestNames(t *testing.T) {
	home := Home{Dir: filepath.Join(t.TempDir(), "none")}
	if names, err := home.Names(); err != nil || len(names) != 0 {
		t.Errorf("a home that is not there: %v, %v", names, err)
	}
	d := open(t, home)
	save(t, d, "one")
	closeIt(t, d)
	for _, dir := range []string{"cache", "empty", ".hidden"} {
		if err := os.Mkdir(filepath.Join(home.Dir, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if names, err := home.Names(); err != nil || !slices.Equal(names, []string{"shop"}) {
		t.Errorf("got %v, %v", names, err)
	}
}

func TestTagsDiffer(t *testing.T) {
	a, b := NewTag("shop"), NewTag("shop")
	if a == b || !strings.HasPrefix(a, "slipway-shop-") {
		t.Errorf("got %s and %s", a, b)
	}
}
