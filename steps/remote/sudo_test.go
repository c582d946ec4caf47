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
			errand := newErrand(`set -- "its argument"; cat; echo "$1"`, true)
			line := errand.line(s)
			if strings.Contains(line, "argument") || c.password != "" && strings.Contains(line, c.password) {
				t.Errorf("the script or the password is in the command line %s", line)
			}
			cmd := exec.Command("/bin/sh", "-c", line)
			cmd.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "PASSWORD="+password)
			cmd.Stdin = errand.stdin(s, strings.NewReader(input))
			out, err := cmd.Output()
			if want := errand.boundary + "\n" + input + "its argument\n"; err != nil || !bytes.Equal(out, []byte(want)) {
				t.Errorf("got %q, %v; want %q", out, err, want)
			}
		})
	}
}

func TestRootNeedsNoSudo(t *testing.T) {
	s := sudoFor(Target{User: "root", SudoPassword: "secret"})
	if words := s.words(); len(words) != 0 || s.ahead() != "" {
		t.Errorf("root becomes root by %v, after %q", words, s.ahead())
	}
}

func TestSudoHint(t *testing.T) {
	at := Target{User: "ana", Address: "192.0.2.1"}
	for said, want := range map[string]string{
		"sudo: sorry, you must have a tty to run sudo":                               "Defaults:ana !requiretty",
		"ana is not in the sudoers file.":                                            "usermod -aG sudo ana",
		"Sorry, user ana is not allowed to execute '/usr/bin/true' as root on shop.": "visudo",
		"/bin/sh: 1: sudo: not found":                                                "--host root@192.0.2.1",
		"sudo: /etc/sudoers:31: syntax error\nsudo: no valid sudoers sources found":  "visudo -c",
		"sudo: /usr/bin/sudo must be owned by uid 0 and have the setuid bit set":     "chmod 4755",
		"sudo: account validation failure, is your account locked?":                  "chage",
		"sudo: a password is required":                                               "",
	} {
		got := at.SudoHint(&ExitError{What: "sudo", Status: 1, Tail: said})
		if !strings.Contains(got, want) || want == "" && got != "" {
			t.Errorf("%s: got %q, want %q", said, got, want)
		}
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
