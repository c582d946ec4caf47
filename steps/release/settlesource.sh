# shellcheck shell=sh
# Has the app's user, and nobody else, read the copy of the source, which a build could
# write to. It is root's already: chmod alone would follow a link in its place.
: "${copy?}" "${user?}"

if [ -L "$copy" ] || [ ! -d "$copy" ]; then
  echo "the set-up code of a package replaced the copy of the app's source, $copy: find out which package does that, and do without it" >&2
  exit 1
fi
chgrp -hR "$user" "$copy"
chmod -R u=rwX,g=rX,o= "$copy"
