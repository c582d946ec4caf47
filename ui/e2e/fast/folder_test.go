package fast

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"slipway/providers/local/localtest"
	"slipway/ui/e2e"
)

// TestHeld runs slipway on a deployment that another process, this one, holds.
func TestHeld(t *testing.T) {
	localtest.NeedSupport(t)
	o := e2e.NewOperator(t, need)
	d, err := o.State().Open("hello", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	r := o.Run("--yes", "--sample", "hello")
	if r.Code != 4 || !strings.Contains(r.Stderr, fmt.Sprintf("process %d", os.Getpid())) {
		t.Errorf("exit %d, want 4: %s", r.Code, r.Stderr)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestInit(t *testing.T) {
	o := e2e.NewOperator(t, need)
	folder := e2e.UnpackSample(t, "hello")
	o.Must("init", folder)
	written, err := os.ReadFile(filepath.Join(folder, "slipway.toml"))
	if err != nil || !strings.Contains(string(written), `"server:app"`) {
		t.Errorf("wrote %s, %v", written, err)
	}
	if r := o.Run("init", folder); r.Code != 2 {
		t.Errorf("writing it again: exit %d, want 2", r.Code)
	}
}
