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

// TestShellIsWellFormed has sh parse every script.
func TestShellIsWellFormed(t *testing.T) {
	job := Job{Name: "it's", Script: "true", Look: "echo 'a look'"}
	for name, script := range map[string]string{
		"job": job.startOrFollow("--b", true), "unit of a job": shell.Script(jobUnitScript, nil), "running": Running(),
		"wait": shell.Script(waitScript, shell.Values{"name": "it's"}), "upload": receive("/it's", 1), "bring": shell.Script(bringScript, nil),
	} {
		cmd := exec.Command("sh", "-n")
		cmd.Stdin = strings.NewReader(script)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v: %s\n%s", name, err, out, script)
		}
	}
}

// TestRunning has a stand-in for systemctl that prints what systemd 257 prints of
// two jobs, for the test may run where there is no systemd.
func TestRunning(t *testing.T) {
	const listed = `slipway-job-audit.service     loaded active     running slipway: audit
slipway-job-my-app.x.service  loaded activating start   slipway: my-app.x
`
	for name, c := range map[string]struct{ listed, want string }{"two": {listed, "audit\nmy-app.x\n"}, "none": {"", ""}} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			stand := "#!/bin/sh\n[ \"$*\" = \"list-units --plain --no-legend --full slipway-job-*.service\" ] || exit 1\nprintf %s " + shell.Quote(c.listed) + "\n"
			if err := os.WriteFile(filepath.Join(dir, "systemctl"), []byte(stand), 0o700); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command("/bin/sh", "-euc", Running())
			cmd.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"))
			if out, err := cmd.Output(); err != nil || string(out) != c.want {
				t.Errorf("got %q, %v, want %q", out, err, c.want)
			}
		})
	}
}

// TestHostileSizes runs what a job's unit runs, with scripts that print little, too much,
// one endless line, or leave a process behind that holds their output open. Each comes
// to its end with its status, and the script, which may hold secrets, is gone.
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

// TestFullDisk has the log be where nothing can be written: the job goes on.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "script"), []byte("head -c 300000 /dev/zero; exit 4"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("/bin/sh", "-c", shell.Script(jobUnitScript, nil), "job", dir, "/dev/full", "100000").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if got, err := os.ReadFile(filepath.Join(dir, "status")); err != nil || string(got) != "4\n" {
		t.Errorf("the status is %q, %v", got, err)
	}
}
