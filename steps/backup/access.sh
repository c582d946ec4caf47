# shellcheck shell=sh
# Has the server have the key of the backups: its own if there is one, else the given one,
# else a new one. With identity, a key to log in with where backups go by SSH.
: "${key?}" "${given?}" "${identity?}" "${tag?}"

mkdir -p "${key%/*}/"
if ! [ -s "$key" ]; then
  install -m 600 /dev/null "$key.slipway-part"
  if [ -n "$given" ]; then
    printf '%s\n' "$given" >"$key.slipway-part"
  else
    head -c 32 /dev/urandom | base64 >"$key.slipway-part"
  fi
  sync "$key.slipway-part"
  mv "$key.slipway-part" "$key"
fi
chown root:root "$key"
chmod 600 "$key"
if [ -n "$identity" ] && ! [ -s "$identity" ]; then
  rm -f "$identity" "$identity.pub"
  ssh-keygen -q -t ed25519 -N '' -C "$tag" -f "$identity"
fi
