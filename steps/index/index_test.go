package index

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"slipway/steps/app"
)

// served is an index on this computer, and how often it was asked.
func served(t *testing.T, answer http.HandlerFunc) (*httptest.Server, *atomic.Int32) {
	t.Helper()
	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		answer(w, r)
	}))
	t.Cleanup(server.Close)
	return server, &asked
}

func at(address string) func(string) string {
	return func(key string) string { return map[string]string{"PIP_INDEX_URL": address}[key] }
}

func simple(w http.ResponseWriter, r *http.Request) {
	name := filepath.Base(r.URL.Path)
	if name == "missing" {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/vnd.pypi.simple.v1+json")
	fmt.Fprintf(w, `{"files": [{"filename": "%[1]s-3.0.1-cp312-cp312-manylinux1_x86_64.whl", "requires-python": ">=3.7"},
		{"filename": "%[1]s-3.0.1.tar.gz", "requires-python": null}, {"filename": "%[1]s-3.0.10.tar.gz"}]}`, name)
}

func TestFilesAreAskedForOnce(t *testing.T) {
	server, asked := served(t, simple)
	cache := t.TempDir()
	pins := []app.Pin{{Name: "greenlet", Version: "3.0.1"}, {Name: "missing", Version: "1"}, {Name: "locked", Version: "2", Files: []string{"locked-2.tar.gz"}}}
	for i, want := range []int32{30, 30} {
		if i == 0 {
			for n := range 28 { // more than are asked at once
				pins = append(pins, app.Pin{Name: fmt.Sprintf("more-%d", n), Version: "3.0.1"})
			}
		} else {
			pins = append(pins[:1], pins[2:]...)
		}
		known, err := New(at(server.URL+"/"), cache).Files(t.Context(), pins)
		if err != nil || asked.Load() != want {
			t.Fatalf("%d questions, %v", asked.Load(), err)
		}
		files := known["greenlet 3.0.1"]
		if len(files) != 2 || files[0] != (File{"greenlet-3.0.1-cp312-cp312-manylinux1_x86_64.whl", ">=3.7"}) || known["locked 2"][0].Name != "locked-2.tar.gz" || known["missing 1"] != nil {
			t.Errorf("got %v", known)
		}
	}
	if kept, err := filepath.Glob(filepath.Join(cache, "index", "*", "@greenlet", "@3.0.1.json")); err != nil || len(kept) != 1 {
		t.Errorf("got %q, %v", kept, err)
	}
}

func TestFilesOfAnOlderIndex(t *testing.T) {
	server, _ := served(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, `<html><body><a href="../x/Zope.Interface-5.0-py3-none-any.whl#sha256=1" data-requires-python="&gt;=3">Zope.Interface-5.0-py3-none-any.whl</a><br/>
<a href="x">zope_interface-5.0.0.tar.gz</a></body></html>`)
	})
	known, err := New(at(server.URL), t.TempDir()).Files(t.Context(), []app.Pin{{Name: "zope-interface", Version: "5.0.0"}})
	if err != nil || len(known["zope-interface 5.0.0"]) != 2 {
		t.Errorf("got %v, %v", known, err)
	}
}

// TestNoAnswer has an index that fails: it is asked once, what is known is returned, and
// no password is in the error.
func TestNoAnswer(t *testing.T) {
	server, asked := served(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	for address, want := range map[string]string{server.URL: "it answered 502 Bad Gateway", strings.Replace(gone.URL, "//", "//me:secret@", 1): "refused"} {
		x := New(at(address), t.TempDir())
		for range 2 {
			known, err := x.Files(t.Context(), []app.Pin{{Name: "a", Version: "1"}, {Name: "b", Version: "1", Files: []string{"b-1.tar.gz"}}})
			if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") || len(known) != 1 {
				t.Errorf("got %v, %v", known, err)
			}
		}
	}
	if asked.Load() != 1 {
		t.Errorf("it was asked %d times", asked.Load())
	}
}

func TestNobodyIsAsked(t *testing.T) {
	for key, value := range map[string]string{"UV_OFFLINE": "1", "PIP_NO_INDEX": "true"} {
		x := New(func(k string) string { return map[string]string{key: value}[k] }, t.TempDir())
		known, err := x.Files(t.Context(), []app.Pin{{Name: "a", Version: "1"}, {Name: "b", Version: "1", Files: []string{"b-1.tar.gz"}}})
		if x != nil || err != nil || len(known) != 1 {
			t.Errorf("got %v, %v", known, err)
		}
	}
	if x := New(func(string) string { return "" }, ""); x.address != publicIndex {
		t.Errorf("got %s", x.address)
	}
}

func TestVersionOf(t *testing.T) {
	for file, want := range map[string]string{
		"psycopg2_binary-2.9.9-cp312-cp312-manylinux1_x86_64.whl": "2.9.9", "psycopg2-binary-2.9.9.tar.gz": "2.9.9", "psycopg2.binary-2.9.0.zip": "2.9",
		"psycopg2-2.9.9.tar.gz": "", "psycopg2-binary-extra-1.tar.gz": "extra-1", "psycopg2_binary-1!2.0_cu.tar.gz": "1!2.0+cu",
	} {
		if got := versionOf(file, "psycopg2-binary"); got != want {
			t.Errorf("%s: got %q, want %q", file, got, want)
		}
	}
}

// TestCacheThatCantBeWritten costs a question only.
func TestCacheThatCantBeWritten(t *testing.T) {
	server, _ := served(t, simple)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	known, err := New(at(server.URL), file).Files(t.Context(), []app.Pin{{Name: "greenlet", Version: "3.0.1"}})
	if err != nil || len(known) != 1 {
		t.Errorf("got %v, %v", known, err)
	}
}
