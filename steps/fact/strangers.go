package fact

import (
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/crypto/ssh"

	"slipway/providers"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

// SudoersPath is the file by which the user that slipway logs in as becomes root, and
// SudoersMark a text that is in it.
const (
	SudoersPath = "/etc/sudoers.d/90-slipway"
	SudoersMark = "Written by slipway"
)

//go:embed strangers.sh
var strangersText string

// LookStrangers is the shell text that prints what has a name that slipway would use
// and is somebody else's: ChooseLogin and CheckObstacles read it. owner is the file that
// marks a server as a deployment's.
func LookStrangers(p plan.Plan, owner string) string {
	existing := ""
	if p.Value(plan.KeyHost) != "" {
		existing = "yes"
	}
	own := []string{"none"} // grep takes an empty text for one that is in every line
	for _, line := range p.AuthorizedKeys() {
		if fields := strings.Fields(line); len(fields) > 1 && strings.HasPrefix(fields[1], "AAAA") {
			own = append(own, fields[1])
		}
	}
	l := layout.Of(p.ServerName())
	return shell.Script(strangersText, shell.Values{"owner": owner, "existing": existing, "logins": strings.Join(plan.Logins, " "),
		"accounts": l.User + " slipway-acme", "own": strings.Join(own, "\n"), "sudoers": SudoersPath, "written": SudoersMark},
		l.Root(), l.State(), "/etc/slipway", "/opt/slipway", "/var/cache/slipway", "/var/log/nginx/app")
}

// taken is what has a name that slipway would use: "user app-shop". To destroy the
// deployment would remove it.
func taken(c judge, rest string) (obstacle, bool) {
	kind, name, ok := strings.Cut(printable(rest), " ")
	if kind == "path" {
		return obstacle{name + " is there, and is not of a deployment that is on the server",
			"on the server, move " + name + " away, or remove it if it is left of something that is not needed; or give the deployment another --name"}, ok
	}
	next := fmt.Sprintf("give the deployment another --name; or, if it is left of an earlier deployment, remove the %s %s on the server", kind, name)
	if !strings.Contains(name, c.plan.ServerName()) {
		next = fmt.Sprintf("on the server, rename or remove the %s %s", kind, name)
	}
	return obstacle{fmt.Sprintf("the %s %s is there, which slipway would take for the app, and is not of a deployment that is on the server", kind, name), next}, ok
}

// candidate is a user that slipway could log in as, as the server shows it.
type candidate struct {
	// root is set if it is root, or sudo lets it become root without a password;
	// withPassword if sudo asks for one first, and password if it has one.
	root, withPassword, password bool
	// keys name those that let others in; signs say in a few words how else somebody
	// acts as this user.
	keys, signs []string
}

// unlimited is a rule by which sudo lets a user do everything as root.
var unlimited = regexp.MustCompile(`^\((?:ALL|root)(?: *: *[^)]*)?\) *((?:[A-Z_]+: *)*)ALL *$`)

// see takes in one sign: a kind, and what belongs to it.
func (c *candidate) see(kind, rest string) {
	switch kind {
	case "root":
		c.root = true
	case "sudo":
		rule := unlimited.FindStringSubmatch(rest)
		c.root = c.root || rule != nil && strings.Contains(rule[1], "NOPASSWD:")
		c.withPassword = c.withPassword || rule != nil
	case "password":
		c.password = true
		c.signs = append(c.signs, "it has a password")
	case "key":
		c.keys = append(c.keys, nameOfKey(rest))
	case "asks":
		c.signs = append(c.signs, "sshd asks elsewhere who may log in ("+rest+")")
	case "actor":
		c.signs = append(c.signs, "sudo lets others act as it ("+strings.TrimSpace(rest)+")")
	case "process":
		c.signs = append(c.signs, "a process runs as it ("+strings.TrimSpace(rest)+")")
	case "file", "home":
		c.signs = append(c.signs, rest+" is there")
	case "group":
		c.signs = append(c.signs, "there is a group of that name")
	case "directory":
		c.signs = append(c.signs, "it is not in /etc/passwd, but in a directory of users")
	}
}

// free tells whether nobody gains anything if this user may become root.
func (c *candidate) free() bool {
	return c.root || c.password && c.withPassword || len(c.why()) == 0
}

// why lists how somebody else acts as this user.
func (c *candidate) why() []string {
	if len(c.keys) == 0 {
		return c.signs
	}
	noun := "keys let"
	if len(c.keys) == 1 {
		noun = "key lets"
	}
	return append([]string{fmt.Sprintf("%d %s in there (%s)", len(c.keys), noun, strings.Join(slices.Compact(c.keys), ", "))}, c.signs...)
}

// nameOfKey is the comment of a line of authorized_keys, else its fingerprint.
func nameOfKey(line string) string {
	key, comment, _, _, err := ssh.ParseAuthorizedKey([]byte(line))
	switch {
	case err != nil:
		return "one that can't be read"
	case printable(comment) != "":
		return cut(printable(comment))
	}
	return ssh.FingerprintSHA256(key)
}

// printable is a stranger's text without what a terminal would obey.
func printable(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) && r != unicode.ReplacementChar {
			return r
		}
		return -1
	}, text))
}

// cut shortens a stranger's text for a sentence.
func cut(text string) string {
	const most = 60
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}

// ChooseLogin decides which user slipway logs in as on a server that was there
// before: one that nobody else acts as, or that may become root already. A note says
// why it is not the usual one. If each of them is somebody else's, the error is a
// *providers.Failed. looked is what LookStrangers printed; of what is not known the
// plan's own user is the answer.
func ChooseLogin(p plan.Plan, looked string) (user, note string, err error) {
	seen := map[string]*candidate{}
	for _, line := range shell.SplitLines(looked) {
		words := strings.SplitN(line, " ", 4)
		if len(words) < 3 || words[0] != "login" || !slices.Contains(plan.Logins, words[1]) {
			continue
		}
		if seen[words[1]] == nil {
			seen[words[1]] = &candidate{}
		}
		rest := ""
		if len(words) == 4 {
			rest = cutUnless(words[2] == "key" || words[2] == "sudo", words[3])
		}
		seen[words[1]].see(words[2], rest)
	}
	var others []string
	for _, name := range plan.Logins {
		c := seen[name]
		switch {
		case c == nil:
			return p.LoginUser(), "", nil
		case c.free() && len(others) > 0:
			return name, fmt.Sprintf("%s, so slipway makes the user %s and logs in as it: as %s, others would become root", others[0], name, plan.Logins[0]), nil
		case c.free():
			return name, "", nil
		}
		others = append(others, fmt.Sprintf("the user %s is somebody else's on the server (%s)", name, strings.Join(c.why(), ", ")))
	}
	return "", "", noLogin(others)
}

// cutUnless is a stranger's text, cleaned, and cut unless whole is set.
func cutUnless(whole bool, text string) string {
	if whole {
		return text
	}
	return cut(printable(text))
}

// noLogin says what to do where each user that slipway could log in as is somebody else's.
func noLogin(others []string) error {
	first := plan.Logins[0]
	return &providers.Failed{
		Err: fmt.Errorf("slipway needs a user that may become root, and would give that to others: %s", strings.Join(others, "; ")),
		Next: fmt.Sprintf("on the server, rename or remove one of the users: usermod --login NEW %s; or, if all who act as %s may become root, say so yourself: "+
			"echo '%s ALL=(ALL:ALL) NOPASSWD: ALL' >/etc/sudoers.d/%s; nothing was changed on the server", first, first, first, first)}
}
