package release

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"strings"
	"testing"

	"slipway/steps/app"
	"slipway/steps/fact"
)

// answer is what lookBase prints where a bundle serves.
func answer(t *testing.T, b *app.Bundle) string {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	fmt.Fprintf(w, "%s\x00\x00", strings.Repeat("0", 64))
	for _, f := range b.Files {
		if f.Link == "" {
			fmt.Fprintf(w, "%x./%s\x00", f.Sum[:shortSum/2], f.Path)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestDeltaSize changes one file of apps of 2, 20 and 60 MB: what is packed is the same.
func TestDeltaSize(t *testing.T) {
	var sizes []int64
	for _, n := range []int{20, 200, 600} {
		files := map[string]string{"app.py": "VERSION = 1\n", "link (link)": "app.py", "run (x)": "#!/bin/sh\n"}
		for i := range n {
			files[fmt.Sprintf("static/%d/%d.bin", i%7, i)] = fmt.Sprint(i) + noise(byte(i), 100_000)
		}
		before := bundleOf(t, files)
		files["app.py"] = "VERSION = 2\n"
		after := bundleOf(t, files)
		d := compare(after, answer(t, before))
		if d == nil || d.copied != n+1 {
			t.Fatalf("copied: %+v", d)
		}
		packed, length, err := pack(after, d)
		if err != nil {
			t.Fatal(err)
		}
		packed.remove()
		sizes = append(sizes, length)
	}
	t.Logf("packed: %d bytes", sizes)
	if sizes[0] != sizes[1] || sizes[1] != sizes[2] || sizes[0] > 1024 {
		t.Errorf("%d bytes are packed for the same change", sizes)
	}
}

// TestRoom refuses a release that does not fit the server's disk.
func TestRoom(t *testing.T) {
	p := planOf(app.Found{Static: map[string]string{"/static/": "static"}})
	p.Bundle = &app.Bundle{Files: []app.BundleFile{{Path: "app.py", Size: 1}, {Path: "static/big", Size: 100 << 20}}}
	for looked, want := range map[string]string{
		"":                                      "",
		"source there\n":                        "",
		"room 300000\nspool 400000\n":           "",
		"room 204000\nspool 400000\n":           "the server's disk has 199 MB free, and release",
		"room 230000\nspool 230000\n":           "needs 251 MB",
		"room 300000\nspool 300000\n":           "",
		"room 900000\nspool 40000\n":            "the server's disk has 39 MB free, and release",
		"room ?\nspool 1\n":                     "",
		"room 300000\nspool 1000\nbase there\n": "needs 50 MB",
	} {
		err := refuseFull(fact.View{Plan: p, Looked: looked}, 50<<20)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", looked, err, want)
		}
	}
}
