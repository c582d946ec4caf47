# shellcheck shell=sh
# Prints, for each word that is the path of a file, its SHA-256 and the path, and its
# mode, owner and group and the path; for a symbolic link "link", the target and the path.
# A target of several lines is shown as "?": its lines could be taken for those of others.

for f do
  shift
  if [ -L "$f" ]; then
    target=$(readlink "$f")
    case $target in *'
'*) target='?' ;; esac
    printf 'link %s %s\n' "$target" "$f"
  elif [ -f "$f" ]; then
    set -- "$@" "$f"
  fi
done
[ $# = 0 ] || {
  sha256sum -- "$@"
  stat -c '%a %U:%G %n' -- "$@"
}
