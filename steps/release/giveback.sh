# shellcheck shell=sh
# Ends what lend.sh began: what was built is root's, and the app only reads it. A build
# may leave a link wherever it could write, which chmod would follow as root. The
# functions of bounds.sh come before.
: "${source?}" "${user?}"

for folder do
  inside "$source" "$source/$folder" || {
    echo "the build left a link in the way of its folder $folder, which leads to $(realpath -m -- "$source/$folder")"
    exit 1
  }
  as_user "$user" chmod -R u=rwX,g=rX,o= -- "$source/$folder/."
  chown -hR "root:$user" -- "$source/$folder/."
done
