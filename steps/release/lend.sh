# shellcheck shell=sh
# Has the builder write to folders in the source, which are the words, for the time of
# a build. The functions of bounds.sh come before.
: "${source?}" "${builder?}"

for folder do
  inside "$source" "$source/$folder" || {
    echo "the build's folder $folder leads to $(realpath -m -- "$source/$folder"), outside of the app's folder: name another folder, or put a copy in its place"
    exit 1
  }
  mkdir -p -- "$source/$folder"
  chown -hR "$builder:$builder" -- "$source/$folder/."
done
