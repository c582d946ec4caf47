package hardening

import (
	_ "embed" // the scripts
	"slices"
	"strings"

	"slipway/steps/shell"
)

// mount is a file system with certain options, now and at every boot. Where none
// of its kind is mounted there is nothing to set, unless create is true.
type mount struct {
	where string
	// what and kind are the file system, as fstab names it.
	what, kind string
	options    []string
	// create is true if it is mounted where none is.
	create bool
}

//go:embed mounts.sh
var mountsScript string

//go:embed fstab.sh
var fstabScript string

//go:embed mountover.sh
var mountOverScript string

func (m mount) inspect(i *inspection) { i.mounts = true }

func (m mount) met(f findings) bool {
	now, mounted := f.after("mount " + m.where + " " + m.kind + " ")
	atBoot, listed := f.after("fstab " + m.where + " ")
	if f.text != "" && !mounted && !m.create {
		return true
	}
	return mounted && m.allIn(now) && listed && m.allIn(atBoot)
}

// allIn tells whether options, divided by commas, have all that are required.
func (m mount) allIn(options string) bool {
	has := strings.Split(options, ",")
	return !slices.ContainsFunc(m.options, func(o string) bool { return !slices.Contains(has, o) })
}

func (m mount) apply(a *actions) {
	options := strings.Join(m.options, ",")
	values := shell.Values{"what": m.what, "where": m.where, "kind": m.kind, "options": options}
	mounted := shell.Command("mountpoint", "-q", m.where)
	listed := shell.Lines(shell.Keep("/etc/fstab"), shell.Script(fstabScript, values))
	remount := shell.Command("mount", "-o", "remount,"+options, m.where)
	if m.create {
		a.shell = append(a.shell, listed, "if "+mounted+"; then", remount, "else", shell.Script(mountOverScript, values), "fi")
		return
	}
	a.shell = append(a.shell, "if "+mounted+"; then", listed, remount, "fi")
}
