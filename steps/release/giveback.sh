# shellcheck shell=sh
# Ends what lend.sh began: what was built is root's, and the app only reads it. A build
# may leave a link wherever it could write. chmod follows one only in the way of a folder
# that it is told, and nobody can put one there any more. The functions of bounds.sh come
# before.
: "${source?}" "${user?}"

for folder do
  inside "$source" "$source/$folder" || {
    echo "the build left a link in the way of its folder $folder, which leads to $(realpath -m -- "$source/$folder")"
    exit 1
  }
  chown -hR "root:$user" -- "$source/$folder/."
  find "$source/$folder/" ! -type d ! -type f ! -type l -delete
  chmod -R u=rwX,g=rX,o= -- "$source/$folder/."
done
