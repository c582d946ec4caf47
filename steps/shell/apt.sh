# shellcheck shell=sh
# Functions that have apt and dpkg work without questions. The others are texts of
# programs that stand in for systemctl, setpriv and dpkg or that apt runs before dpkg. The
# file $late has what systemd still has to do for packages that were installed: see
# aptlate.sh, which comes before. The file $unpacking has the packages whose files may not be
# on the disk yet: see aptonlynew.sh.
: "${systemctl?}" "${setpriv?}" "${dpkg?}" "${only_new?}" "${late?}" "${unpacking?}"

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

stand_ins=/var/lib/slipway/dpkg

# settle_unpacked: has them on the disk. After a reboot it is too late for that.
settle_unpacked() {
  if [ -e "$unpacking" ] && [ "$(head -n 1 "$unpacking")" = "$(cat /proc/sys/kernel/random/boot_id)" ]; then
    sync -f / /usr /etc /var && rm -f "$unpacking"
  fi
}

# torn_packages: prints those that have to be installed again: dpkg was unpacking them when
# it was interrupted, or the power failed before they were on the disk.
torn_packages() {
  dpkg-query -W -f '${db:Status-Eflag} ${binary:Package}\n' | sed -n 's/^reinstreq //p'
  [ ! -e "$unpacking" ] || sed 1d "$unpacking" | while read -r name; do
    if dpkg-query -W "$name" >/dev/null 2>&1; then echo "$name"; fi
  done
}

# nothing_torn: says that this was done.
nothing_torn() { rm -f "$unpacking"; }

# starting_late COMMAND...: runs a command that has dpkg work. Services start at its end,
# all at once. Only root may look into the folder of the stand-ins: others find the real
# ones. One such command runs at a time.
starting_late() {
  (umask 077 && mkdir -p "${late%/*}")
  exec 8>"${late%/*}/apt.lock"
  flock 8
  (umask 077 && mkdir -p "$stand_ins")
  rm -f "$stand_ins/new-only"
  printf '#!/bin/sh\n%s\n' "$systemctl" >"$stand_ins/systemctl"
  printf '#!/bin/sh\n%s\n' "$setpriv" >"$stand_ins/setpriv"
  printf '#!/bin/sh\n%s\n' "$dpkg" >"$stand_ins/unpack"
  printf '#!/bin/sh\n%s\n' "$only_new" >"$stand_ins/only-new"
  chmod 700 "$stand_ins"/*
  apt_status=0
  "$@" 8>&- || apt_status=$?
  settle_unpacked
  start_late
  rm -rf "$stand_ins"
  exec 8>&-
  return "$apt_status"
}

# configure_all: finishes what dpkg was interrupted in.
configure_all() {
  starting_late patiently env "PATH=$stand_ins:$PATH" dpkg --force-confdef --force-confold --configure -a
}

# apt_update: fetches the lists of packages. What is not read here may be larger than the
# list itself: descriptions in other languages, sources, what desktops and shells suggest.
# Those stay as the system's own updates left them. What comes next makes apt's cache.
apt_update() {
  targets=Acquire::IndexTargets
  patiently apt-get -q -o Acquire::Languages=none -o Acquire::Retries=3 -o APT::Get::List-Cleanup=false -o pkgCacheFile::Generate=false \
    -o $targets::deb-src::Sources::DefaultEnabled=false -o $targets::deb::CNF::DefaultEnabled=false \
    -o $targets::deb::DEP-11::DefaultEnabled=false update
}

# apt_install OPTION... NAME...: installs packages.
apt_install() {
  starting_late apt-get -q -y --no-install-recommends -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3 -o Dpkg::Use-Pty=0 \
    -o DPkg::Path="$stand_ins:$PATH" -o Dir::Bin::dpkg="$stand_ins/unpack" \
    -o DPkg::Pre-Install-Pkgs::="$stand_ins/only-new" -o DPkg::Tools::Options::"$stand_ins/only-new"::Version=2 \
    -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold install "$@"
}

# apt_remove NAME...: removes packages with their settings, and nothing else.
apt_remove() {
  apt-get -q -y -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0 -o APT::Get::AutomaticRemove=false purge "$@"
}
