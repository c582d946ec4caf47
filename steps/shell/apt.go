package shell

import _ "embed"

//go:embed aptinstall.sh
var aptInstallText string

// AptInstall installs packages, at least one, and removes those whose name ends
// with "-". It finishes first what dpkg was interrupted in, asks nothing, and waits
// ten minutes at most for another package manager.
func AptInstall(names ...string) string {
	return Lines("(", Script(aptInstallText, nil, names...), ")")
}
