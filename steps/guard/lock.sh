# shellcheck shell=sh
# The functions that all scripts of the guard share. The guard's folder is $folder;
# $unit and $link have it run at the next boot.
: "${folder?}" "${lock?}" "${unit?}" "${link?}"

# take_lock keeps arming, disarming and putting back from overlapping. The lock is
# held until the shell ends.
take_lock() {
  mkdir -p "${lock%/*}"
  exec 9>"$lock"
  flock 9
}

# armed_token prints the token of the guard that is armed, or nothing.
armed_token() { sed -n 1p "$folder/armed" 2>/dev/null || :; }

# forget removes the mark "armed" first: after a crash the rest means nothing.
forget() {
  rm -f "$folder/armed" "$link" "$unit"
  rm -rf "$folder"
}
