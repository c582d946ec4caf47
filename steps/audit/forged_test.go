package audit

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"slipway/steps/shell"
)

// hostileNames are names of files that would pass for lines of a look.
var hostileNames = []string{"x\nasked yes\npackaged ", "x\n\n--slipway-look-- audit ssh\npermitrootlogin no", "\nstranger /usr/bin/sudo", "space ", "ü 'quoted' \"name\""}

// TestForgedAudit has files whose names look like the look's own lines: each is one
// finding, of its own kind, and nothing else is found.
func TestForgedAudit(t *testing.T) {
	dir := t.TempDir()
	for _, name := range hostileNames {
		path := filepath.Join(dir, strings.ReplaceAll(name, "/", "_"))
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	script := strings.Replace(filesScript, "find / -xdev", "find "+shell.Quote(dir)+" -xdev", 1)
	out, err := exec.Command("sh", "-c", script).Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := shell.SplitLines(string(out))
	if len(lines) != len(hostileNames)+1 || lines[len(lines)-1] != "asked yes" {
		t.Errorf("%d lines for %d files:\n%s", len(lines), len(hostileNames), out)
	}
	for _, line := range lines[:len(lines)-1] {
		if !strings.HasPrefix(line, "writable "+dir) {
			t.Errorf("a file passes for %q", line)
		}
	}
	seen := shell.Sections("--b", "\n--b "+sectionPrefix+"files\n"+string(out))
	report, _ := Read(Subject{}, seen, time.Now())
	if len(report.Results) != 4 || report.Results[0].Verdict != Bad || report.Results[3].Found != "0 of them" {
		t.Errorf("it is judged as %+v", report.Results)
	}
}

// TestForgedAuditBound has more findings of one kind than are told, ahead of one of another.
func TestForgedAuditBound(t *testing.T) {
	dir := t.TempDir()
	for i := range 3000 {
		path := filepath.Join(dir, strconv.Itoa(i))
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	folder := filepath.Join(dir, "zz")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(folder, 0o777); err != nil {
		t.Fatal(err)
	}
	script := strings.Replace(filesScript, "find / -xdev", "find "+shell.Quote(dir)+" -xdev", 1)
	out, err := exec.Command("sh", "-c", script).Output()
	if n := strings.Count(string(out), "writable "); err != nil || n != 1000 || !strings.Contains(string(out), "folder "+folder+"\n") {
		t.Errorf("%d files are told, %v: %.300s", n, err, out)
	}
}

// TestMain is also the process of TestForgedProcess, by its first argument.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "listen" {
		l, err := net.Listen("tcp", "[::]:0")
		if err != nil {
			os.Exit(1)
		}
		os.Stdout.WriteString(l.Addr().String() + "\n")
		select {}
	}
	os.Exit(m.Run())
}

// TestForgedProcess has a process listen that calls itself nginx, and one whose name
// is what ss prints of sshd's.
func TestForgedProcess(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"nginx", `sshd",pid=1,fd=3`} {
		program := filepath.Join(t.TempDir(), name)
		if err := os.Symlink(self, program); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(program, "listen")
		told, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		defer cmd.Wait()         //nolint:errcheck // it was killed
		defer cmd.Process.Kill() //nolint:errcheck // it may be gone
		line := make([]byte, 100)
		n, _ := told.Read(line)
		_, digits, _ := strings.Cut(strings.TrimSpace(string(line[:n])), "]:")
		port, err := strconv.Atoi(digits)
		if err != nil {
			t.Fatalf("it listens at %q", line[:n])
		}
		out, err := exec.Command("sh", "-c", shell.LookSockets()).Output()
		if err != nil {
			t.Fatal(err)
		}
		at := slices.IndexFunc(shell.ParseSockets(string(out)), func(s shell.Socket) bool { return s.Port == port && s.Protocol == "tcp" })
		if at < 0 || !slices.Contains(shell.ParseSockets(string(out))[at].PIDs, cmd.Process.Pid) {
			t.Errorf("%s at port %d is not found:\n%s", name, port, out)
		}
		if results := judgeListening(Subject{Ports: []int{port}}, string(out)); results[0].Verdict != Bad {
			t.Errorf("%s is taken for a program of the server's own: %+v", name, results)
		}
		if strings.Contains(string(out), "pid=") {
			t.Errorf("a name of a process is in the look:\n%s", out)
		}
	}
}
