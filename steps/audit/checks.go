package audit

import (
	_ "embed" // the scripts
	"fmt"
	"slices"
	"strconv"
	"strings"

	"slipway/steps/shell"
)

var (
	//go:embed firewall.sh
	firewallScript string
	//go:embed accounts.sh
	accountsScript string
	//go:embed exposure.sh
	exposureScript string
	//go:embed updates.sh
	updatesScript string
	//go:embed files.sh
	filesScript string
)

// failedUnits prints the failed units of systemd.
const failedUnits = `echo "asked yes"; systemctl list-units --failed --plain --no-legend --full | sed 's/^\([^ ]*\).*/failed \1/'`

// checks are all checks on the server, in order.
var checks = []check{
	{topic: "ssh", look: everywhere(shell.SSHDFolder + "; sshd -T"), judge: judgeSSH},
	{topic: "listening", look: func(Subject) string { return shell.LookSockets() }, judge: judgeListening},
	{topic: "firewall", look: everywhere(firewallScript), judge: judgeFirewall},
	{topic: "accounts", look: everywhere(accountsScript), judge: judgeAccounts},
	{topic: "units", look: everywhere(failedUnits), judge: judgeUnits},
	{topic: "exposure", slow: true, look: lookExposure, judge: judgeExposure},
	{topic: "updates", slow: true, look: everywhere(updatesScript), judge: judgeUpdates},
	{topic: "files", slow: true, look: everywhere(filesScript), judge: judgeFiles},
}

// everywhere is a look that is the same on every server.
func everywhere(look string) func(Subject) string {
	return func(Subject) string { return shell.Script(look, nil) }
}

// sshWanted are settings of sshd and the values that they may have.
var sshWanted = []struct {
	keyword, check string
	values         []string
}{
	{"permitrootlogin", "root can't log in", []string{"no"}},
	{"passwordauthentication", "no password lets anybody in", []string{"no"}},
	{"kbdinteractiveauthentication", "keyboard-interactive login is off", []string{"no"}},
	{"permitemptypasswords", "an account with an empty password can't log in", []string{"no"}},
	{"pubkeyauthentication", "SSH keys can log in", []string{"yes"}},
	{"x11forwarding", "X11 is not forwarded", []string{"no"}},
	{"allowagentforwarding", "SSH agents are not forwarded", []string{"no"}},
	{"maxauthtries", "a connection may try at most four keys", []string{"1", "2", "3", "4"}},
}

func judgeSSH(_ Subject, text string) []Result {
	f := shell.Fields(text)
	var results []Result
	for _, w := range sshWanted {
		value, known := f[w.keyword]
		if !known {
			results = append(results, unknown(w.check, "sshd does not say"))
			continue
		}
		results = append(results, judged(w.check, slices.Contains(w.values, value), w.keyword+" "+value))
	}
	return results
}

// Listener is a socket that the world reaches unless a firewall is in between.
type Listener struct {
	// Protocol is "tcp" or "udp".
	Protocol string
	Port     int
	// Units are the systemd units whose processes have it open, as
	// "nginx.service" or "ssh.service+init.scope"; empty if no process has.
	Units string
}

// Listeners reads what shell.LookSockets printed, and leaves out sockets that only the
// server itself reaches.
func Listeners(text string) []Listener {
	var all []Listener
	for _, s := range shell.ParseSockets(text) {
		address := strings.Trim(s.Address, "[]")
		if strings.HasPrefix(address, "127.") || address == "::1" || strings.HasPrefix(address, "::ffff:127.") || strings.HasSuffix(address, "%lo") {
			continue
		}
		l := Listener{Protocol: s.Protocol, Port: s.Port, Units: strings.Join(slices.Sorted(slices.Values(s.Units)), "+")}
		if !slices.Contains(all, l) {
			all = append(all, l)
		}
	}
	return all
}

// wanted tells whether a listener is nginx at a port for visitors, sshd at one of its own
// (where systemd may hold the socket, with sshd or for it), how the server receives its
// addresses, or at a port that the operator allowed.
func (l Listener) wanted(s Subject) bool {
	if slices.Contains(s.Allowed, fmt.Sprintf("%s/%d", l.Protocol, l.Port)) {
		return true
	}
	if l.Protocol == "udp" {
		return slices.Contains(dhcp, l.Port)
	}
	switch l.Units {
	case "nginx.service", "ssh.service", "init.scope", "init.scope+ssh.service":
		return slices.Contains(s.Ports, l.Port)
	}
	return false
}

// dhcp are the UDP ports on which a server receives its own addresses.
var dhcp = []int{68, 546}

