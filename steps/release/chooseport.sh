# shellcheck shell=sh
# Writes the file of an instance's port, unless it is there. The port is one that no
# release has and nobody listens on, below those that systems give out by themselves.
: "${file?}" "${releases?}"

# taken PORT: whether a release has it or somebody listens on it.
taken() {
  grep -qsx "PORT=$1" "$releases"/*/port "$releases"/*/next-port ||
    grep -qis ":$(printf %04X "$1") [0-9A-F]*:0000 " /proc/net/tcp /proc/net/tcp6
}

if [ ! -e "$file" ]; then
  port=20000
  while taken "$port"; do port=$((port + 1)); done
  echo "PORT=$port" >"$file.slipway-part"
  chmod 644 "$file.slipway-part"
  mv -fT "$file.slipway-part" "$file"
fi
