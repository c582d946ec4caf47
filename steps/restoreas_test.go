package steps

import (
	"context"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"slipway/providers"
	"slipway/state"
	"slipway/steps/plan"
)

// dock is a provider whose server is there, or not.
type dock struct {
	shelfProvider
	there bool
}

func (d dock) Server(context.Context, providers.Spec) (providers.Server, error) {
	if !d.there {
		return providers.Server{}, providers.ErrNoServer
	}
	return providers.Server{Address: "192.0.2.1"}, nil
}

// aKey is like a key of backups.
var aKey = base64.StdEncoding.EncodeToString(make([]byte, 32))

// backedUpShop puts a deployment with backups on record.
func backedUpShop(t *testing.T, home state.Home, key string) *state.Deployment {
	t.Helper()
	d, err := home.Open("shop", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	err = d.Update(func(r *state.Record) {
		r.Settings = map[string]string{"app": "/srv/shop", plan.KeyProvider: "dock", plan.KeyBackupTo: "spaces:fra1/shop", plan.KeyDomain: "example.com,www.example.com"}
		r.Finished = time.Now()
	})
	if err == nil && key != "" {
		err = d.WriteSecret(backupKey, []byte(key+"\n"))
	}
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// asNew asks for a new deployment as restore --as does.
func asNew(t *testing.T, home state.Home, name string, there bool, domain string) (plan.Asked, string, plan.Plan, error) {
	t.Helper()
	open := func(plan.Plan, string) (providers.Provider, error) { return dock{there: there}, nil }
	flags := map[string]string{}
	if domain != "" {
		flags[plan.KeyDomain] = domain
	}
	asked, note, err := AskAs(t.Context(), plan.Asked{Flags: flags}, name, "anew", home, open)
	var p plan.Plan
	if err == nil {
		err = RestoreAs(&p, name, LatestBackup, home)
	}
	return asked, note, p, err
}

// TestRestoreAsDomains leaves a deployment its domains as long as its server is there.
func TestRestoreAsDomains(t *testing.T) {
	for name, c := range map[string]struct {
		there bool
		given string
		want  string
		note  bool
	}{
		"the server is there": {there: true, note: true},
		"another is given":    {there: true, given: "new.example.com", want: "example.com,www.example.com"},
		"the server is gone":  {want: "example.com,www.example.com"},
	} {
		t.Run(name, func(t *testing.T) {
			home := state.Home{Dir: t.TempDir()}
			if err := backedUpShop(t, home, aKey).Close(); err != nil {
				t.Fatal(err)
			}
			asked, note, p, err := asNew(t, home, "shop", c.there, c.given)
			if err != nil || asked.Earlier[plan.KeyDomain] != c.want || asked.Flags[plan.KeyName] != "anew" || p.Restore == nil || p.BackupKey != aKey {
				t.Errorf("asked %+v, plan %+v, %v", asked, p.Restore, err)
			}
			if strings.Contains(note, "example.com, www.example.com goes on leading to shop") != c.note {
				t.Errorf("the note is %q", note)
			}
		})
	}
}

// TestRestoreAsOfRemoved finds the backups of a deployment that was removed, by its name and
// by its tag.
func TestRestoreAsOfRemoved(t *testing.T) {
	home := state.Home{Dir: t.TempDir()}
	if _, _, _, err := asNew(t, home, "shop", false, ""); err == nil || !strings.Contains(err.Error(), `there is no deployment "shop"`) {
		t.Errorf("nothing was there: %v", err)
	}
	var tags []string
	for range 2 {
		d := backedUpShop(t, home, aKey)
		tags = append(tags, d.Record().Tag)
		r := &Removal{Name: "shop", deployment: d, plan: plan.OfRecord(d.Record()), spec: providers.Spec{Tag: d.Record().Tag}}
		var said []string
		if err := r.keepKey(func(line string) { said = append(said, line) }); err != nil || !strings.HasSuffix(strings.Join(said, "\n"), "slipway restore shop --as NEWNAME") {
			t.Fatalf("%v, %q", err, said)
		}
		if err := d.Remove(); err != nil {
			t.Fatal(err)
		}
	}
	if names, err := home.Names(); len(names) > 0 || err != nil {
		t.Errorf("there are %v, %v", names, err)
	}
	for name, tag := range map[string]string{"shop": tags[1], tags[0]: tags[0], tags[1]: tags[1]} {
		asked, note, p, err := asNew(t, home, name, true, "")
		if err != nil || note != "" || p.Restore == nil || p.Restore.Tag != tag || p.BackupKey != aKey || asked.Folder != "/srv/shop" || asked.Earlier[plan.KeyDomain] == "" {
			t.Errorf("%s: asked %+v, plan %+v, note %q, %v", name, asked, p.Restore, note, err)
		}
	}
	kept := filepath.Join(home.Dir, keptKeys, tags[1])
	if err := os.Remove(kept + ".key"); err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := asNew(t, home, "shop", true, ""); err == nil || !strings.Contains(err.Error(), "the key of the backups of shop is not") {
		t.Errorf("without its key: %v", err)
	}
	if err := os.WriteFile(kept+".json", []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := asNew(t, home, "shop", true, ""); err == nil || !strings.Contains(err.Error(), kept+".json") {
		t.Errorf("what is kept is damaged: %v", err)
	}
}
