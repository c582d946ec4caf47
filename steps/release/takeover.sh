# shellcheck shell=sh
# Makes a release that answers the current one. static is the file of what nginx
# serves of the current release without the app.
: "${release?}" "${current?}" "${static?}"

# A page that was loaded before still finds the files that only its release has.
earlier=$(readlink "$current" || :)
case $earlier in
'' | "$release") ;;
*) ln -sfnT "$earlier" "$release/earlier" ;;
esac
before=$(cat "$static" 2>/dev/null || :)
ln -sfnT "$release" "$current.slipway-part"
mv -fT "$current.slipway-part" "$current"
if [ "$before" != "$(cat "$static" 2>/dev/null || :)" ] && systemctl is-active --quiet nginx.service; then
  nginx -q -t
  systemctl reload nginx.service
  sleep 1 # nginx's old workers may still take requests for a moment
fi
# The time at which it first took traffic. A release that never did is no choice
# for a rollback.
[ -e "$release/served" ] || touch "$release/served"
