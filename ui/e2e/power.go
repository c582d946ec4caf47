package e2e

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// CutPower ends every process of the machine of a deployment, by its tag, at once: no
// shutdown, no sync.
func CutPower(tag string) error {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return err
	}
	killed := false
	for _, e := range entries {
		groups, err := os.ReadFile(filepath.Join("/proc", e.Name(), "cgroup"))
		if err != nil || !strings.Contains(string(groups), tag) {
			continue
		}
		var pid int
		if _, err := fmt.Sscan(e.Name(), &pid); err != nil {
			continue
		}
		if process, err := os.FindProcess(pid); err == nil && process.Kill() == nil {
			killed = true
		}
	}
	if !killed {
		return errors.New("the machine has no process")
	}
	return nil
}
