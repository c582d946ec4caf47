# shellcheck shell=sh
# Writes the mount of $what at $where into fstab, instead of any other there.
: "${what?}" "${where?}" "${kind?}" "${options?}"

touch /etc/fstab
sed -i -E '\#^[^\#[:space:]]+[[:space:]]+'"$where"'[[:space:]]#d' /etc/fstab
# A last line without its end would swallow the one that comes after it.
[ -z "$(tail -c 1 /etc/fstab)" ] || echo >>/etc/fstab
printf '%s\n' "$what $where $kind defaults,$options 0 0" >>/etc/fstab
