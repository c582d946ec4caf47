# shellcheck shell=sh
# Removes nginx's default page, unless somebody has edited it. unedited.sh comes before it.
: "${default?}"

if unedited "$default" nginx-common /etc/nginx/sites-available/default; then rm -f "$default"; fi
