package ssh

import (
	"io"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"al.essio.dev/pkg/shellescape"

	"slipway/providers/local/localtest"
	"slipway/steps/shell"
	"slipway/ui/e2e"
)

// TestSSHWithSudoPassword logs in as a user who gives sudo a password, with a
// key that has a passphrase.
func TestSSHWithSudoPassword(t *testing.T) {
	localtest.NeedMachines(t)
	t.Parallel()
	const password, passphrase = "c0rrect horse'$", "battery staple"
	identity, signer := newKey(t, "mine", passphrase)
	s := bootBare(t, "debian-13", map[string]any{"runcmd": [][]string{
		{"useradd", "--create-home", "--shell", "/bin/bash", "--groups", "sudo", "ana"},
		{"sh", "-c", `printf '%s\n' "$1" | chpasswd`, "sh", "ana:" + password},
		{"sh", "-c", `install -d -o ana /home/ana/.ssh && printf '%s\n' "$1" >/home/ana/.ssh/authorized_keys`, "sh", e2e.Authorized(signer.PublicKey())},
	}})
	o := newOperator(t)
	o.aHome(t, nil)
	home := o.Env
	args := append([]string{"--yes"}, s.flags("ana", "--identity", identity, "--host-key-fingerprint", s.fingerprint())...)
	for _, c := range []struct {
		env  []string
		code int
		want string
	}{
		{nil, 2, "SLIPWAY_IDENTITY_PASSPHRASE"},
		{[]string{"SLIPWAY_IDENTITY_PASSPHRASE=wrong"}, 2, "the passphrase is not right"},
		{[]string{"SLIPWAY_IDENTITY_PASSPHRASE=" + passphrase}, 3, "SLIPWAY_SUDO_PASSWORD"},
		{[]string{"SLIPWAY_IDENTITY_PASSPHRASE=" + passphrase, "SLIPWAY_SUDO_PASSWORD=wrong"}, 3, "SLIPWAY_SUDO_PASSWORD"},
	} {
		o.Env = slices.Concat(home, c.env)
		if r := o.Run(args...); r.Code != c.code || !strings.Contains(r.Stderr, c.want) {
			t.Errorf("with %q: exit %d, want %d and %q\n%s", c.env, r.Code, c.code, c.want, r.Stderr)
		}
	}
	secrets := []string{"SLIPWAY_IDENTITY_PASSPHRASE=" + passphrase, "SLIPWAY_SUDO_PASSWORD=" + password}
	t.Run("terminal", func(t *testing.T) { o.asksOnTerminal(t, args[1:], passphrase, password) })
	o.Env = slices.Concat(home, secrets)
	watched := e2e.WatchArguments(t, password)
	r := o.Must(args...)
	watched()
	if strings.Contains(r.Stdout+r.Stderr, password) || strings.Contains(r.Stdout+r.Stderr, passphrase) {
		t.Errorf("a secret was printed:\n%s", r.Stderr)
	}
	o.KeepsToItself(password)
	o.KeepsToItself(passphrase)
	if status, _ := e2e.Ask(t, strings.TrimSpace(r.Stdout)); status != http.StatusOK {
		t.Errorf("status %d", status)
	}
	if n := o.Root("hello", shell.Lines(shell.Journal, "journal -o short | grep -c 'c0rrect [h]orse' || :")); n != "0" {
		t.Errorf("the server's log holds the password in %s lines", n)
	}
	o.Env = home
	if again := o.Deploy(s.flags("ana")...); again.Changed {
		t.Errorf("a second run, without secrets, changed something: %v", again.Steps)
	}
	// ana still needs her secrets to take the server back.
	if r := o.Run("destroy", "-y", "--lose-data"); r.Code != 2 || !strings.Contains(r.Stderr, "keeps its key") {
		t.Errorf("destroy without the operator's secrets: exit %d\n%s", r.Code, r.Stderr)
	}
	o.Env = slices.Concat(home, secrets)
	o.Must("destroy", "-y", "--lose-data")
}

// asksOnTerminal plans on a terminal, where the secrets are typed.
func (o *operator) asksOnTerminal(t *testing.T, args []string, passphrase, password string) {
	o.Env = o.Env[:len(o.Env)-2]
	plan := o.Command(append([]string{"--plan"}, args...)...)
	cmd := exec.Command("script", "-qec", shellescape.QuoteCommand(plan.Args), "/dev/null")
	cmd.Env, cmd.Dir = plan.Env, plan.Dir
	typed, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	shown, screen := io.Pipe()
	cmd.Stdout, cmd.Stderr = screen, screen
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		ended <- cmd.Wait()
		screen.Close()
	}()
	time.AfterFunc(time.Minute, func() { cmd.Process.Kill() }) //nolint:errcheck // it may have ended
	var all strings.Builder
	answers := map[string]string{"the passphrase of ": passphrase, "for sudo: ": password}
	for buffer := make([]byte, 4096); ; {
		n, err := shown.Read(buffer)
		all.Write(buffer[:n])
		for question, answer := range answers {
			if strings.Contains(all.String(), question) {
				delete(answers, question)
				io.WriteString(typed, answer+"\r") //nolint:errcheck // the end of the run tells
			}
		}
		if err != nil {
			break
		}
	}
	if err := <-ended; err != nil || len(answers) > 0 || !strings.Contains(all.String(), "nothing was changed") {
		t.Errorf("on a terminal: %v, not asked: %v\n%s", err, answers, all.String())
	}
	if strings.Contains(all.String(), passphrase) || strings.Contains(all.String(), password) {
		t.Errorf("what was typed shows:\n%s", all.String())
	}
}
