package remote

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"slipway/steps/shell"
)

// TestSudo has a stand-in for sudo that asks for a password, or does not; the
// command gets exactly its own input either way.
func TestSudo(t *testing.T) {
	const password = "it's a \\ \"secret\""
	input := "first\n\x00\xff\nno end"
	for name, c := range map[string]struct{ stand, password string }{
		"asks":         {`IFS= read -r given; [ "$given" = "$PASSWORD" ] || exit 1` + "\n", password},
		"does not ask": {"", password},
		"no password":  {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			stand := "#!/bin/sh\n" + c.stand + `while [ "$1" != -- ]; do shift; done; shift; exec "$@"` + "\n"
			if err := os.WriteFile(filepath.Join(dir, "sudo"), []byte(stand), 0o700); err != nil {
				t.Fatal(err)
			}
			s := sudoFor(Target{User: "ana", SudoPassword: c.password})
			line := shell.Command(append(s.words(), "/bin/sh", "-c", `cat; echo "$1"`, "x", "its argument")...)
			if c.password != "" && strings.Contains(line, c.password) {
				t.Errorf("the password is in the command line %s", line)
			}
			cmd := exec.Command("/bin/sh", "-c", line)
			cmd.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "PASSWORD="+password)
			cmd.Stdin = s.before(line, strings.NewReader(input))
			out, err := cmd.CombinedOutput()
			if want := input + "its argument\n"; err != nil || !bytes.Equal(out, []byte(want)) {
				t.Errorf("got %q, %v; want %q", out, err, want)
			}
		})
	}
}

func TestSudoLeavesOtherCommandsAlone(t *testing.T) {
	s := sudoFor(Target{User: "ana", SudoPassword: "secret"})
	stdin := strings.NewReader("x")
	if s.before("true", stdin) != stdin {
		t.Error("a command that sudo does not run was sent the password")
	}
	if words := sudoFor(Target{User: "root", SudoPassword: "secret"}).words(); len(words) != 0 {
		t.Errorf("root becomes root by %v", words)
	}
}

// TestHostKeyOfAnotherKind is a server that has no key of the pinned kind.
func TestHostKeyOfAnotherKind(t *testing.T) {
	s := newServer(t)
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	pinned, err := ssh.NewPublicKey(private.Public())
	if err != nil {
		t.Fatal(err)
	}
	target := s.target
	target.HostKeys = []ssh.PublicKey{pinned}
	if _, err = Dial(t.Context(), target); !errors.As(err, new(*WrongHostKey)) {
		t.Errorf("got %v, want *WrongHostKey", err)
	}
	if n := s.logins.Load(); n != 0 {
		t.Errorf("it was shown a key %d times", n)
	}
}
