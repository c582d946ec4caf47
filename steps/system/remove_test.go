package system

import (
	"os/exec"
	"strings"
	"testing"
)

// TestRemove has sh parse what destroy runs.
func TestRemove(t *testing.T) {
	cmd := exec.Command("sh", "-n")
	cmd.Stdin = strings.NewReader(Remove())
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v: %s\n%s", err, out, Remove())
	}
	if !strings.Contains(Remove(), sharedRules) || !strings.Contains(Remove(), swapFiles[0].Path) {
		t.Errorf("the firewall or the swap stays:\n%s", Remove())
	}
}
