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
		"wait": shell.Script(waitScript, shell.Values{"name": "it's"}), "upload": upload{path: "/it's", length: 1, sum: strings.Repeat("0", 64)}.receive(0), "uploaded": shell.Script(uploadedScript, shell.Values{"part": "/it's"}), "bring": shell.Script(bringScript, nil),
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
