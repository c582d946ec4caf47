package state

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

func example() Record {
	return Record{Name: "shop", Tag: "slipway-shop-0a1b2c3d4e5f", Created: noon,
		Settings: map[string]string{"provider": "local"},
		Server:   Server{Address: "127.1.2.3", Port: 22, User: "deploy", HostKeys: []string{"ssh-ed25519 AAAA"}},
		Intents:  map[string]Intent{"machine": {Asked: noon}},
		Release:  "0123456789ab", URL: "http://127.1.2.3", Finished: noon, Seconds: map[string]float64{"packages": 6.5}}
}

func TestEncodeDecode(t *testing.T) {
	data, err := encode(example())
	if err != nil {
		t.Fatal(err)
	}
	got, err := decode(data)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, example()) {
		t.Errorf("got %+v\nwant %+v", got, example())
	}
}

func TestDecodeNamesTheDamage(t *testing.T) {
	data, err := encode(example())
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	foreign, err := json.Marshal(map[string]string{"version": "x"})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		data string
		want Damage
	}{
		"empty":         {"", Torn},
		"cut short":     {text[:len(text)/2], Torn},
		"zeroed":        {strings.Repeat("\x00", len(text)), Torn},
		"edited":        {strings.Replace(text, "127.1.2.3", "127.1.2.4", 1), Edited},
		"key added":     {strings.Replace(text, `"name": "shop"`, `"name": "shop", "more": 1`, 1), Edited},
		"newer":         {strings.Replace(text, `"version": 1`, `"version": 2`, 1), Newer},
		"no version":    {`{"record":{}}`, Foreign},
		"another's":     {string(foreign), Torn},
		"empty record":  {`{"version":1,"sha256":"` + sum([]byte(`{}`)) + `","record":{}}`, Foreign},
		"not an object": {`[1,2]`, Torn},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := decode([]byte(c.data))
			var damaged *Damaged
			if !errors.As(err, &damaged) || damaged.Kind != c.want {
				t.Errorf("got %v, want damage %q", err, c.want)
			}
		})
	}
}

func TestWhiteSpaceIsNoDamage(t *testing.T) {
	data, err := encode(example())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := decode([]byte(strings.ReplaceAll(string(data), "\n", "\n\n"))); err != nil {
		t.Error(err)
	}
}

func TestEveryTruncationIsDamage(t *testing.T) {
	data, err := encode(example())
	if err != nil {
		t.Fatal(err)
	}
	for n := range len(data) - 2 { // the last byte is a line end
		if _, err := decode(data[:n]); err == nil {
			t.Fatalf("the first %d of %d bytes passed for a whole file", n, len(data))
		}
	}
}

func TestDamagedIsNeverReplaced(t *testing.T) {
	home := Home{Dir: t.TempDir()}
	d := open(t, home)
	save(t, d, "one")
	save(t, d, "two")
	path := filepath.Join(d.Dir(), fileName)
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := d.Update(func(r *Record) { r.Release = "three" })
	var damaged *Damaged
	if !errors.As(err, &damaged) {
		t.Fatalf("got %v, want *Damaged", err)
	}
	if damaged.LastGood == "" || !strings.Contains(damaged.Hint(), damaged.LastGood) {
		t.Errorf("the hint does not name the last good copy: %s", damaged.Hint())
	}
	if data, err := os.ReadFile(path); err != nil || string(data) != "{" {
		t.Errorf("the damaged file was touched: %q, %v", data, err)
	}
	last, err := readFile(damaged.LastGood)
	if err != nil || last.Release != "one" {
		t.Errorf("the last good copy is %+v, %v; want release one", last, err)
	}
	closeIt(t, d)
	if _, err := home.Open("shop", noon); !errors.As(err, &damaged) {
		t.Errorf("Open: got %v, want *Damaged", err)
	}
}

func TestUpdateLeavesNoParts(t *testing.T) {
	home := Home{Dir: filepath.Join(t.TempDir(), "deep", "home")}
	d := open(t, home)
	defer closeIt(t, d)
	save(t, d, "one")
	save(t, d, "two")
	if err := d.WriteSecret("id_ed25519", []byte("secret")); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(d.Dir())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	want := []string{holderName, "id_ed25519", lockName, fileName, lastGoodName}
	if slices.Sort(want); !slices.Equal(names, want) {
		t.Errorf("there are %v, want %v", names, want)
	}
}

func TestUpdateThatFailsChangesNothing(t *testing.T) {
	d := open(t, Home{Dir: t.TempDir()})
	save(t, d, "one")
	if err := os.RemoveAll(d.Dir()); err != nil {
		t.Fatal(err)
	}
	err := d.Update(func(r *Record) { r.Release = "two" })
	var unwritable *Unwritable
	if !errors.As(err, &unwritable) || unwritable.Hint() == "" {
		t.Errorf("got %v, want *Unwritable with a hint", err)
	}
	if got := d.Record().Release; got != "one" {
		t.Errorf("the record says %q after a save that failed", got)
	}
}

func FuzzDecode(f *testing.F) {
	data, err := encode(example())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`{"version":1,"sha256":"","record":{"name":"a","tag":"b"}}`))
	f.Add([]byte(`{"version":9}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := decode(data)
		if err != nil {
			if _, ok := errors.AsType[*Damaged](err); !ok {
				t.Fatalf("an error of another type: %v", err)
			}
			return
		}
		// What passes for a whole file can be saved and read again.
		again, err := encode(r)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := decode(again); err != nil {
			t.Fatal(err)
		}
	})
}

func open(t *testing.T, home Home) *Deployment {
	t.Helper()
	d, err := home.Open("shop", noon)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func save(t *testing.T, d *Deployment, release string) {
	t.Helper()
	if err := d.Update(func(r *Record) { r.Release = release }); err != nil {
		t.Fatal(err)
	}
}

func closeIt(t *testing.T, d *Deployment) {
	t.Helper()
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
}
