# shellcheck shell=sh
# Puts a Flask app on a Debian server, as somebody writes it who knows Debian, nginx,
# gunicorn and systemd well. It is what Slipway is measured against. It runs as root over one
# SSH connection, can be run again, does only what is not done yet, and switches to a new
# release without losing a request.
#
# Its input is an archive of the server's files: settings of nginx, sshd, the firewall, the
# kernel and apt, the app's units, and its source. The words are the packages of PyPI, each
# with its version.
: "${app?}" "${release?}" "${venv?}" "${packages?}" "${uv?}"

export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 UCF_FORCE_CONFFOLD=1 LC_ALL=C.UTF-8
cd /
root=/srv/$app builder=slipway-build
files=$(mktemp)
trap 'rm -f "$files"' EXIT
cat >"$files"

# Debian's packages, in one go.
# shellcheck disable=SC2086 # a list of names
if ! dpkg -s $packages >/dev/null 2>&1; then
  apt-get -q -o Acquire::Languages=none update
  apt-get -q -y --no-install-recommends -o Dpkg::Use-Pty=0 install $packages
fi

# The users: one to log in as, one for the app, one for what installs its packages.
id deploy >/dev/null 2>&1 || useradd --create-home --shell /bin/bash deploy
for user in "$app" "$builder"; do
  id "$user" >/dev/null 2>&1 || useradd --system --user-group --home-dir /nonexistent --no-create-home --shell /usr/sbin/nologin "$user"
done
[ -d "/var/lib/$app" ] || { usermod --home "/var/lib/$app" "$app" && install -d -m 755 -o "$app" -g "$app" "/var/lib/$app"; }

# The files, if one of them differs.
changed=$(tar --compare --gzip --absolute-names --file="$files" 2>&1 || :)
if [ -n "$changed" ]; then tar --extract --gzip --absolute-names --same-owner --file="$files"; fi

# The app's packages, by uv: as a user of their own, and then root's.
if [ ! -e "$venv/.complete" ]; then
  export PIP_CERT=/etc/ssl/certs/ca-certificates.crt SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt HOME=/tmp UV_NO_CONFIG=1 PIP_ROOT_USER_ACTION=ignore PIP_DISABLE_PIP_VERSION_CHECK=1
  install -d -m 755 "$root/venvs" /opt
  install -d -m 755 -o "$builder" -g "$builder" "$venv" /var/cache/uv
  as_builder() { setpriv --reuid="$builder" --regid="$builder" --clear-groups "$@"; }
  as_builder python3 -m venv --without-pip "$venv"
  for pip in /usr/share/python-wheels/pip-*.whl; do :; done
  [ -x /var/cache/uv/bin/uv ] ||
    as_builder python3 "$pip/pip" install -q --no-cache-dir --no-deps --no-compile --only-binary :all: --target /var/cache/uv "$uv"
  as_builder /var/cache/uv/bin/uv pip install --quiet --no-cache --no-deps --compile-bytecode --python "$venv/bin/python" "$@"
  chown -R root:root "$venv"
  touch "$venv/.complete"
fi

# What reads the files that changed.
case $changed in
*/etc/systemd/system/*) systemctl daemon-reload ;;
esac
case $changed in
*/etc/systemd/journald.conf.d/*) systemctl restart systemd-journald.service ;;
esac
case $changed in
*/etc/ssh/*) sshd -t && systemctl reload ssh.service ;;
esac
case $changed in
*/etc/nftables.conf*) systemctl --quiet enable nftables.service && systemctl restart nftables.service ;;
esac
case $changed in
*logrotate.timer*) systemctl --quiet enable --now slipway-logrotate.timer ;;
esac

# What must be in effect, whoever changed it meanwhile.
sysctl -q -p /etc/sysctl.d/99-slipway.conf
systemctl start nginx.service nftables.service unattended-upgrades.service slipway-logrotate.timer
nft list table inet slipway >/dev/null 2>&1 || systemctl restart nftables.service

# The release starts beside the one before, and takes the traffic once it answers.
socket=/run/$app/$release.sock
before=$(readlink "$root/current" || :)
if [ "$before" != "$root/releases/$release" ]; then
  systemctl --quiet enable --now "$app-$release.socket" "$app-$release.service"
  curl -sSf --retry 20 --retry-all-errors --retry-delay 1 -o /dev/null --unix-socket "$socket" http://localhost/
  ln -sfn "$root/releases/$release" "$root/current.new"
  mv -T "$root/current.new" "$root/current"
else
  systemctl start "$app-$release.socket" "$app-$release.service"
fi
case $changed in
*/etc/nginx/* | */nginx.service.d/*)
  rm -f /etc/nginx/sites-enabled/default
  install -d -m 755 -g adm /var/log/nginx/app
  nginx -q -t
  systemctl restart nginx.service
  ;;
esac

# The answer as visitors get it, of this release.
[ "$(curl -sSf --retry 20 --retry-all-errors --retry-delay 1 http://localhost/.well-known/slipway-release)" = "$release" ]
curl -sSf -o /dev/null http://localhost/
if [ -n "$before" ] && [ "$before" != "$root/releases/$release" ]; then
  systemctl --quiet disable --now --no-block "$app-${before##*/}.socket" "$app-${before##*/}.service"
fi
