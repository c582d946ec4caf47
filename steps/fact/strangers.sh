# shellcheck shell=sh
# Prints what is somebody else's on a server that was there before ($existing is "yes") and
# that has no $owner, the mark of a deployment, and has a name that slipway would use: for
# each user in $logins a line "login USER KIND…" for each sign of whose it is, and for each
# user in $accounts and each path that is a word, if it is there, "taken KIND NAME". $own
# are keys that are the operator's, a line each. $sudoers is the file that slipway writes,
# which has the line $written.
: "${owner?}" "${existing?}" "${logins?}" "${accounts?}" "${own?}" "${sudoers?}" "${written?}"

if [ -e "$owner" ] || [ "$existing" != yes ]; then exit 0; fi

for user in $accounts; do
  if getent passwd "$user" >/dev/null; then echo "taken user $user"; fi
  if ! getent passwd "$user" >/dev/null && getent group "$user" >/dev/null; then echo "taken group $user"; fi
  for unit in /etc/systemd/system/"$user"-*.service /etc/systemd/system/"$user"-*.socket; do
    [ ! -e "$unit" ] || echo "taken unit $unit"
  done
done
for path do
  # A folder in which there is nothing but a mark that was half written is slipway's.
  if [ -d "$path" ] && [ ! -L "$path" ] && [ -z "$(find "$path" -mindepth 1 ! -name "${owner##*/}.*" -print -quit)" ]; then continue; fi
  if [ -e "$path" ] || [ -L "$path" ]; then echo "taken path $path"; fi
done
if [ -e "$sudoers" ] && ! grep -qsF "$written" "$sudoers"; then echo "taken path $sudoers"; fi

# The files with the keys that let $user in, whose home folder is $home.
key_files() {
  said=$("$(command -v sshd || echo /usr/sbin/sshd)" -T -C "user=$user,host=localhost,addr=127.0.0.1" 2>/dev/null) || said=
  printf '%s\n' "$said" | sed -n 's/^\(authorizedkeyscommand\|trustedusercakeys\) \(.*\)$/\1 \2/p' | grep -v ' none$' |
    sed "s/^/login $user asks /" >&3
  named=$(printf '%s\n' "$said" | sed -n 's/^authorizedkeysfile //p')
  printf '%s\n' "${named:-.ssh/authorized_keys .ssh/authorized_keys2}" | tr ' ' '\n' |
    awk -v home="$home" -v user="$user" '{
      gsub(/%h/, home); gsub(/%u/, user)
      if ($0 != "none" && $0 != "") print ($0 ~ /^\//) ? $0 : home "/" $0
    }'
}

for user in $logins; do
  echo "login $user -"
  if ! line=$(getent passwd "$user"); then
    if getent group "$user" >/dev/null; then echo "login $user group"; fi
    if [ -e "/home/$user" ] || [ -L "/home/$user" ]; then echo "login $user home /home/$user"; fi
    continue
  fi
  home=$(printf '%s\n' "$line" | cut -d: -f6)
  [ "$(id -u "$user")" != 0 ] || echo "login $user root"
  grep -qs "^$user:" /etc/passwd || echo "login $user directory"
  # What sudo lets it do, then whom sudo lets act as it.
  LC_ALL=C timeout 10 sudo -n -l -U "$user" 2>/dev/null | sed -n "s/^ *(/login $user sudo (/p" | head -n 20
  grep -rhsE "^[^#]*\\(([^)]*[ ,])?$user([ ,:][^)]*)?\\)" /etc/sudoers /etc/sudoers.d | head -n 3 | sed "s/^/login $user actor /"
  case $(getent shadow "$user" | cut -d: -f2) in
  "!"* | "*"*) ;;
  *) echo "login $user password" ;;
  esac
  { key_files | while IFS= read -r file; do
    [ -f "$file" ] || continue
    head -c 1000000 "$file" | grep -vE '^[[:space:]]*(#|$)' | grep -vF "$own" | head -n 20 | cut -c1-4000 | sed "s/^/login $user key /"
  done; } 3>&1
  # What its own systemd runs ends a few seconds after its last login, unless it lingers.
  own_manager="/user@$(id -u "$user").service/"
  find /proc -mindepth 1 -maxdepth 1 -name '[0-9]*' -user "$user" 2>/dev/null | while IFS= read -r process; do
    grep -qsF "$own_manager" "$process/cgroup" || echo "login $user process $(tr '\n' ' ' <"$process/comm")"
  done | head -n 3
  for file in "/var/spool/cron/crontabs/$user" "/var/lib/systemd/linger/$user"; do
    [ ! -e "$file" ] || echo "login $user file $file"
  done
  {
    find /var/spool/cron/atjobs -type f -user "$user" 2>/dev/null
    grep -lsE "^[^#]*[[:space:]]${user}[[:space:]]" /etc/crontab /etc/cron.d/*
    grep -rlsE "^User=\"?$user\"?[[:space:]]*\$" /etc/systemd/system /usr/local/lib/systemd/system /usr/lib/systemd/system
  } | head -n 3 | sed "s/^/login $user file /"
done
