package commands

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"slipway/state"
)

// TestMovePlan asks for the plan of a move that is under way: it says how far that is, and the
// record stays as it was.
func TestMovePlan(t *testing.T) {
	home := t.TempDir()
	settings := map[string]string{"app": "sample hello", "provider": "ssh", "host": "root@127.0.0.1:9"}
	d, err := state.Home{Dir: home}.Open("shop", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	err = d.Update(func(r *state.Record) {
		r.Settings, r.Finished, r.URL, r.Server.Address = settings, time.Now(), "http://127.0.0.1", "127.0.0.1"
		r.Moving = &state.Moving{Of: "shop", Phase: state.MoveTried}
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	before := files(t, home)
	var out, said bytes.Buffer
	status := Main(t.Context(), []string{"move", "shop", "--plan", "--host", "root@127.0.0.2:9"}, Streams{In: strings.NewReader(""), Out: &out, Err: &said,
		Getenv: func(key string) string { return map[string]string{"SLIPWAY_HOME": home, "HOME": home}[key] }})
	if status != 0 || !strings.Contains(said.String(), "shop serves; it is being moved; nothing was changed") {
		t.Errorf("exit %d: %s%s", status, out.String(), said.String())
	}
	if after := files(t, home); after != before {
		t.Errorf("of\n%s\nbecame\n%s", before, after)
	}
}

// files is what is in a folder, with its content.
func files(t *testing.T, folder string) string {
	t.Helper()
	var all strings.Builder
	err := filepath.Walk(folder, func(path string, info os.FileInfo, err error) error {
		if err != nil || !info.Mode().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		all.WriteString(path + "\n" + string(content) + "\n")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}
