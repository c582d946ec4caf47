// Package databases tests databases beside the app on real machines: what a small server
// carries, what client libraries take, and that no write is lost while releases change.
package databases

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"slipway/ui/e2e"
)

func TestMain(m *testing.M) { os.Exit(e2e.Main(m)) }

// copied is a folder of testdata, to be changed.
func copied(t *testing.T, name string) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), name)
	if err := os.CopyFS(folder, os.DirFS(filepath.Join("testdata", name))); err != nil {
		t.Fatal(err)
	}
	return folder
}

// answer reads what a page says into a value.
func answer(t *testing.T, url string, into any) {
	t.Helper()
	status, body := e2e.Ask(t, url)
	if status != http.StatusOK {
		t.Fatalf("%s: status %d: %.2000s", url, status, body)
	}
	if err := json.Unmarshal([]byte(body), into); err != nil {
		t.Fatalf("%s: %v: %.2000s", url, err, body)
	}
}

// stock is what the shop says of its numbers: each as often as there is a row of it.
type stock struct{ Orders, Shipped []int }
