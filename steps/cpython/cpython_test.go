package cpython

import (
	"encoding/json"
	"flag"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

var uv = flag.String("uv", "", "the PATH of the uv whose table is compared with Releases")

func TestJudge(t *testing.T) {
	now := time.Date(2026, time.November, 20, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		version string
		managed bool
		want    string
	}{
		{"3.13.5", false, "3.13.5, the system's own"},
		{"3.12.16", true, "3.12.16, managed by Slipway"},
		{"3.12.99", true, "3.12.99, managed by Slipway"},
		{"3.12.3", true, "3.12.3, managed by Slipway; Python 3.12.16 is out: the next deployment brings it"},
		{"3.8.20", true, "3.8.20, managed by Slipway; Python 3.8 gets no security updates any more: have the app ask for a newer one"},
		{"3.10.2", true, "3.10.2, managed by Slipway; Python 3.10 gets no security updates any more: have the app ask for a newer one"},
		{"3.99.1", true, "3.99.1, managed by Slipway"},
	} {
		if got := Judge(c.version, c.managed, now).Describe(); got != c.want {
			t.Errorf("%s: got %q, want %q", c.version, got, c.want)
		}
	}
	if c := Judge("3.10.22", true, time.Date(2026, time.October, 31, 12, 0, 0, 0, time.UTC)); c.Ended {
		t.Error("3.10 ended before the month in which it ends was over")
	}
}

func TestOfImage(t *testing.T) {
	for slug, want := range map[string]string{"debian-13": "3.13", "debian-13-x64": "3.13", "debian-12-x64": "3.11", "ubuntu-24-04-x64": "3.12", "": "", "/tmp/disk.img": ""} {
		if got, _ := OfImage(slug); got != want {
			t.Errorf("%q: got %q, want %q", slug, got, want)
		}
	}
	for _, minor := range OfSystems() {
		if !slices.Contains(Minors(), minor) {
			t.Errorf("%s of a system is not among the minor versions", minor)
		}
	}
}

func TestArchive(t *testing.T) {
	r, _ := Newest("3.8")
	if got := r.Archive("aarch64"); got != "20241002/cpython-3.8.20+20241002-aarch64-unknown-linux-gnu-install_only_stripped.tar.gz" {
		t.Errorf("got %s", got)
	}
	if _, ok := Newest("3.7"); ok {
		t.Error("there is a 3.7")
	}
}

// TestReleasesAreThoseOfUV compares the table with uv's own, which lists the newest
// release of each minor version first.
func TestReleasesAreThoseOfUV(t *testing.T) {
	if *uv == "" {
		t.Skip("give -uv PATH")
	}
	out, err := exec.CommandContext(t.Context(), *uv, "python", "list", "--all-versions", "--only-downloads", "--output-format", "json", "--no-config").Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []struct{ Version, Implementation, Variant, URL string }
	if err := json.Unmarshal(out, &all); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, e := range all {
		minor := Minor(e.Version)
		if e.Implementation != "cpython" || e.Variant != "default" || seen[minor] || strings.ContainsAny(e.Version, "abr") {
			continue
		}
		seen[minor] = true
		r, known := Newest(minor)
		if url := strings.ReplaceAll(e.URL, "%2B", "+"); !known || !strings.HasSuffix(url, "/"+r.Archive("x86_64")) {
			t.Errorf("uv brings %s, the table has %+v", url, r)
		}
	}
	if len(seen) != len(Releases) {
		t.Errorf("uv brings %d minor versions, the table has %d", len(seen), len(Releases))
	}
}
