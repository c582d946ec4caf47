package shell

import (
	"regexp"
	"strings"
)

// SSHDFolder is the shell text that makes the folder without which sshd does not even print
// its settings.
const SSHDFolder = "mkdir -p /run/sshd"

// Enable is the shell text that has a package's unit started at every boot. Where it is
// enabled already, systemctl would take a second.
func Enable(unit string) string {
	return "systemctl --quiet is-enabled " + Quote(unit) + " || " + EnableOwn(unit)
}

// EnableOwn is the same for units whose files slipway wrote. It only makes the links for
// that: a systemd that is told would take what it knows of every unit for outdated, and
// ReloadUnits would have all of them read again.
func EnableOwn(units ...string) string {
	return "SYSTEMD_OFFLINE=1 systemctl --quiet enable " + Command(units...)
}

// Reload has a service that runs read its files again. One that a socket unit of
// its name started is restarted: it can't open the sockets that systemd holds.
func Reload(service string) string {
	s, socket := Quote(service), Quote(strings.TrimSuffix(service, ".service")+".socket")
	return "if systemctl --quiet is-active " + socket + "; then systemctl try-restart " + s + "; else systemctl try-reload-or-restart " + s + "; fi"
}

// ReloadUnits is the shell text that has systemd read changed unit files, if one
// of the units is of a file that it has read before. It reads new ones by itself,
// and reading all of them again takes long.
func ReloadUnits(units ...string) string {
	return `if systemctl show -P NeedDaemonReload ` + Command(units...) + ` | grep -q yes; then systemctl daemon-reload; fi`
}

// Unit is a unit's properties by their names, as systemctl show prints them. Most
// have one value; one like Listen has a value for each time that it was printed.
type Unit map[string][]string

// unitProperty is a line that systemctl show prints.
var unitProperty = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9]*)=(.*)$`)

// ParseUnits reads what systemctl show printed: a block of KEY=VALUE lines for each
// unit, with an empty line between two blocks. A value can be empty and can have
// "=" in it. Lines of another form, which another program printed, are passed over,
// and a block without a property is no unit.
func ParseUnits(shown string) []Unit {
	var units []Unit
	for block := range strings.SplitSeq(shown, "\n\n") {
		unit := Unit{}
		for _, line := range SplitLines(block) {
			if m := unitProperty.FindStringSubmatch(line); m != nil {
				unit[m[1]] = append(unit[m[1]], m[2])
			}
		}
		if len(unit) > 0 {
			units = append(units, unit)
		}
	}
	return units
}

// Get is the first value of a property; empty if it was not printed.
func (u Unit) Get(property string) string {
	if values := u[property]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// ListenStreams are the addresses that a socket unit listens on for streams: a path
// or ADDRESS:PORT, with brackets around an IPv6 address.
func (u Unit) ListenStreams() []string {
	var addresses []string
	for _, value := range u["Listen"] {
		if address, ok := strings.CutSuffix(value, " (Stream)"); ok {
			addresses = append(addresses, address)
		}
	}
	return addresses
}
