package operations

import (
	"bytes"
	"errors"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"slipway/ui/e2e"
)

// feed runs slipway with something on standard input.
func (s *site) feed(input string, args ...string) e2e.Result {
	s.T.Helper()
	cmd := s.Command(args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(input), &stdout, &stderr
	if err := cmd.Run(); err != nil && !errors.As(err, new(*exec.ExitError)) {
		s.T.Fatal(err)
	}
	return e2e.Result{Code: cmd.ProcessState.ExitCode(), Stdout: stdout.String(), Stderr: stderr.String()}
}

// must is feed that fails the test unless slipway succeeds.
func (s *site) must(t *testing.T, input string, args ...string) e2e.Result {
	t.Helper()
	r := s.feed(input, args...)
	if r.Code != 0 {
		t.Fatalf("slipway %s: exit %d\n%s%s", strings.Join(args, " "), r.Code, r.Stdout, r.Stderr)
	}
	return r
}

// run runs commands as the app does: its user, sandbox, folder, packages,
// variables and state.
func (s *site) run(t *testing.T) {
	r := s.feed("from here\n", "run", app, "--", "sh", "-c",
		`cat; echo "$GREETING, $(id -un) in $(basename "$PWD") with $1"; python -c "import flask, os; print(os.path.exists('server.py'))"; echo kept >"$STATE_DIRECTORY/note"; touch server.py && echo changed; exit 7`,
		"sh", "$$ ${GREETING} *")
	want := "from here\nhello there, app-ops in src with $$ ${GREETING} *\nTrue\n"
	if r.Code != 7 || r.Stdout != want {
		t.Errorf("exit %d, stdout %q, want %q; stderr %s", r.Code, r.Stdout, want, r.Stderr)
	}
	if r := s.must(t, "", "run", app, "--", `ls "$STATE_DIRECTORY" | sed s/note/seen/`); r.Stdout != "seen\n" {
		t.Errorf("a line for the shell: %q", r.Stdout)
	}
	if note := s.Root(app, "cat /var/lib/app-ops/note; rm /var/lib/app-ops/note"); note != "kept" {
		t.Errorf("what it wrote to the state folder is %q", note)
	}
	if r := s.feed("", "run", app); r.Code != 2 {
		t.Errorf("without a command: exit %d\n%s", r.Code, r.Stderr)
	}
	s.interrupted(t)
}

// interrupted: a command that is interrupted here does not go on there.
func (s *site) interrupted(t *testing.T) {
	cmd := s.Command("run", app, "--", "sh", "-c", "echo begun; sleep 600")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 16)); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	cmd.Wait() //nolint:errcheck // its exit code tells
	if code := cmd.ProcessState.ExitCode(); code != 130 {
		t.Errorf("exit %d", code)
	}
	if left := s.Root(app, "systemctl list-units --plain --no-legend 'slipway-run-*'"); left != "" {
		t.Errorf("it goes on: %s", left)
	}
}
