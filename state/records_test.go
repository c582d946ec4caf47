package state

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// TestRecords has all records read as Names and Read have them one by one, those that can't
// be read among them.
func TestRecords(t *testing.T) {
	home := Home{Dir: filepath.Join(t.TempDir(), "state")}
	if all, err := home.Records(); err != nil || len(all) > 0 {
		t.Fatalf("without a home: %v, %v", all, err)
	}
	for i := range 40 {
		d, err := home.Open(fmt.Sprintf("app-%d", i), time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Update(func(r *Record) { r.URL = fmt.Sprint("http://", i) }); err != nil {
			t.Fatal(err)
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(home.Folder("app-7"), fileName), []byte("torn"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"never-saved", cacheFolder, ".hidden"} {
		if err := os.Mkdir(home.Folder(name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	names, err := home.Names()
	if err != nil || len(names) != 40 {
		t.Fatalf("%d names, %v", len(names), err)
	}
	all, err := home.Records()
	if err != nil || len(all) != len(names) {
		t.Fatalf("%d records of %d, %v", len(all), len(names), err)
	}
	for i, got := range all {
		record, err := home.Read(names[i])
		damaged, torn := errors.AsType[*Damaged](got.Err)
		if got.Name != names[i] || !reflect.DeepEqual(got.Record, record) || fmt.Sprint(err) != fmt.Sprint(got.Err) || torn != (got.Name == "app-7") || torn && damaged.Kind != Torn {
			t.Errorf("%s: got %+v, want %+v, %v", names[i], got, record, err)
		}
	}
}

// TestPlainly has a file that encode wrote read without a scan more, and every other one
// judged as before.
func TestPlainly(t *testing.T) {
	data, err := encode(Record{Name: "shop", Tag: "slipway-shop-0a1b2c3d4e5f"})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := plainly(data); !ok {
		t.Errorf("what encode wrote is not read plainly: %s", data)
	}
	text := string(data)
	for name, c := range map[string]struct {
		text string
		want Damage
	}{
		"newer":         {strings.Replace(text, `"version": 1`, `"version": 2`, 1), Newer},
		"edited":        {strings.Replace(text, `"name": "shop"`, `"name": "stop"`, 1), Edited},
		"torn":          {text[:len(text)-4] + "\n}\n", Torn},
		"another key":   {strings.TrimSuffix(text, "\n}\n") + ",\n  \"version\": 2\n}\n", Newer},
		"a second text": {text + text, Torn},
	} {
		if _, err := decode([]byte(c.text)); err == nil || err.(*Damaged).Kind != c.want { //nolint:errorlint,forcetypeassert // decode's are all of this type
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if r, err := decode([]byte(strings.ReplaceAll(text, "\n", "\r\n"))); err != nil || r.Name != "shop" {
		t.Errorf("with other white space: %+v, %v", r, err)
	}
}
