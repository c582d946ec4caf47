package guard

import (
	_ "embed" // the scripts
	"slices"
	"strconv"
	"strings"
	"time"

	"slipway/steps/shell"
)

// Part is what a change may spoil: it is kept before the change, and put back if
// nothing proves the change.
type Part struct {
	// Paths are files and whole folders, absolute. One that did not exist before
	// the change is removed when the old state is put back.
	Paths []string
	// Tables are nftables tables, as "inet slipway".
	Tables []string
	// Enabled are units whose start at boot may change.
	Enabled []string
	// Logins are users whose authorized keys and password lock may change. A user
	// whom the change adds stays: an additional user locks nobody out.
	Logins []string
	// Reload are services that read their files again once the old files are back.
	Reload []string
	// Preconditions are shell texts. One that fails, and says why, keeps the change
	// from beginning: the old state, once put back, would not work.
	Preconditions []string
}

// Empty tells whether the part names nothing.
func (p Part) Empty() bool {
	return len(p.Paths)+len(p.Tables)+len(p.Enabled)+len(p.Logins)+len(p.Reload)+len(p.Preconditions) == 0
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
		all.Preconditions = append(all.Preconditions, p.Preconditions...)
	}
	for _, list := range []*[]string{&all.Paths, &all.Tables, &all.Enabled, &all.Logins, &all.Reload, &all.Preconditions} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	return all
}

//go:embed lock.sh
var lockScript string

//go:embed save.sh
var saveScript string

//go:embed arm.sh
var armScript string

//go:embed disarm.sh
var disarmScript string

//go:embed drop.sh
var dropScript string

//go:embed revert.sh
var revertScript string

// place is where a guard keeps what it needs.
type place struct {
	// folder holds an armed guard. It outlives a reboot.
	folder string
	// lock keeps two of the guard's scripts from running at a time.
	lock string
	// unit puts the old state back at boot, and link enables it.
	unit, link string
}

// onServer is the place on every server.
var onServer = place{
	folder: folder,
	lock:   "/run/slipway/guard.lock",
	unit:   "/etc/systemd/system/slipway-guard-boot.service",
	link:   "/etc/systemd/system/multi-user.target.wants/slipway-guard-boot.service",
}

const folder = "/var/lib/slipway/guard"

// functions are those that all scripts share.
func (p place) functions() string {
	return shell.Script(lockScript, shell.Values{"folder": p.folder, "lock": p.lock, "unit": p.unit, "link": p.link})
}

// pairs are what a part names, as the arguments of save_state and revert. They are
// put back in this order: services read their files again once all is back.
func (p Part) pairs() []string {
	var words []string
	add := func(kind string, names []string) {
		for _, name := range names {
			words = append(words, kind, name)
		}
	}
	add("path", p.Paths)
	add("login", p.Logins)
	add("unit", p.Enabled)
	add("table", p.Tables)
	add("service", p.Reload)
	return words
}

// revert is the program that puts the part's state back. Its argument is the token
// of the guard that ran out, "locked" if the caller holds the lock, or none at boot.
func (p place) revert(part Part) string {
	return shell.Lines(
		`# Written by slipway: puts back what was not proven.`,
		p.functions(),
		shell.Bounds(),
		shell.Script(revertScript, shell.Values{"folder": p.folder}),
		`revert "${1-}" `+shell.Command(part.pairs()...),
	) + "\n"
}

// save keeps the part's state, unless an unproven change of the same part waits.
func (p place) save(part Part) string {
	return shell.Lines(
		p.functions(),
		shell.Bounds(),
		"take_lock",
		shell.Script(saveScript, shell.Values{"folder": p.folder, "revert": p.revert(part)}),
		shell.Command(append([]string{"save_state"}, part.pairs()...)...),
	)
}

// Arm is shell text that keeps the part's state and has it put back after a time,
// unless Disarm is run with the same token. It comes right before the change, and
// fails if the guard can't be armed. facts name what is about to change. If an
// earlier change is still unproven, its old state stays the one that is put back,
// and the time begins anew.
func Arm(part Part, token string, after time.Duration, facts []string) string {
	p := onServer
	return shell.Lines(
		`(`, `umask 077`, shell.Lines(part.Preconditions...),
		p.save(part),
		bootService.Put(),
		shell.Script(armScript, shell.Values{"folder": p.folder, "unit": p.unit, "link": p.link, "token": token,
			"facts": strings.Join(facts, " "), "seconds": strconv.Itoa(int(after.Seconds()))}),
		`)`,
	)
}

// Disarm is shell text that lets the change stand: it prints Proven, or Gone if
// the guard of that token is not armed any more.
func Disarm(token string) string {
	return shell.Lines(`(`, onServer.functions(), shell.Script(disarmScript, shell.Values{"token": token, "proven": Proven, "gone": Gone}), `)`)
}

// Drop is shell text that forgets the guard that is armed, whatever its token.
func Drop() string {
	return shell.Lines(`(`, onServer.functions(), shell.Script(dropScript, nil), `)`)
}

// What Disarm prints.
const (
	Proven = "proven"
	Gone   = "gone"
)

// Look is shell text that prints the token of the guard that is armed, and on a
// second line what it was armed for; or nothing.
const Look = `[ ! -e ` + folder + `/armed ] || cat ` + folder + `/armed`

// Armed is what Look found.
type Armed struct {
	// Token is the guard's own. It is empty if no guard is armed.
	Token string
	// Facts are the names of the facts whose change it waits for.
	Facts []string
}

// Parse reads what Look printed.
func Parse(looked string) Armed {
	token, facts, _ := strings.Cut(strings.TrimSpace(looked), "\n")
	return Armed{Token: token, Facts: strings.Fields(facts)}
}

// bootService is ordered after what it may reload, so that it finds what the timer
// would find.
var bootService = shell.File{Path: onServer.unit, Mode: "644", Content: `# Written by slipway. It is here only while a change is not proven yet.
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
