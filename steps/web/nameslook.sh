# shellcheck shell=sh
# Prints whether each name leads here. The functions of certificatewords.sh come before.
: "${names?}"

for name in $names; do
  if here "$name" "$(addresses "$name")"; then echo "leads-$name here"; else echo "leads-$name elsewhere"; fi
done
