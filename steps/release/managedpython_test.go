package release

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"slipway/steps/app"
	"slipway/steps/cpython"
	"slipway/steps/fact"
	"slipway/steps/layout"
	"slipway/steps/plan"
)

func TestManagedPython(t *testing.T) {
	for _, test := range []struct {
		managed, asks string
		wheels        []string
		have, want    string
	}{
		{"", "", nil, "3.13", ""},
		{"3.12.16", "3.12", nil, "3.13", "3.12.16"}, {"3.12.16", "3.12", nil, "3.12", ""},
		{"3.12.16", ">=3.11", []string{"3.12", "3.11"}, "3.13", "3.12.16"}, {"3.12.16", ">=3.11", []string{"3.12", "3.11"}, "3.11", ""},
		{"3.12.16", "", []string{"3.12"}, "", "3.12.16"},
	} {
		v := fact.View{Plan: plan.Plan{Name: "shop", App: app.Found{ManagedPython: test.managed, PythonVersion: test.asks, WheelPythons: test.wheels}},
			System: fact.System{Python: test.have}}
		if got := managedPython(v); got != test.want {
			t.Errorf("%+v: got %q", test, got)
		}
		if suffix := "-py" + test.want; test.want != "" && !strings.HasSuffix(venvOf(v), suffix) {
			t.Errorf("the environment %s does not end with %s", venvOf(v), suffix)
		}
		if lacks := lacksPython(v); lacks != (test.want != "") {
			t.Errorf("%+v: lacks a Python: %v", test, lacks)
		}
		v.Looked = "complete /opt/slipway/python/" + test.want + "\n"
		if lacksPython(v) {
			t.Errorf("%+v: lacks a Python that is there", test)
		}
	}
}

func TestParsePython(t *testing.T) {
	for out, want := range map[string]string{
		"": " false",
		"home = /usr/bin\ninclude-system-site-packages = false\nversion = 3.13.5\n":                                         "3.13.5 false",
		"home = " + layout.PythonsFolder + "/3.12.16/cpython-3.12.16-linux-x86_64-gnu/bin\nuv = 1\nversion_info = 3.12.1\n": "3.12.1 true",
	} {
		version, managed := ParsePython(out)
		if got := fmt.Sprint(version, " ", managed); got != want {
			t.Errorf("%q: got %q", out, got)
		}
	}
}

// packed stands for an archive; what is in it does not matter to who fetches it.
const packed = "a packed Python"

func packedSum() string {
	sum := sha256.Sum256([]byte(packed))
	return hex.EncodeToString(sum[:])
}

// TestFindArchive has mirrors in all forms, and what is found at them.
func TestFindArchive(t *testing.T) {
	release, _ := cpython.Newest("3.12")
	stripped := release.Archive("x86_64")
	whole := strings.Replace(stripped, "_stripped", "", 1)
	base, wrong := filepath.Base(stripped), strings.Repeat("0", 64)
	for name, test := range map[string]struct {
		files map[string]string
		sum   string
		err   string
	}{
		"a list":            {map[string]string{stripped: packed, release.Build + "/SHA256SUMS": wrong + "  other\n" + packedSum() + "  " + base + "\n"}, packedSum(), ""},
		"a binary list":     {map[string]string{stripped: packed, release.Build + "/SHA256SUMS": packedSum() + " *./" + strings.ReplaceAll(base, "+", "%2B") + "\n"}, packedSum(), ""},
		"a list above":      {map[string]string{stripped: packed, "SHA256SUMS": packedSum() + "  " + stripped + "\n"}, packedSum(), ""},
		"a file":            {map[string]string{stripped: packed, stripped + ".sha256": strings.ToUpper(packedSum())}, packedSum(), ""},
		"no sum":            {map[string]string{stripped: packed, release.Build + "/SHA256SUMS": "none\n"}, "", ""},
		"not stripped":      {map[string]string{whole: packed, whole + ".sha256": packedSum() + "  " + filepath.Base(whole)}, packedSum(), ""},
		"another sum":       {map[string]string{stripped: packed, stripped + ".sha256": wrong}, "", "does not have the sum that the mirror names"},
		"nothing":           {nil, "", "it has no " + stripped},
		"the other release": {map[string]string{"20200101/" + base: packed}, "", "it has no " + stripped},
	} {
		dir := t.TempDir()
		put(t, dir, test.files)
		server := httptest.NewServer(http.FileServer(http.Dir(dir)))
		defer server.Close()
		for _, address := range []string{server.URL, server.URL + "/", "file://" + dir} {
			a, err := findArchive(t.Context(), plan.PythonMirror{Address: address}, release, "x86_64")
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Errorf("%s: got %v", name, err)
				}
				continue
			}
			if err != nil || string(a.content) != packed || a.sum != test.sum {
				t.Errorf("%s at %s: got %+v, %v", name, address, a, err)
			}
		}
	}
}

