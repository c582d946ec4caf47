# shellcheck shell=sh
# Prints the certificate that nginx has, with its key; nothing if there is none.
: "${certificate?}"

if [ -s "$certificate" ]; then cat "$certificate"; fi