func judgeListening(s Subject, text string) []Result {
	const what = "only sshd and nginx listen to the world"
	if !strings.HasPrefix(strings.TrimSpace(text), "socket ") {
		return []Result{unknown(what, "ss does not say")}
	}
	var found, others []string
	for _, l := range Listeners(text) {
		name := strings.TrimSpace(fmt.Sprintf("%s/%d %s", l.Protocol, l.Port, l.Units))
		found = append(found, name)
		if !l.wanted(s) {
			others = append(others, name)
		}
	}
	if len(others) > 0 {
		return []Result{judged(what, false, "and also "+shortened(others))}
	}
	return []Result{judged(what, true, shortened(found))}
}

func judgeFirewall(_ Subject, text string) []Result {
	const what = "what is not let in is dropped, by IPv4 and IPv6"
	family, dropped := "", map[string]bool{}
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch {
		case key == "family":
			family = value
		case key == "input" && value == "drop":
			dropped[family] = true
		}
	}
	switch {
	case dropped["inet"], dropped["ip"] && dropped["ip6"]:
		return []Result{judged(what, true, "policy drop")}
	case strings.Contains(text, "nft missing"):
		return []Result{judged(what, false, "there is no nftables")}
	case strings.Contains(text, "nft there"):
		return []Result{judged(what, false, "no rule drops the rest")}
	}
	return []Result{unknown(what, "nft does not say")}
}

func judgeAccounts(_ Subject, text string) []Result {
	return []Result{
		noneFound("nobody but root is root", text, "root"),
		noneFound("no account has an empty password", text, "open"),
		noneFound("no account has a password", text, "password"),
	}
}

// noneFound is good if no line begins with the word; else it names what follows
// the word. If the look printed nothing at all, not even its first line, the verdict
// is Unknown.
func noneFound(what, text, word string) Result {
	if strings.TrimSpace(text) == "" {
		return unknown(what, "the server does not say")
	}
	var found []string
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(line), word+" "); ok {
			found = append(found, rest)
		}
	}
	if len(found) > 0 {
		return judged(what, false, shortened(found))
	}
	return judged(what, true, "none")
}

// shortened names a few of many.
func shortened(all []string) string {
	const few = 8
	if len(all) <= few {
		return strings.Join(all, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(all[:few], ", "), len(all)-few)
}

func judgeUnits(_ Subject, text string) []Result {
	return []Result{noneFound("no unit has failed", text, "failed")}
}

// exposed are units, by name or the app's prefix, and how exposed they may be at
// most, on the scale of systemd-analyze security from 0 to 10.
func exposed(s Subject) []struct {
	name, unit string
	most       float64
} {
	return []struct {
		name, unit string
		most       float64
	}{{"the app", s.App, 1.5}, {"nginx", "nginx.service", 3}, {"sshd", "ssh.service", 5}}
}

func lookExposure(s Subject) string {
	var names []string
	for _, e := range exposed(s) {
		names = append(names, e.unit)
	}
	return shell.Script(exposureScript, shell.Values{"app": s.App}, names...)
}

func judgeExposure(s Subject, text string) []Result {
	f := shell.Fields(text)
	var results []Result
	for _, e := range exposed(s) {
		what := fmt.Sprintf("%s is exposed by %.1f of 10 at most", e.name, e.most)
		level, err := strconv.ParseFloat(strings.TrimSpace(f[e.unit]), 64)
		if err != nil {
			results = append(results, unknown(what, "systemd does not say"))
			continue
		}
		results = append(results, judged(what, level <= e.most, fmt.Sprintf("%.1f", level)))
	}
	return results
}

func judgeUpdates(_ Subject, text string) []Result {
	return []Result{
		noneFound("no security update is pending", text, "security"),
		noneFound("apt's package lists are less than a week old", text, "old"),
		noneFound("no reboot is pending", text, "reboot"),
	}
}

func judgeFiles(_ Subject, text string) []Result {
	if !slices.Contains(shell.SplitLines(text), "asked yes") {
		return []Result{unknown("files have safe owners and modes", "looking through them took longer than a minute")}
	}
	results := []Result{
		noneFound("no file is anybody's to write", text, "writable"),
		noneFound("no folder lets everybody remove the files of others", text, "folder"),
		noneFound("every file has an owner and a group", text, "nobody"),
		noneFound("programs that run as another user are of Debian's packages", text, "stranger"),
	}
	if last := &results[3]; last.Verdict == Good {
		last.Found = fmt.Sprintf("%d of them", strings.Count("\n"+text, "\npackaged "))
	}
	return results
}
