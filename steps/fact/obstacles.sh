# shellcheck shell=sh
# Prints what may stand in the way of a deployment, an obstacle a line. Most is looked for
# only on a server that was there before ($existing is "yes") and that has no $owner, the
# mark of a deployment: what could be found later is slipway's own. $user is the login
# that slipway makes.
: "${owner?}" "${user?}" "${existing?}"

echo "time $(date +%s)"
[ -d /run/systemd/system ] || echo "nosystemd"
[ -w /etc ] || echo "readonly"
if [ -e "$owner" ] || [ "$existing" != yes ]; then exit 0; fi

echo "free $(df -Pk / | awk 'NR == 2 { print $4 }')"
echo "shell $(getent passwd "$user" | cut -d: -f7)"

# What sshd would do with that user: whom it lets in, and what it runs in place of a shell.
if said=$("$(command -v sshd || echo /usr/sbin/sshd)" -T -C "user=$user,host=localhost,addr=127.0.0.1" 2>/dev/null); then
  listed() { printf '%s\n' "$said" | sed -n "s/^$1 //p" | tr '\n' ' '; }
  echo "allowusers $(listed allowusers)"
  echo "allowgroups $(listed allowgroups)| $(id -nG "$user" 2>/dev/null || echo "$user")"
  echo "denyusers $(listed denyusers)"
  echo "forcecommand $(listed forcecommand)"
fi

# A sudo that wants a terminal refuses slipway, which has none.
if ! grep -rqsE "^[[:space:]]*Defaults:${user}[[:space:]]+!requiretty" /etc/sudoers /etc/sudoers.d; then
  grep -rHsE '^[[:space:]]*Defaults[[:space:]].*requiretty' /etc/sudoers /etc/sudoers.d | grep -v '!requiretty' | sed 's/^/requiretty /'
fi

# Sources of packages: those that apt can't read, then those that a server refuses. apt
# goes on without one whose server does not answer.
if ! list=$(LC_ALL=C apt-get --print-uris update 2>&1); then
  printf '%s\n' "$list" | sed -n 's/^E: /source /p'
  exit 0
fi
part=$(mktemp -d)
printf '%s\n' "$list" | cut -d"'" -f2 | grep 'InRelease$' | sort -u | {
  while read -r uri; do
    {
      for file in "$uri" "${uri%InRelease}Release"; do
        said=$(LC_ALL=C timeout 20 /usr/lib/apt/apt-helper -qq download-file "$file" "$part/$(printf %s "$file" | cksum | cut -d' ' -f1)" 2>&1) && exit 0
      done
      case $said in *resolve* | *onnect* | *timed\ out* | '') exit 0 ;; esac
      base=${uri%/dists/*}
      files=$(grep -rlF "${base%/InRelease}" /etc/apt/sources.list /etc/apt/sources.list.d 2>/dev/null | tr '\n' ' ')
      echo "dead ${files:-?} $uri $(printf '%s\n' "$said" | sed -n 's/^[EW]: *//p' | head -n 1)"
    } &
  done
  wait
}
rm -rf "$part"
