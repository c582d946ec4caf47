# shellcheck shell=sh
# Makes a host key in the folder next, unless an earlier run did, and prints its
# public half. The file key.pub comes last: where it is, the key is whole.
: "${next?}"

set -eu
umask 077
if [ ! -e "$next/key.pub" ]; then
  rm -rf "$next"
  mkdir -p "$next"
  ssh-keygen -q -t ed25519 -N '' -C '' -f "$next/part"
  mv "$next/part" "$next/key"
  sync "$next/key"
  mv "$next/part.pub" "$next/key.pub"
fi
cut -d' ' -f1,2 "$next/key.pub"
