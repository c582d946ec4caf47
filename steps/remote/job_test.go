package remote

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
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

// standIns are programs for a job's script where there is no systemd: a unit runs from its start
// until the file "ended" is there, or for as long as its script does.
func standIns(t *testing.T, dir string) {
	t.Helper()
	for name, text := range map[string]string{
		"systemctl": `case "$*" in
"show -p ActiveState"*) if [ -e DIR/runs ]; then echo active; else echo inactive; fi ;;
"show -p MainPID"*) cat DIR/runs 2>/dev/null || echo 0 ;;
*is-active*) [ -e DIR/runs ] ;;
esac`,
		"systemd-run": `until [ "$1" = /bin/sh ]; do shift; done
exec "$@"`,
	} {
		text = "#!/bin/sh\n" + strings.ReplaceAll(text, "DIR", shell.Quote(dir)) + "\n"
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
}

// TestFollowsOrphan starts a job while another of its name runs whose run is gone: that one waits
// for what nobody brings until it is told so, and then the new one begins.
func TestFollowsOrphan(t *testing.T) {
	dir := t.TempDir()
	standIns(t, dir)
	if err := os.MkdirAll(filepath.Join(dir, "apply"), 0o700); err != nil {
		t.Fatal(err)
	}
	orphan := exec.Command("/bin/sh", "-euc", `echo $$ >runs
n=0
until [ -e apply/abandoned ] || [ $n = 1000 ]; do sleep 0.01; n=$((n + 1)); done
echo "$n" >waited
rm runs`)
	orphan.Dir = dir
	if err := orphan.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error)
	go func() { ended <- orphan.Wait() }() // at once: a process that nobody waited for counts as one that runs
	for !exists(filepath.Join(dir, "runs")) {
		runtime.Gosched()
	}
	job := Job{Name: "apply", Script: "echo mine", Look: ":"}
	text := strings.NewReplacer(jobsDir, dir, jobLogs, dir).Replace(job.startOrFollow("BOUNDARY", false))
	cmd := exec.CommandContext(t.Context(), "/bin/sh", "-c", text)
	cmd.Stdin = strings.NewReader(job.Script)
	out, err := cmd.CombinedOutput()
	if orphaned := <-ended; err != nil || orphaned != nil || !strings.Contains(string(out), "\nmine\n") || !strings.Contains(string(out), "BOUNDARY status 0") {
		t.Fatalf("%v, %v: %s", err, orphaned, out)
	}
	if waited, err := os.ReadFile(filepath.Join(dir, "waited")); err != nil || string(waited) == "1000\n" {
		t.Errorf("the other job was not told that its run is gone: %s, %v", waited, err)
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
