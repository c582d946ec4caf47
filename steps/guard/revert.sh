# shellcheck shell=sh
# Defines revert, which puts the kept state back. Its first argument is the token of
# the guard that ran out, "locked" if the caller holds the lock, or empty at boot;
# the rest are pairs: path, login, unit, table or service, and a name. If one
# thing can't be put back, all others still are. It comes after lock.sh and bounds.sh.
: "${folder?}"

set -u
# A tool that somebody put before the system's may be what went wrong.
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH
umask 077

# put_back PATH KEPT puts one path back. What is there now goes only once the old is
# beside it: a full disk must not leave nothing.
put_back() {
  if [ ! -e "$2" ] && [ ! -L "$2" ]; then
    chattr -R -i "$1" 2>/dev/null
    rm -rf "$1"
    return
  fi
  rm -rf "$1.slipway-back" "$1.slipway-gone"
  cp -a --remove-destination "$2" "$1.slipway-back" || {
    rm -rf "$1.slipway-back"
    failed=yes
    return
  }
  if [ -e "$1" ] || [ -L "$1" ]; then
    chattr -R -i "$1" 2>/dev/null
    mv -T "$1" "$1.slipway-gone"
  fi
  mv -T "$1.slipway-back" "$1"
  rm -rf "$1.slipway-gone"
}

# put_login_back leaves a user whom the change made. The folder of the keys is the user's:
# it is entered, so that no link in its place leads elsewhere.
put_login_back() {
  [ -e "$keep/$1.home" ] || return
  home=$(cat "$keep/$1.home")
  kept=$keep/files$home/.ssh/authorized_keys
  if [ -e "$kept" ] && mkdir "$home/.ssh" 2>/dev/null; then chown -h --reference="$home" "$home/.ssh"; fi
  if [ -e "$home/.ssh" ] || [ -e "$kept" ]; then
    if enter "$home" "$home/.ssh"; then put_back authorized_keys "$kept"; else failed=yes; fi
    cd / || exit 1
  fi
  [ -e "$keep/$1.unlocked" ] || return
  case $(getent shadow "$1" | cut -d: -f2) in
    "!"*) usermod --unlock "$1" ;;
  esac
}

# put_table_back replaces a table in one transaction. Declared first, it can be
# deleted whether it is there or not.
put_table_back() {
  command -v nft >/dev/null || return
  {
    echo "table $1"
    echo "delete table $1"
    cat "$keep/${1% *}-${1#* }.table" 2>/dev/null
  } | nft -f -
}

# reload has a service read its files again. One whose unit changed is restarted,
# one that bad files ended is started, and one that a socket unit of its name
# started is restarted: it could not listen anew on what systemd holds.
reload() {
  if [ "$(systemctl show -P NeedDaemonReload "$1")" = yes ]; then
    systemctl daemon-reload
    systemctl try-restart "$1" || :
  fi
  if ! systemctl --quiet is-active "$1"; then
    if systemctl --quiet is-enabled "$1" 2>/dev/null; then
      systemctl reset-failed "$1"
      systemctl restart "$1"
    fi
  elif systemctl --quiet is-active "${1%.service}.socket"; then
    systemctl try-restart "$1"
  else
    systemctl try-reload-or-restart "$1"
  fi
}

revert() {
  ran_out=$1
  shift
  [ "$ran_out" = locked ] || take_lock
  token=$(armed_token)
  [ -n "$token" ] || exit 0
  case $ran_out in
    "" | locked | "$token") ;;
    *) exit 0 ;;
  esac
  keep=$folder/old
  failed=
  echo "putting back what was not proven by a new login: $(sed -n 2p "$folder/armed")"
  while [ $# -gt 0 ]; do
    case $1 in
      path)
        mkdir -p "${2%/*}"
        put_back "$2" "$keep/files$2"
        ;;
      login) put_login_back "$2" ;;
      unit) [ -e "$keep/$2.enabled" ] || systemctl --quiet disable "$2" ;;
      table) put_table_back "$2" ;;
      service) reload "$2" ;;
    esac
    shift 2
  done
  if [ -n "$failed" ]; then
    echo "not all of it could be put back; the next boot tries again"
    exit 1
  fi
  forget
  echo "the old state is back"
}
