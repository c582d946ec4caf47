package steps

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"slipway/providers"
	"slipway/steps/shell"
)

// sshdSettings are what sshd must really do, as sshd -T prints it.
var sshdSettings = []struct{ keyword, value, why string }{
	{"PermitRootLogin", "no", "every attacker knows that root exists"},
	{"PasswordAuthentication", "no", "passwords are guessed"},
	{"KbdInteractiveAuthentication", "no", "it asks for passwords by another name"},
	{"PermitEmptyPasswords", "no", "no password is no lock"},
	{"PubkeyAuthentication", "yes", "keys are the only way in"},
	{"MaxAuthTries", "3", "a key that fits needs one"},
	{"LoginGraceTime", "30", "unfinished logins hold places that others need"},
	{"X11Forwarding", "no", "a server has no screen"},
	{"AllowAgentForwarding", "no", "a broken-in server could use the operator's keys"},
}

// sshd is that only keys let anybody in, and never root.
var sshd = &fact{
	name: "sshd", title: "SSH by key only, not for root", phase: providers.PhaseOther, limit: time.Minute,
	look: func(Plan) string {
		return shell.Lines(shell.LookFiles(sshdFile().Path), sshdFolder, "sshd -T")
	},
	decide: func(v view) []providers.Change {
		changes := changedFiles(v.Looked, "it wins over what others write", sshdFile())
		lines := splitLines(v.Looked)
		for _, s := range sshdSettings {
			if !slices.Contains(lines, strings.ToLower(s.keyword)+" "+s.value) {
				changes = append(changes, providers.Change{What: fmt.Sprintf("set sshd's %s to %s", s.keyword, s.value), Why: s.why})
			}
		}
		return changes
	},
	script: func(view) string {
		return shell.Lines(
			sshdFile().Put(),
			// The first value that sshd reads wins, so drop-ins must come first.
			`if ! grep -qi '^include /etc/ssh/sshd_config.d/' /etc/ssh/sshd_config; then`,
			shell.Keep("/etc/ssh/sshd_config"),
			`sed -i '1i Include /etc/ssh/sshd_config.d/*.conf' /etc/ssh/sshd_config`,
			`fi`,
			sshdFolder,
			`sshd -t || { rm -f `+shell.Quote(sshdFile().Path)+`; exit 1; }`,
			// Where a socket unit starts sshd there may be nothing to reload.
			`systemctl try-reload-or-restart ssh.service`,
		)
	},
}

// sshdFolder is where sshd wants to find a folder even to be asked its settings.
const sshdFolder = `mkdir -p /run/sshd`

func sshdFile() shell.File {
	var b strings.Builder
	b.WriteString("# Written by slipway. The first value that sshd reads wins.\n")
	for _, s := range sshdSettings {
		fmt.Fprintf(&b, "# %s\n%s %s\n", s.why, s.keyword, s.value)
	}
	return shell.File{Path: "/etc/ssh/sshd_config.d/00-slipway.conf", Mode: "644", Content: b.String()}
}
