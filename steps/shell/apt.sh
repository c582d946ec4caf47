# shellcheck shell=sh
# Functions that have apt and dpkg work without questions. systemctl is the text of
# aptsystemctl.sh.
: "${systemctl?}"

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

# late has what systemd still has to do for packages that were installed: a line for each
# service to start; without lines, to read its units again. A reboot does both.
late=/run/slipway/late stand_ins=/var/lib/slipway/dpkg

# start_late: has systemd do that.
start_late() {
  if [ -e "$late" ]; then
    systemctl daemon-reload
    late_units=$(sort -u "$late")
    # shellcheck disable=SC2086 # a word for each unit
    [ -z "$late_units" ] || systemctl start -- $late_units || echo "a service that a package brought did not start; it is one of:" $late_units
    rm -f "$late"
  fi
  rm -rf "$stand_ins"
}

# starting_late COMMAND...: runs a command that has dpkg work. Services start at its end,
# all at once. Only root may look into the folder of the stand-in: others find the real one.
starting_late() {
  (umask 077 && mkdir -p "${late%/*}" "$stand_ins")
  printf '#!/bin/sh\n%s\n' "$systemctl" >"$stand_ins/systemctl"
  chmod 700 "$stand_ins/systemctl"
  apt_status=0
  "$@" || apt_status=$?
  start_late
  return "$apt_status"
}

# configure_all: finishes what dpkg was interrupted in.
configure_all() {
  starting_late patiently env "PATH=$stand_ins:$PATH" dpkg --force-confdef --force-confold --configure -a
}

# apt_update: fetches the lists of packages.
apt_update() {
  # Lists in other languages are never read here and take half the time.
  # What comes next makes the cache of them anyhow.
  patiently apt-get -q -o Acquire::Languages=none -o Acquire::Retries=3 -o pkgCacheFile::Generate=false update
}

# apt_install OPTION... NAME...: installs packages.
apt_install() {
  starting_late apt-get -q -y --no-install-recommends -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3 -o Dpkg::Use-Pty=0 \
    -o DPkg::Path="$stand_ins:$PATH" \
    -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold install "$@"
}

# apt_remove NAME...: removes packages with their settings, and nothing else.
apt_remove() {
  apt-get -q -y -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0 -o APT::Get::AutomaticRemove=false purge "$@"
}
