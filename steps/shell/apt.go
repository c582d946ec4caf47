package shell

import _ "embed"

//go:embed apt.sh
var aptText string

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

// AptInstall installs packages, at least one, and removes those whose name ends
// with "-". It finishes first what dpkg was interrupted in, asks nothing, and waits
// ten minutes at most for another package manager.
func AptInstall(names ...string) string {
	return Lines("(", AptFunctions(), Script(aptInstallText, nil, names...), ")")
}

// AptFunctions are the shell functions configure_all, apt_update, apt_install and
// apt_remove, which ask nothing and wait for another package manager.
func AptFunctions() string {
	return Script(aptText, Values{
		"systemctl": Script(aptSystemctlText, nil), "setpriv": Script(aptSetprivText, nil),
		"dpkg": Script(aptDpkgText, nil), "only_new": Script(aptOnlyNewText, nil),
	})
}
