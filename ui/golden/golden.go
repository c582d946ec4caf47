// Package golden compares what people see with files that were read and found
// good. Tests of ui call it, with -update to write the files anew. It fails a test
// whose output differs, and shows both texts.
package golden

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
)

// Update is the flag -update: what is compared is written anew.
var Update = flag.Bool("update", false, "write the golden files and the pictures anew")

// Same compares a text with a file under the package's testdata, of which name is
// the path with slashes, or writes it.
func Same(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", filepath.FromSlash(name))
	if *Update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is not as it was; if that is meant: go test -update\ngot:\n%s\nwant:\n%s", path, got, want)
	}
}
