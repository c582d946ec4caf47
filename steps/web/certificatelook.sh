# shellcheck shell=sh
# Prints whether the certificate is fine or, if it is not, where its names lead; then
# what the authority said when it refused the same request. Each line of that begins
# with a word of slipway's. The functions of bounds.sh come before.
: "${certificate?}" "${names?}" "${request?}" "${refused?}" "${user?}"

if fine "$certificate"; then
  echo "fine yes"
else
  for name in $names; do
    found=$(addresses "$name")
    if here "$name" "$found"; then echo "leads-$name here"; else echo "leads-$name elsewhere $found"; fi
  done
fi
# The folder is the user's who asks the authority: root would follow a link there.
said=$(as_user "$user" timeout 2 head -c 100000 -- "$refused" 2>/dev/null) || said=''
if [ "$(printf '%s\n' "$said" | sed -n 's/^request //p')" = "$request" ]; then
  printf '%s\n' "$said" | sed -n '/^at /p; /^until /p; /^said /p'
  echo "now $(date +%s)"
fi
