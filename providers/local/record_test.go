package local

import (
	"errors"
	"path/filepath"
	"testing"
)

func TestMetaData(t *testing.T) {
	got, err := metaData("slipway-a-1", "a\"\nruncmd: x")
	if err != nil || got != `{"instance-id":"slipway-a-1","local-hostname":"a\"\nruncmd: x"}`+"\n" {
		t.Errorf("%v: %s", err, got)
	}
}

func TestRecord(t *testing.T) {
	l := layoutFor(filepath.Join(t.TempDir(), "not yet there"), "slipway-a-1")
	if r, err := knownRecord(l, "slipway-a-1"); err != nil || r != (record{}) {
		t.Fatalf("%+v, %v", r, err)
	}
	want := record{Tag: "slipway-a-1", Address: "127.1.2.3", SSHPort: 22, System: "debian-13", Image: "/i", Seeded: true}
	if err := writeRecord(l, want); err != nil {
		t.Fatal(err)
	}
	if got, err := readRecord(l, want.Tag); err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := readRecord(l, "slipway-b-2"); !errors.Is(err, errOtherTag) {
		t.Errorf("another deployment's record: %v", err)
	}
}
