// Package guard builds the shell text that keeps a server's old state while a
// change is unproven, and that puts it back by itself unless a new login proves
// the change in time. All of it is pure: the same arguments give the same text.
//
// An armed guard is a folder for root only with the old state and the script
// that puts it back, a timer that runs that script, and a unit that runs it at
// the next boot: a change that was not proven before a reboot is put back too.
package guard

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"slipway/steps/shell"
)

// Part is what a change may spoil, and so what is kept and put back.
type Part struct {
	// Paths are files and whole folders, absolute. One that is not there is
	// removed when the old state is put back.
	Paths []string
	// Tables are nftables tables, as "inet slipway".
	Tables []string
	// Enabled are units whose start at boot may change.
	Enabled []string
	// Logins are users whose authorized keys and password lock may change. One
	// whom the change makes is left, for a user locks nobody out.
	Logins []string
	// Reload are services that read their files again once these are back.
	Reload []string
	// First is shell text that fails, and says why, where no change must begin:
	// what would be put back could not be used.
	First []string
}

// Empty tells whether the part names nothing.
func (p Part) Empty() bool {
	return len(p.Paths)+len(p.Tables)+len(p.Enabled)+len(p.Logins)+len(p.Reload)+len(p.First) == 0
}

// Join is all that the parts name, each once.
func Join(parts ...Part) Part {
	var all Part
	for _, p := range parts {
		all.Paths = append(all.Paths, p.Paths...)
		all.Tables = append(all.Tables, p.Tables...)
		all.Enabled = append(all.Enabled, p.Enabled...)
		all.Logins = append(all.Logins, p.Logins...)
		all.Reload = append(all.Reload, p.Reload...)
		all.First = append(all.First, p.First...)
	}
	for _, list := range []*[]string{&all.Paths, &all.Tables, &all.Enabled, &all.Logins, &all.Reload, &all.First} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	return all
}

const (
	// folder holds an armed guard; it outlives a reboot.
	folder = "/var/lib/slipway/guard"
	// bootUnit puts the old state back at boot. It is ordered after what it may
	// reload, so that it finds what the timer would find.
	bootUnit = "/etc/systemd/system/slipway-guard-boot.service"
	bootLink = "/etc/systemd/system/multi-user.target.wants/slipway-guard-boot.service"
)

// locked keeps arming, disarming and putting back from overlapping.
const locked = `mkdir -p /run/slipway
exec 9>/run/slipway/guard.lock
flock 9`

// armed reads whose guard is armed; no token is that of none.
const armed = `token=$(sed -n 1p ` + folder + `/armed 2>/dev/null) || token=`

// Arm is shell text that keeps the part's state as it is and has it put back
// after a time, unless Disarm is run with the same token. It comes right before
// the change and fails if the guard can't be set. facts name what is about to
// change. Where an earlier change is unproven still, its old state stays the one
// that is put back, and the time begins anew.
func Arm(part Part, token string, after time.Duration, facts []string) string {
	revert := revert(part)
	return shell.Lines(
		`(`, `umask 077`, shell.Lines(part.First...), locked,
		// An unproven change of other things goes back before this one begins.
		`if [ -e `+folder+`/armed ] && ! printf '%s' `+shell.Quote(revert)+` | cmp -s - `+folder+`/revert; then sh `+folder+`/revert locked; fi`,
		`if [ ! -e `+folder+`/armed ]; then`,
		`rm -rf `+folder,
		`mkdir -p `+folder,
		save(part),
		`printf '%s' `+shell.Quote(revert)+` >`+folder+`/revert`,
		`fi`,
		bootService.Put(),
		`mkdir -p `+bootLink[:strings.LastIndexByte(bootLink, '/')],
		`ln -sfn `+bootUnit+` `+bootLink,
		shell.Command("printf", `%s\n%s\n`, token, strings.Join(facts, " "))+` >`+folder+`/armed.part`,
		// On disk before the change is: a power cut must find it.
		`find `+folder+` `+bootUnit+` -type f -exec sync {} +`,
		`mv -f `+folder+`/armed.part `+folder+`/armed`,
		`sync `+folder,
		`systemctl stop 'slipway-guard-*.timer'`,
		shell.Command("systemd-run", "--quiet", "--collect", "--unit=slipway-guard-"+token, "--description=slipway: put back what was not proven",
			fmt.Sprintf("--on-active=%ds", int(after.Seconds())), "--timer-property=AccuracySec=100ms", "/bin/sh", folder+"/revert", token),
		`)`,
	)
}

// Disarm is shell text that lets the change stand: it prints Proven, or Gone if
// the guard of that token is not armed any more.
func Disarm(token string) string {
	return shell.Lines(
		`(`, locked, armed,
		`if [ "$token" != `+shell.Quote(token)+` ]; then echo `+Gone+`; exit 0; fi`,
		remove,
		shell.Command("systemctl", "stop", "slipway-guard-"+token+".timer"),
		`echo `+Proven,
		`)`,
	)
}

// Drop is shell text that forgets a guard, whosever it is.
const Drop = `(
` + locked + `
` + remove + `
systemctl stop 'slipway-guard-*.timer'
)`

// What Disarm prints.
const (
	Proven = "proven"
	Gone   = "gone"
)

// remove takes the guard's mark first: what is left after a crash is forgotten.
const remove = `rm -f ` + folder + `/armed ` + bootLink + ` ` + bootUnit + `
rm -rf ` + folder

// Look is shell text that prints whose guard is armed, if one is.
const Look = `[ ! -e ` + folder + `/armed ] || cat ` + folder + `/armed`

// Armed is what Look found.
type Armed struct {
	// Token is the guard's; empty if none is armed.
	Token string
	// Facts are what it was armed for.
	Facts []string
}

// Parse reads what Look printed.
func Parse(looked string) Armed {
	token, facts, _ := strings.Cut(strings.TrimSpace(looked), "\n")
	return Armed{Token: token, Facts: strings.Fields(facts)}
}

var bootService = shell.File{Path: bootUnit, Mode: "644", Content: `# Written by slipway. It is here only while a change is not proven yet.
[Unit]
Description=slipway: put back what was not proven before the reboot
After=nftables.service ssh.socket ssh.service local-fs.target
ConditionPathExists=` + folder + `/armed

[Service]
Type=oneshot
ExecStart=/bin/sh ` + folder + `/revert

[Install]
WantedBy=multi-user.target
`}
