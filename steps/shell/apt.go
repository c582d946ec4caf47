package shell

import _ "embed"

//go:embed apt.sh
var aptText string

//go:embed aptlate.sh
var aptLateText string

//go:embed aptsystemctl.sh
var aptSystemctlText string

//go:embed aptsetpriv.sh
var aptSetprivText string

//go:embed aptdpkg.sh
var aptDpkgText string

//go:embed aptonlynew.sh
var aptOnlyNewText string

//go:embed aptinstall.sh
var aptInstallText string

// What is left to do for packages that were installed is in these files; where there is
// nothing, they are not there. A reboot does what is in the first one.
const (
	// AptLate has the services that systemd still has to start.
	AptLate = "/run/slipway/late"
	// AptUnpacking has the packages whose files may not be on the disk yet.
	AptUnpacking = "/var/lib/slipway/unpacking"
)

// AptInstall installs packages, at least one, and removes those whose name ends
// with "-". It finishes first what dpkg was interrupted in, asks nothing, and waits
// ten minutes at most for another package manager.
func AptInstall(names ...string) string {
	return Lines("(", AptFunctions(), Script(aptInstallText, nil, names...), ")")
}

// AptFunctions are the shell functions configure_all, apt_update, apt_install and
// apt_remove, which ask nothing and wait for another package manager.
func AptFunctions() string {
	systemd := Values{"real": "/usr/bin/systemctl", "late": AptLate}
	return Lines(Script(aptLateText, systemd), Script(aptText, Values{
		"systemctl": Lines(Script(aptLateText, systemd), Script(aptSystemctlText, systemd)), "setpriv": Script(aptSetprivText, nil),
		"dpkg": Script(aptDpkgText, nil), "only_new": Script(aptOnlyNewText, Values{"unpacking": AptUnpacking}),
		"late": AptLate, "unpacking": AptUnpacking,
	}))
}