// TestFindArchiveInTable has a table of downloads in uv's form.
func TestFindArchiveInTable(t *testing.T) {
	release, _ := cpython.Newest("3.12")
	dir := t.TempDir()
	put(t, dir, map[string]string{"py.tar.gz": packed})
	entry := func(patch int, libc, sum string) map[string]any {
		return map[string]any{"name": "cpython", "arch": map[string]any{"family": "x86_64", "variant": nil}, "os": "linux", "libc": libc, "major": 3, "minor": 12,
			"patch": patch, "prerelease": "", "variant": nil, "url": "file://" + dir + "/py.tar.gz", "sha256": sum}
	}
	table, err := json.Marshal(map[string]any{"a": entry(1, "gnu", packedSum()), "b": entry(0, "gnu", "old"), "c": entry(9, "musl", "musl")})
	if err != nil {
		t.Fatal(err)
	}
	put(t, dir, map[string]string{"table.json": string(table)})
	for _, place := range []string{dir + "/table.json", "file://" + dir + "/table.json"} {
		a, err := findArchive(t.Context(), plan.PythonMirror{Table: place}, release, "x86_64")
		if err != nil || string(a.content) != packed || a.sum != packedSum() {
			t.Errorf("%s: got %+v, %v", place, a, err)
		}
		if _, err := findArchive(t.Context(), plan.PythonMirror{Table: place}, cpython.Releases[0], "x86_64"); err == nil || !strings.Contains(err.Error(), "has no Python 3.8") {
			t.Errorf("got %v", err)
		}
	}
}

func TestReadMirror(t *testing.T) {
	for address, want := range map[string]string{
		"https://mirror.example/python": "far", "https://me:secret@mirror.example/": "near", "http://127.0.0.1:99": "near", "http://[::1]:99/x": "near",
		"http://localhost/x": "near", "file:///srv/python": "near", "mirror.example": "error", "": "error", "ftp://x/y": "error", "https:///x": "error",
	} {
		m, err := readMirror(address)
		got := map[bool]string{true: "near", false: "far"}[m.near]
		if err != nil {
			got = "error"
		}
		if got != want {
			t.Errorf("%s: got %s", address, got)
		}
		if far := serversMirror(plan.PythonMirror{Address: address}); (far != "") != (want == "far") {
			t.Errorf("%s: the server is told %q", address, far)
		}
	}
}

// TestEnvironmentOfManagedPython has the authorities named only where a Python may be
// brought: the text of every other app's units stays as it is.
func TestEnvironmentOfManagedPython(t *testing.T) {
	l := layout.Of("shop")
	for managed, want := range map[string]bool{"": false, "3.12.16": true} {
		lines := UnitProperties(l, plan.Plan{Name: "shop", Release: "0123456789ab", App: app.Found{ManagedPython: managed}})
		if got := slices.ContainsFunc(lines, func(line string) bool {
			return strings.Contains(line, "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt")
		}); got != want {
			t.Errorf("%q: got %q", managed, lines)
		}
	}
}
