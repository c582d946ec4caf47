# shellcheck shell=sh
# Prints whether the data is to be copied before the release's command runs. If so, the
# words are run: they say whether it fits the disk. A copy that is older than ten minutes
# is one of an attempt that failed, and the app has gone on writing since.
: "${folder?}" "${current?}" "${released?}"

if ! [ -e "$current" ]; then
  echo first
elif [ -e "$released" ]; then
  echo ran
elif [ -n "$(find "$folder/manifest.json" -mmin -10 2>/dev/null)" ]; then
  echo taken
elif [ -n "$(find "$folder.none" -mmin -10 2>/dev/null)" ]; then
  echo "none $(head -c 1000 "$folder.none")"
else
  echo wanted
  "$@" 2>/dev/null || :
fi
