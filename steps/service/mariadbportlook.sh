# shellcheck shell=sh
# Prints "secrets" if the variables $names, and no others, have the password of the port.
: "${password?}" "${names?}" "${file?}"

has=$(cut -d = -f 1 "$file" 2>/dev/null | tr '\n' ' ')
if [ -s "$password" ] && [ "$has" = "$names " ] && [ "$(cut -d = -f 2- "$file" | sort -u)" = "$(cat "$password")" ]; then
  echo secrets
fi
