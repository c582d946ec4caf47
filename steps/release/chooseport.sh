# shellcheck shell=sh
# Writes the file of an instance's port, unless it is there. The port is one that no
# release has and nobody listens on, below those that systems give out by themselves.
: "${file?}" "${releases?}"

if [ ! -e "$file" ]; then
  port=$(cat "$releases"/*/port "$releases"/*/next-port /proc/net/tcp /proc/net/tcp6 2>/dev/null | LC_ALL=C awk '
    function number(hex, i, n) {
      for (i = 1; i <= length(hex); i++) n = n * 16 + index("0123456789ABCDEF", toupper(substr(hex, i, 1))) - 1
      return n
    }
    /^PORT=[0-9]+$/ { taken[substr($0, 6) + 0] }
    $3 ~ /:0000$/ { taken[number(substr($2, length($2) - 3))] }
    END {
      for (port = 20000; port in taken; port++);
      print port
    }')
  echo "PORT=$port" >"$file.slipway-part"
  chmod 644 "$file.slipway-part"
  mv -fT "$file.slipway-part" "$file"
fi
