package hardening

import (
	"strings"

	"slipway/steps/shell"
)

const procSys = "/proc/sys/"

// sysctlDropIn has the kernel's settings for the next boot. systemd warns of those
// that a kernel does not have, and goes on. The files are read in the
// order of their names, whatever their folder, and Debian 12's last is
// 99-protect-links.conf, which has weaker values.
var sysctlDropIn = &dropIn{path: "/etc/sysctl.d/99-slipway.conf", mode: "644"}

// sysctl is a setting of the running kernel.
type sysctl struct{ key, value string }

// kernel is a setting of the kernel, now and at every boot.
func kernel(key, value string) []requirement {
	return []requirement{sysctl{key, value}, dropInLine{dropIn: sysctlDropIn, text: key + " = " + value}}
}

func (k sysctl) path() string { return strings.ReplaceAll(k.key, ".", "/") }

func (k sysctl) inspect(i *inspection) { i.sysctls = append(i.sysctls, procSys+k.path()) }

// met is also true of a setting that this kernel does not have: it lacks what the
// setting is about.
func (k sysctl) met(f findings) bool {
	value, known := f.sysctls[k.path()]
	return value == k.value || !known && len(f.sysctls) > 0
}

func (k sysctl) apply(a *actions) {
	a.shell = append(a.shell, shell.Command("sysctl", "-q", "-e", "-w", k.key+"="+k.value))
}
