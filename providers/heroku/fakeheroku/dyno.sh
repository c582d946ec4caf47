# shellcheck shell=bash
# $1 is the command of a dyno, which runs after what the slug prepares.
for profile in "$HOME"/.profile.d/*.sh "$HOME/.profile"; do
	# shellcheck source=/dev/null
	if [ -f "$profile" ]; then . "$profile"; fi
done
exec bash -c "$1"
