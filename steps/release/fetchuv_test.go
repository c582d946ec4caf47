package release

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestFetchUVAlone brings uv out of a wheel of an index, and leaves to pip what is not as
// the index of all is.
func TestFetchUVAlone(t *testing.T) {
	machine, err := exec.CommandContext(t.Context(), "python3", "-I", "-c", "import platform; print(platform.machine())").Output()
	if err != nil {
		t.Skip("there is no Python here")
	}
	name := "uv-1.2.3-py3-none-manylinux_" + strings.TrimSpace(string(machine)) + ".whl"
	var wheel bytes.Buffer
	packed := zip.NewWriter(&wheel)
	for path, text := range map[string]string{"uv/__init__.py": "", "uv-1.2.3.data/scripts/uvx": "another", "uv-1.2.3.data/scripts/uv": "#!/bin/sh\necho uv\n"} {
		if w, err := packed.Create(path); err != nil {
			t.Fatal(err)
		} else if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := packed.Close(); err != nil {
		t.Fatal(err)
	}
	sum := fmt.Sprintf("%x", sha256.Sum256(wheel.Bytes()))
	for test, c := range map[string]struct {
		told, served []byte // the wheel of the list's sum, and the one that is sent
		html         bool
		settings     string // of pip, before the index
		fetched      bool
	}{
		"as it is":       {wheel.Bytes(), wheel.Bytes(), false, "[global]\ncert = /x\n", true},
		"other sum":      {[]byte("other"), []byte("other"), false, "[global]\n", false},
		"other content":  {wheel.Bytes(), []byte("other"), false, "[global]\n", false},
		"no list":        {wheel.Bytes(), wheel.Bytes(), true, "[global]\n", false},
		"other settings": {wheel.Bytes(), wheel.Bytes(), false, "[global]\nextra-index-url = https://x.invalid\n", false},
	} {
		t.Run(test, func(t *testing.T) {
			index := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch {
				case r.URL.Path == "/simple/uv/" && c.html:
					fmt.Fprint(w, "<html>")
				case r.URL.Path == "/simple/uv/":
					json.NewEncoder(w).Encode(map[string]any{"files": []map[string]any{ //nolint:errcheck // a test's
						{"filename": "uv-1.2.2-py3-none-any.whl", "url": "../../old", "hashes": map[string]string{}},
						{"filename": name, "url": "../../files/uv.whl", "hashes": map[string]string{"sha256": fmt.Sprintf("%x", sha256.Sum256(c.told))}},
					}})
				case r.URL.Path == "/files/uv.whl":
					w.Write(c.served) //nolint:errcheck // a test's
				}
			}))
			defer index.Close()
			folder := t.TempDir()
			settings := filepath.Join(folder, "pip.conf")
			if err := os.WriteFile(settings, []byte(c.settings+"index-url = "+index.URL+"/simple/\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			program := strings.NewReplacer("/etc/pip.conf", settings, "/etc/xdg/pip/pip.conf", folder+"/none").Replace(fetchUVAloneText)
			out, err := exec.CommandContext(t.Context(), "python3", "-I", "-c", program, folder, "uv-1.2.3-", "sha256:00", "sha256:"+sum).CombinedOutput()
			if fetched := err == nil; fetched != c.fetched {
				t.Fatalf("fetched: %t, %v\n%s", fetched, err, out)
			}
			said, err := exec.CommandContext(t.Context(), filepath.Join(folder, "bin", "uv")).Output()
			if c.fetched && (err != nil || string(said) != "uv\n") {
				t.Errorf("the program says %q, %v", said, err)
			}
		})
	}
}
