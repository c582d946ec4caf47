package release

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestKeepTimes has a file of the same content keep its time, and no other one.
func TestKeepTimes(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{
		"old/same.css": "a", "old/a b/it's.css": "b", "old/changed.css": "red", "old/moved.css": "m",
		"new/same.css": "a", "new/a b/it's.css": "b", "new/changed.css": "tan", "new/here.css": "m",
	})
	before := time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, file := range []string{"same.css", "a b/it's.css", "changed.css", "moved.css"} {
		if err := os.Chtimes(filepath.Join(dir, "old", file), before, before); err != nil {
			t.Fatal(err)
		}
	}
	for _, old := range []string{"/none", "/old"} {
		if out, err := sh("set -eu\n" + keepTimesText + "\nkeep_times '" + dir + old + "' '" + dir + "/new'"); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	for file, kept := range map[string]bool{"same.css": true, "a b/it's.css": true, "changed.css": false, "here.css": false} {
		info, err := os.Stat(filepath.Join(dir, "new", file))
		if err != nil || info.ModTime().Equal(before) != kept {
			t.Errorf("%s has the time %v, %v", file, info.ModTime(), err)
		}
	}
}
