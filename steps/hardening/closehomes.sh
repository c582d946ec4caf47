# shellcheck shell=sh
# Closes people's home folders, and the settings in them, to others. Each owner does it: root
# would follow what somebody puts in the way meanwhile. The functions of bounds.sh come
# before.
: "${homes?}"

for home in "$homes"/*; do
  [ -d "$home" ] || continue
  owner=$(stat -Lc %u -- "$home")
  as_user "$owner" chmod g-w,o-rwx -- "$home/."
  as_user "$owner" find "$home/" -mindepth 1 -maxdepth 1 -name '.[!.]*' -type f -links 1 -user "$owner" -exec chmod u-x,g-wx,o-rwx -- {} +
done
