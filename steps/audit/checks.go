package audit

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"slipway/steps/shell"
)

// checks are all checks on the server, in order.
var checks = []check{
	{topic: "ssh", look: same("mkdir -p /run/sshd; sshd -T"), judge: judgeSSH},
	{topic: "listening", look: same("ss -Htulnp"), judge: judgeListening},
	{topic: "firewall", look: same(lookFirewall), judge: judgeFirewall},
	{topic: "accounts", look: same(lookAccounts), judge: judgeAccounts},
	{topic: "units", look: same(`echo "asked yes"; systemctl list-units --failed --plain --no-legend --full | sed 's/^\([^ ]*\).*/failed \1/'`), judge: judgeUnits},
	{topic: "exposure", slow: true, look: lookExposure, judge: judgeExposure},
	{topic: "updates", slow: true, look: same(lookUpdates), judge: judgeUpdates},
	{topic: "files", slow: true, look: same(lookFiles), judge: judgeFiles},
}

// same is a look that is the same for every server.
func same(look string) func(Subject) string { return func(Subject) string { return look } }

// sshWanted are settings of sshd and the values that keep others out.
var sshWanted = []struct {
	keyword, check string
	values         []string
}{
	{"permitrootlogin", "root can't log in", []string{"no"}},
	{"passwordauthentication", "no password lets anybody in", []string{"no"}},
	{"kbdinteractiveauthentication", "no password by another name does", []string{"no"}},
	{"permitemptypasswords", "an account without a password is shut", []string{"no"}},
	{"pubkeyauthentication", "keys let in", []string{"yes"}},
	{"x11forwarding", "no screens are passed on", []string{"no"}},
	{"allowagentforwarding", "no agents are passed on", []string{"no"}},
	{"maxauthtries", "a connection has few tries", []string{"1", "2", "3", "4"}},
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

// Listener is a socket that the world may reach, if nothing is in between.
type Listener struct {
	// Protocol is tcp or udp.
	Protocol string
	Port     int
	// Program is who listens, as far as it is told.
	Program string
}

// Listeners are the sockets in what ss printed that are not on the loopback
// device only.
func Listeners(text string) []Listener {
	var all []Listener
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if len(f) < 5 {
			continue
		}
		at := strings.LastIndexByte(f[4], ':')
		port, err := strconv.Atoi(f[4][at+1:])
		address := strings.Trim(f[4][:max(at, 0)], "[]")
		if err != nil || strings.HasPrefix(address, "127.") || address == "::1" || strings.HasPrefix(address, "::ffff:127.") || strings.HasSuffix(address, "%lo") {
			continue
		}
		l := Listener{Protocol: f[0], Port: port}
		if _, users, ok := strings.Cut(line, `(("`); ok {
			l.Program, _, _ = strings.Cut(users, `"`)
		}
		if !slices.Contains(all, l) {
			all = append(all, l)
		}
	}
	return all
}

// dhcp are the ports on which a server is told its own addresses.
var dhcp = []int{68, 546}

func judgeListening(s Subject, text string) []Result {
	const what = "only sshd and nginx listen to the world"
	if strings.TrimSpace(text) == "" {
		return []Result{unknown(what, "ss does not say")}
	}
	var found, others []string
	for _, l := range Listeners(text) {
		name := fmt.Sprintf("%s/%d %s", l.Protocol, l.Port, l.Program)
		found = append(found, strings.TrimSpace(name))
		web := l.Protocol == "tcp" && l.Program == "nginx" && slices.Contains(s.Ports, l.Port)
		ssh := l.Protocol == "tcp" && (l.Program == "sshd" || l.Program == "systemd" && slices.Contains(s.Ports, l.Port))
		if !web && !ssh && (l.Protocol != "udp" || !slices.Contains(dhcp, l.Port)) {
			others = append(others, strings.TrimSpace(name))
		}
	}
	if len(others) > 0 {
		return []Result{judged(what, false, "and also "+strings.Join(others, ", "))}
	}
	return []Result{judged(what, true, strings.Join(found, ", "))}
}

// lookFirewall prints the chains that judge what comes in.
const lookFirewall = `if [ -z "$(command -v nft)" ]; then echo "nft missing"; else echo "nft there"; nft -s list ruleset | sed -n 's/^[[:space:]]*type filter hook input .*policy \([a-z]*\);.*$/input \1/p; s/^table \([a-z0-9]*\) .*$/family \1/p'; fi`

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

