# shellcheck shell=sh
# Prints whether the certificate is fine or, if it is not, where its names lead; then
# what the authority said when it refused the same request. Each line of that begins
# with a word of slipway's.
: "${certificate?}" "${names?}" "${request?}" "${refused?}"

if fine "$certificate"; then
  echo "fine yes"
else
  for name in $names; do
    found=$(addresses "$name")
    if here "$name" "$found"; then echo "leads-$name here"; else echo "leads-$name elsewhere $found"; fi
  done
fi
if [ -e "$refused" ] && [ "$(sed -n 's/^request //p' "$refused")" = "$request" ]; then
  sed -n '/^at /p; /^until /p; /^said /p' "$refused"
  echo "now $(date +%s)"
fi
