# shellcheck shell=sh
# Has nginx read the site. One that nginx does not accept is taken out again.
: "${site?}" "${enabled?}"

ln -sfnT "$site" "$enabled"
nginx -q -t || {
  rm -f "$enabled"
  exit 1
}
