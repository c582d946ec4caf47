package python

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"slipway/providers/local/localtest"
)

// hostPython is the minor version and the path of this computer's own Python, which
// stands for one of python-build-standalone. It must be another one than the server's.
func hostPython(t *testing.T, servers string) (minor, path string) {
	t.Helper()
	out, err := exec.Command("/usr/bin/python3", "-c", "import sys; print('%d.%d' % sys.version_info[:2]); print(sys._base_executable)").Output()
	if err != nil {
		localtest.Skip(t, "there is no /usr/bin/python3: %v", err)
	}
	minor, path, _ = strings.Cut(strings.TrimSpace(string(out)), "\n")
	if path, err = filepath.EvalSymlinks(path); err != nil {
		t.Fatal(err)
	}
	if minor == servers {
		localtest.Skip(t, "this computer has the server's own Python, %s", minor)
	}
	return minor, path
}

// packed is an archive in the form of python-build-standalone's, made of an interpreter
// of this computer.
func packed(t *testing.T, minor, interpreter string) []byte {
	t.Helper()
	var out bytes.Buffer
	zipped := gzip.NewWriter(&out)
	w := tar.NewWriter(zipped)
	add := func(name, path string, mode int64) {
		t.Helper()
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: mode, Size: int64(len(text))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(text); err != nil {
			t.Fatal(err)
		}
	}
	add("python/bin/python"+minor, interpreter, 0o755)
	for _, link := range []string{"python3", "python"} {
		if err := w.WriteHeader(&tar.Header{Name: "python/bin/" + link, Typeflag: tar.TypeSymlink, Linkname: "python" + minor}); err != nil {
			t.Fatal(err)
		}
	}
	lib := "/usr/lib/python" + minor
	err := filepath.WalkDir(lib, func(path string, entry fs.DirEntry, err error) error {
		switch name := entry.Name(); {
		case err != nil:
			return err
		case entry.IsDir() && (name == "test" || name == "idlelib" || name == "__pycache__" || strings.HasPrefix(name, "config-")):
			return fs.SkipDir
		case entry.Type().IsRegular():
			add("python/lib/python"+minor+strings.TrimPrefix(path, lib), path, 0o644)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zipped.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// mirror serves an archive under any name, with its sum.
type mirror struct {
	*httptest.Server
	// sum is what it says of the archive.
	sum string
	// fetched is how often the archive was.
	fetched atomic.Int32
}

func newMirror(t *testing.T, archive []byte) *mirror {
	t.Helper()
	sum := sha256.Sum256(archive)
	m := &mirror{sum: hex.EncodeToString(sum[:])}
	m.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if base, isSum := strings.CutSuffix(r.URL.Path, ".sha256"); isSum {
			fmt.Fprintf(w, "%s  %s\n", m.sum, filepath.Base(base))
			return
		}
		if !strings.HasSuffix(r.URL.Path, ".tar.gz") {
			http.NotFound(w, r)
			return
		}
		m.fetched.Add(1)
		if _, err := io.Copy(w, bytes.NewReader(archive)); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(m.Close)
	return m
}
