# shellcheck shell=sh
# Takes what homes.sh prints and closes each folder and file to others.
while read -r kind _ path; do
  case $kind in
    home) chmod g-w,o-rwx "$path" ;;
    dotfile) chmod u-x,g-wx,o-rwx "$path" ;;
  esac
done
