package remote

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

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

// TestJobUnit runs what a job's unit runs: its status is there once all that it
// printed is, and the script, which may hold secrets, is gone.
func TestJobUnit(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "script"), []byte("echo out; echo err >&2; false; echo not reached"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("/bin/sh", "-c", shell.Script(jobUnitScript, nil), "job", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for name, want := range map[string]string{"log": "out\nerr\n", "status": "1\n"} {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != want {
			t.Errorf("%s is %q, %v, want %q", name, got, err, want)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "script")); !os.IsNotExist(err) {
		t.Errorf("the script is there still: %v", err)
	}
}
