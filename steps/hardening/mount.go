package hardening

import (
	"slices"
	"strings"

	"slipway/steps/shell"
)

// mount is that a file system of a kind that is mounted there has these
// options, now and at every boot. Where none is mounted, or another kind, there
// is nothing to set.
type mount struct {
	where string
	// what and kind are the file system, as fstab names it.
	what, kind string
	options    []string
	// anew is true if one is mounted where none is.
	anew bool
}

// lookMounts prints where what is mounted and with which options, and what
// fstab has.
const lookMounts = `sed -n 's/^[^ ]* \([^ ]*\) \([^ ]*\) \([^ ]*\) .*/mount \1 \2 \3/p' /proc/self/mounts
sed -n 's/^[^ #][^ ]*[[:space:]][[:space:]]*\([^ ]*\)[[:space:]][[:space:]]*[^ ]*[[:space:]][[:space:]]*\([^ ]*\).*/fstab \1 \2/p' /etc/fstab`

func (m mount) ask(q *questions) { q.mounts = true }

func (m mount) so(s seen) bool {
	now, mounted := s.some("mount " + m.where + " " + m.kind + " ")
	later, listed := s.some("fstab " + m.where + " ")
	if s.text != "" && !mounted && !m.anew {
		return true
	}
	return mounted && m.in(now) && listed && m.in(later)
}

func (m mount) in(options string) bool {
	has := strings.Split(options, ",")
	return !slices.ContainsFunc(m.options, func(o string) bool { return !slices.Contains(has, o) })
}

func (m mount) act(a *actions) {
	options := strings.Join(m.options, ",")
	mounted := shell.Command("mountpoint", "-q", m.where)
	listed := shell.Lines(
		shell.Keep("/etc/fstab"),
		"touch /etc/fstab",
		shell.Command("sed", "-i", "-E", `\#^[^\#[:space:]]+[[:space:]]+`+m.where+`[[:space:]]#d`, "/etc/fstab"),
		shell.Command("printf", `%s\n`, strings.Join([]string{m.what, m.where, m.kind, "defaults," + options, "0", "0"}, " "))+" >>/etc/fstab")
	again := shell.Command("mount", "-o", "remount,"+options, m.where)
	if m.anew {
		a.shell = append(a.shell, listed, "if "+mounted+"; then", again, "else", m.over(), "fi")
		return
	}
	a.shell = append(a.shell, "if "+mounted+"; then", listed, again, "fi")
}

// over mounts one over what is there, with all that is in it: services that run
// have folders there which their next reload looks for.
func (m mount) over() string {
	const made = "/run/slipway-mount"
	return shell.Lines(
		shell.Command("mkdir", "-p", made),
		shell.Command("mount", "-t", m.kind, "-o", strings.Join(m.options, ","), m.what, made),
		shell.Command("cp", "-a", m.where+"/.", made+"/"),
		shell.Command("mount", "--bind", made, m.where),
		shell.Command("umount", made),
		shell.Command("rmdir", made))
}
