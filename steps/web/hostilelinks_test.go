package web

import (
	"os"
	"os/exec"
	"testing"

	"slipway/steps/shell"
)

// TestHostileLinksOfCertificate has the user who asks the authority put other things in the
// place of what root reads there.
func TestHostileLinksOfCertificate(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root becomes another user")
	}
	const words = "fine yes\nat 1\nuntil 2\nsaid no\n"
	for name, test := range map[string]struct{ made, want string }{
		"a refusal":       {`printf 'request r\ncount 1\nat 1\nuntil 2\nsaid no\nunfinished\n' >state/refused`, words},
		"another request": {`printf 'request x\nat 1\nsaid no\n' >state/refused`, "fine yes\n"},
		"nothing":         {`true`, "fine yes\n"},
		"a link":          {`ln -s ../root state/refused`, "fine yes\n"},
		"a pipe":          {`mkfifo state/refused`, "fine yes\n"},
		"without an end":  {`ln -s /dev/zero state/refused`, "fine yes\n"},
	} {
		dir := t.TempDir()
		look := shell.Script(certificateLookText, shell.Values{"certificate": "", "names": "", "request": "r", "refused": dir + "/state/refused", "user": "daemon"})
		cmd := exec.Command("sh", "-c", shell.Lines(`chmod 755 .. . && mkdir state && printf 'request r\nat 1\nsaid secret\n' >root && chmod 600 root`, test.made,
			`chown -hR daemon state; fine() { :; }`, shell.Bounds(), "{", look, "} | grep -v '^now'"))
		cmd.Dir = dir
		out, err := cmd.Output()
		if string(out) != test.want {
			t.Errorf("%s: got %q, %v", name, out, err)
		}
	}
}
