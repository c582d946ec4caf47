# shellcheck shell=sh
# Writes the file of an instance's port, unless it is there: a port that no release
# has and nobody listens on, below those that systems give out by themselves.
: "${file?}" "${releases?}"

if [ ! -e "$file" ]; then
  port=20000
  taken() {
    grep -qsx "PORT=$port" "$releases"/*/port "$releases"/*/next-port ||
      grep -qis ":$(printf %04X "$port") [0-9A-F]*:0000 " /proc/net/tcp /proc/net/tcp6
  }
  while taken; do port=$((port + 1)); done
  echo "PORT=$port" >"$file.slipway-part"
  chmod 644 "$file.slipway-part"
  mv -fT "$file.slipway-part" "$file"
fi
