package shell

import (
	"slices"
)

// AptInstall installs packages, after what dpkg was interrupted in. What it was
// interrupted in while unpacking can't be configured: it is installed again.
func AptInstall(names ...string) string {
	return Lines(aptEnvironment, patiently,
		`patiently `+configureAll+` || echo "some packages have to be installed again"`,
		// Lists in other languages are never read here and take half the time.
		`patiently apt-get -q -o Acquire::Languages=none -o Acquire::Retries=3 update`,
		`torn=$(dpkg-query -W -f '${db:Status-Eflag} ${binary:Package}\n' | sed -n 's/^reinstreq //p')`,
		`if [ -n "$torn" ]; then`,
		Command(slices.Concat(aptGet, []string{"install", "--reinstall"})...)+` $torn`,
		`patiently `+configureAll,
		`fi`,
		Command(slices.Concat(aptGet, []string{"install", "--purge"}, names)...),
	)
}

const configureAll = `dpkg --force-confdef --force-confold --configure -a`

// aptGet never asks, and waits ten minutes for another package manager.
var aptGet = []string{"apt-get", "-q", "-y", "--no-install-recommends",
	"-o", "DPkg::Lock::Timeout=600", "-o", "Acquire::Retries=3", "-o", "Dpkg::Use-Pty=0",
	"-o", "Dpkg::Options::=--force-confdef", "-o", "Dpkg::Options::=--force-confold"}

// aptEnvironment keeps debconf, needrestart and apt-listchanges from asking.
const aptEnvironment = `export DEBIAN_FRONTEND=noninteractive DEBIAN_PRIORITY=critical NEEDRESTART_MODE=a NEEDRESTART_SUSPEND=1 APT_LISTCHANGES_FRONTEND=none UCF_FORCE_CONFFOLD=1 LC_ALL=C.UTF-8`

// patiently runs a command again while another package manager holds a lock,
// ten minutes at most. The lists' lock has no timeout of apt's own.
const patiently = `patiently() {
  n=0
  until out=$("$@" 2>&1); do
    case $out in *[Ll]ock*) ;; *) printf '%s\n' "$out"; return 1;; esac
    n=$((n + 1))
    [ "$n" -lt 300 ] || { printf '%s\n' "$out"; return 1; }
    [ "$((n % 10))" != 1 ] || echo "waiting for another package manager to finish"
    sleep 2
  done
  printf '%s\n' "$out"
}`