const lookAccounts = `echo "asked yes"
awk -F: '$3 == 0 && $1 != "root" { print "root " $1 }' /etc/passwd
awk -F: '$2 == "" { print "open " $1 }' /etc/shadow
awk -F: '$2 ~ /^\$/ { print "password " $1 }' /etc/shadow`

func judgeAccounts(_ Subject, text string) []Result {
	return []Result{
		none("nobody but root is root", text, "root"),
		none("no account is without a lock", text, "open"),
		none("no account has a password that can be guessed", text, "password"),
	}
}

// none is that no line begins with a word; what follows the word is named. A
// look that came to nothing, not even its first line, is not known.
func none(what, text, word string) Result {
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
		return judged(what, false, listed(found))
	}
	return judged(what, true, "none")
}

// listed names a few of many.
func listed(all []string) string {
	const few = 8
	if len(all) <= few {
		return strings.Join(all, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(all[:few], ", "), len(all)-few)
}

func judgeUnits(_ Subject, text string) []Result {
	return []Result{none("no unit has failed", text, "failed")}
}

// exposed are units and how exposed they may be, by systemd-analyze security,
// which counts from 0 to 10.
func exposed(s Subject) []struct {
	name, unit string
	most       float64
} {
	return []struct {
		name, unit string
		most       float64
	}{{"the app", s.App, 1.5}, {"nginx", "nginx.service", 3}, {"sshd", "ssh.service", 5}}
}

// lookExposure asks for the app's own unit, whatever the release.
func lookExposure(s Subject) string {
	lines := []string{`app=$(systemctl list-units --plain --no-legend --full ` + shell.Quote(s.App+"-*.service") + ` | cut -d' ' -f1 | head -n 1)`}
	for _, e := range exposed(s) {
		unit := shell.Quote(e.unit)
		if e.unit == s.App {
			unit = `"$app"`
		}
		lines = append(lines, `echo `+shell.Quote(e.unit)+` "$(systemd-analyze security --no-pager `+unit+` | sed -n 's/^.*Overall exposure level for .*: \([0-9.]*\) .*$/\1/p')"`)
	}
	return shell.Lines(lines...)
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

const lookUpdates = `echo "asked yes"
apt-get -s -q -q -o Debug::NoLocking=1 dist-upgrade | sed -n 's/^Inst \([^ ]*\) .*-[Ss]ecurity.*$/security \1/p'
[ "$(($(date +%s) - $(stat -c %Y /var/lib/apt/lists)))" -lt 604800 ] || echo "old lists of $(date -r /var/lib/apt/lists +%F)"
[ ! -e /run/reboot-required ] || echo "reboot an update asks for it"`

func judgeUpdates(_ Subject, text string) []Result {
	return []Result{
		none("no security update is pending", text, "security"),
		none("the lists of updates are of this week", text, "old"),
		none("no reboot is pending", text, "reboot"),
	}
}

// lookFiles looks through the root's own file system, for at most a minute. A
// program that runs as another user is a package's or a stranger's.
const lookFiles = `found=$(timeout 60 find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /run \) -prune -o \
  -type f -perm -0002 -printf 'writable %p\n' -o -type d -perm -0002 ! -perm -1000 -printf 'folder %p\n' -o \
  -type f -perm /6000 -printf 'runs %p\n' -o \( -nouser -o -nogroup \) -printf 'nobody %p\n')
[ $? = 124 ] || echo "asked yes"
printf '%s\n' "$found" | while read -r kind f; do
  if [ "$kind" != runs ]; then echo "$kind $f"
  elif grep -qsxF -e "$f" -e "${f#/usr}" /var/lib/dpkg/info/*.list; then echo "packaged $f"
  else echo "stranger $f"
  fi
done`

func judgeFiles(_ Subject, text string) []Result {
	if !strings.Contains(text, "asked yes") {
		return []Result{unknown("files are as they should be", "to look through them took longer than a minute")}
	}
	results := []Result{
		none("no file is anybody's to write", text, "writable"),
		none("no folder is anybody's to remove others' files in", text, "folder"),
		none("no file is nobody's", text, "nobody"),
		none("programs that run as another user are of Debian's packages", text, "stranger"),
	}
	if last := &results[3]; last.Verdict == Good {
		last.Found = fmt.Sprintf("%d of them", strings.Count("\n"+text, "\npackaged "))
	}
	return results
}
