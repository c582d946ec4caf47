package hardening

import (
	"strings"

	"slipway/steps/shell"
)

const procSys = "/proc/sys/"

// sysctls is where the kernel's settings stand for the next boot. systemd warns
// of those that a kernel does not have, and goes on. The files are read in the
// order of their names, whatever their folder, and Debian 12's last is
// 99-protect-links.conf, with weaker values.
var sysctls = &drop{path: "/etc/sysctl.d/99-slipway.conf", mode: "644"}

// sysctl is a setting of the kernel, now.
type sysctl struct{ key, value string }

// kernel is a setting of the kernel, now and at every boot.
func kernel(key, value string) []want {
	return []want{sysctl{key, value}, line{drop: sysctls, text: key + " = " + value}}
}

func (k sysctl) path() string { return strings.ReplaceAll(k.key, ".", "/") }

func (k sysctl) ask(q *questions) { q.sysctls = append(q.sysctls, procSys+k.path()) }

// so is also true of a setting that this kernel does not have: it has not what
// the setting is about.
func (k sysctl) so(s seen) bool {
	value, known := s.sysctls[k.path()]
	return value == k.value || !known && len(s.sysctls) > 0
}

func (k sysctl) act(a *actions) {
	a.shell = append(a.shell, shell.Command("sysctl", "-q", "-e", "-w", k.key+"="+k.value))
}
