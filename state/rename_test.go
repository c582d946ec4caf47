package state

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
)

// moved are the renames by which a deployment takes the name of another one.
var moved = []Renaming{{"shop", "shop-old"}, {"shop-next", "shop"}}

// twoDeployments are shop and shop-next, which has the name shop on its server.
func twoDeployments(t *testing.T) (home Home, tag, next string) {
	t.Helper()
	home = Home{Dir: t.TempDir()}
	for name, onServer := range map[string]string{"shop": "", "shop-next": "shop"} {
		d, err := home.Open(name, noon)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Update(func(r *Record) { r.OnServer, r.Settings = onServer, map[string]string{"name": name} }); err != nil {
			t.Fatal(err)
		}
		if err := d.WriteSecret("key", []byte(name)); err != nil {
			t.Fatal(err)
		}
		if name == "shop" {
			tag = d.Record().Tag
		} else {
			next = d.Record().Tag
		}
		closeIt(t, d)
	}
	return home, tag, next
}

// wantMoved fails unless the names were exchanged.
func wantMoved(t *testing.T, home Home, tag, next string) {
	t.Helper()
	names, err := home.Names()
	if err != nil || !slices.Equal(names, []string{"shop", "shop-old"}) {
		t.Fatalf("there are %v, %v", names, err)
	}
	for name, want := range map[string]Record{"shop": {Tag: next}, "shop-old": {Tag: tag, OnServer: "shop"}} {
		r, err := home.Read(name)
		if err != nil || r.Name != name || r.Tag != want.Tag || r.OnServer != want.OnServer || r.ServerName() != "shop" || r.Settings["name"] != name {
			t.Errorf("%s is %+v, %v", name, r, err)
		}
	}
	if _, err := os.Lstat(filepath.Join(home.Dir, journalName)); err == nil {
		t.Error("the journal is left")
	}
	if key, err := os.ReadFile(filepath.Join(home.Folder("shop"), "key")); err != nil || string(key) != "shop-next" {
		t.Errorf("shop has the key of %s, %v", key, err)
	}
}

func TestRename(t *testing.T) {
	home, tag, next := twoDeployments(t)
	if err := home.Rename(noon, moved...); err != nil {
		t.Fatal(err)
	}
	wantMoved(t, home, tag, next)
	if err := home.Rename(noon, Renaming{"shop", "shop-next"}, Renaming{"shop-old", "shop"}); err != nil {
		t.Fatal(err)
	}
	if r, err := home.Read("shop"); err != nil || r.Tag != tag || r.OnServer != "" {
		t.Errorf("back again, shop is %+v, %v", r, err)
	}
}

// TestKilledRename ends a run at each point of it. Whoever opens, reads or lists deployments
// next finds all of it done.
func TestKilledRename(t *testing.T) {
	next := map[string]func(Home) error{
		"open": func(h Home) error {
			d, err := h.Open("shop", noon)
			if err != nil {
				return err
			}
			return d.Close()
		},
		"read":  func(h Home) error { _, err := h.Read("shop-old"); return err },
		"names": func(h Home) error { _, err := h.Names(); return err },
		"exists": func(h Home) error {
			if !h.Exists("shop") {
				return errors.New("there is no shop")
			}
			return nil
		},
	}
	for what, look := range next {
		for killedAt := range 2*len(moved) + 1 {
			home, tag, newTag := twoDeployments(t)
			steps, err := home.prepare(noon, moved)
			if err != nil {
				t.Fatal(err)
			}
			for i := range killedAt {
				step := steps[i/2]
				if i%2 == 1 {
					err = home.finishRename(step)
				} else { // the folder has its new name, and the record not yet
					err = os.Rename(home.Folder(step.From), home.Folder(step.To))
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			if killedAt == 2 { // another run waits for the name
				if err := os.MkdirAll(home.Folder("shop"), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(home.Folder("shop"), lockName), nil, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if err := look(home); err != nil {
				t.Errorf("killed at %d, then %s: %v", killedAt, what, err)
			}
			wantMoved(t, home, tag, newTag)
		}
	}
}

// TestRefusedRename changes nothing.
func TestRefusedRename(t *testing.T) {
	home, tag, _ := twoDeployments(t)
	if err := home.Rename(noon, Renaming{"shop-next", "shop"}); err == nil {
		t.Error("a name that is taken was given")
	}
	if err := home.Rename(noon, Renaming{"shop", "old"}, Renaming{"none", "shop"}); !errors.Is(err, ErrUnknown) {
		t.Errorf("got %v", err)
	}
	d := open(t, home)
	if _, held := errors.AsType[*Held](home.Rename(noon, moved...)); !held {
		t.Error("a deployment that a run holds got another name")
	}
	closeIt(t, d)
	if r, err := home.Read("shop"); err != nil || r.Tag != tag {
		t.Errorf("shop is %+v, %v", r, err)
	}
	if names, err := home.Names(); err != nil || len(names) != 2 {
		t.Errorf("there are %v, %v", names, err)
	}
}

// TestOldJournal has a journal come back whose deployments were removed since.
func TestOldJournal(t *testing.T) {
	home, _, next := twoDeployments(t)
	if _, err := home.prepare(noon, moved); err != nil {
		t.Fatal(err)
	}
	journal, err := os.ReadFile(filepath.Join(home.Dir, journalName))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(home.Folder("shop")); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if r, err := home.Read("shop"); err != nil || r.Tag != next {
			t.Fatalf("shop is %+v, %v", r, err)
		}
		if err := os.WriteFile(filepath.Join(home.Dir, journalName), journal, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestOpenWhileRenamed opens a deployment from many sides while its name goes to another one.
func TestOpenWhileRenamed(t *testing.T) {
	home, _, next := twoDeployments(t)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 50 {
				d, err := home.Open("shop", noon)
				if _, held := errors.AsType[*Held](err); held {
					continue
				}
				if err != nil {
					t.Error(err)
					return
				}
				if onDisk, err := readFile(filepath.Join(home.Folder("shop"), fileName)); err != nil || onDisk.Tag != d.Record().Tag {
					t.Errorf("held %s, and the folder has %s, %v", d.Record().Tag, onDisk.Tag, err)
				}
				closeIt(t, d)
			}
		})
	}
	for {
		err := home.Rename(noon, moved...)
		if _, held := errors.AsType[*Held](err); held {
			continue
		}
		if err != nil {
			t.Error(err)
		}
		break
	}
	all.Wait()
	if r, err := home.Read("shop"); err != nil || r.Tag != next {
		t.Errorf("shop is %+v, %v", r, err)
	}
}
