//go:build unix

package remote

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"slipway/steps/shell"
)

func TestHostileSizes(t *testing.T) {
	for name, c := range map[string]struct {
		script, status string
		log            func(string) bool
	}{
		"little": {"echo out; echo err >&2; false; echo not reached", "1\n", func(log string) bool { return log == "out\nerr\n" }},
		"too much": {"i=0; while [ $i -lt 40000 ]; do echo line $i; i=$((i+1)); done; echo the end; exit 3", "3\n", func(log string) bool {
			return strings.HasPrefix(log, "line 0\n") && strings.HasSuffix(log, "line 39999\nthe end\n") && strings.Contains(log, "more than 1000 bytes") && len(log) < 70000
		}},
		"one line": {"head -c 3000000 /dev/zero | tr '\\0' x", "0\n", func(log string) bool { return len(log) < 70000 }},
		"left":     {"sleep 60 & echo out", "0\n", func(log string) bool { return log == "out\n" }},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "script"), []byte(c.script), 0o600); err != nil {
				t.Fatal(err)
			}
			ended := make(chan error, 1)
			cmd := exec.Command("/bin/sh", "-c", shell.Script(jobUnitScript, nil), "job", dir, filepath.Join(dir, "log"), "1000")
			cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			defer syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) //nolint:errcheck // it may be gone
			go func() { ended <- cmd.Wait() }()
			select {
			case err := <-ended:
				if err != nil {
					t.Error(err)
				}
			case <-time.After(30 * time.Second):
				t.Fatal("it hangs")
			}
			if got, err := os.ReadFile(filepath.Join(dir, "status")); err != nil || string(got) != c.status {
				t.Errorf("the status is %q, %v, want %q", got, err, c.status)
			}
			if got, err := os.ReadFile(filepath.Join(dir, "log")); err != nil || !c.log(string(got)) {
				t.Errorf("the log has %d bytes, %v: %.200q", len(got), err, got)
			}
			for _, file := range []string{"script", "pipe", "end"} {
				if _, err := os.Stat(filepath.Join(dir, file)); !os.IsNotExist(err) {
					t.Errorf("%s is there still: %v", file, err)
				}
			}
		})
	}
}
