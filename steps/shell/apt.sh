# shellcheck shell=sh
# Functions that have apt and dpkg work without questions.

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

# configure_all: finishes what dpkg was interrupted in.
configure_all() { patiently dpkg --force-confdef --force-confold --configure -a; }

# apt_update: fetches the lists of packages.
apt_update() {
  # Lists in other languages are never read here and take half the time.
  patiently apt-get -q -o Acquire::Languages=none -o Acquire::Retries=3 update
}

# apt_install OPTION... NAME...: installs packages.
apt_install() {
  apt-get -q -y --no-install-recommends -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3 -o Dpkg::Use-Pty=0 \
    -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold install "$@"
}

# apt_remove NAME...: removes packages with their settings, and nothing else.
apt_remove() {
  apt-get -q -y -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0 -o APT::Get::AutomaticRemove=false purge "$@"
}
