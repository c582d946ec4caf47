# shellcheck shell=sh
# Installs the packages that are its words, and removes those with a "-" at the end.
# It finishes first what dpkg was interrupted in. A package that was being unpacked
# then can't be configured: it is installed again.

# Keeps debconf, needrestart and apt-listchanges from asking.
export DEBIAN_FRONTEND=noninteractive DEBIAN_PRIORITY=critical NEEDRESTART_MODE=a NEEDRESTART_SUSPEND=1
export APT_LISTCHANGES_FRONTEND=none UCF_FORCE_CONFFOLD=1 LC_ALL=C.UTF-8

# Runs a command again while another package manager holds a lock, ten minutes at
# most: apt has no timeout for the lock of the lists.
patiently() {
  n=0
  until out=$("$@" 2>&1); do
    case $out in
    *[Ll]ock*) ;;
    *)
      printf '%s\n' "$out"
      return 1
      ;;
    esac
    n=$((n + 1))
    [ "$n" -lt 300 ] || {
      printf '%s\n' "$out"
      return 1
    }
    [ "$((n % 10))" != 1 ] || echo "waiting for another package manager to finish"
    sleep 2
  done
  printf '%s\n' "$out"
}

configure_all() { patiently dpkg --force-confdef --force-confold --configure -a; }

apt_install() {
  apt-get -q -y --no-install-recommends -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3 -o Dpkg::Use-Pty=0 \
    -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold install "$@"
}

configure_all || echo "some packages have to be installed again"
# Lists in other languages are never read here and take half the time.
patiently apt-get -q -o Acquire::Languages=none -o Acquire::Retries=3 update
torn=$(dpkg-query -W -f '${db:Status-Eflag} ${binary:Package}\n' | sed -n 's/^reinstreq //p')
if [ -n "$torn" ]; then
  # shellcheck disable=SC2086 # a word for each package
  apt_install --reinstall $torn
  configure_all
fi
apt_install --purge "$@"
