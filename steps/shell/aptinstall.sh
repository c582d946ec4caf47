# shellcheck shell=sh
# Installs the packages that are its words, and removes those with a "-" at the end.
# It finishes first what dpkg was interrupted in. A package that was being unpacked
# then can't be configured: it is installed again. The functions of apt.sh come before.

configure_all || echo "some packages have to be installed again"
apt_update
torn=$(dpkg-query -W -f '${db:Status-Eflag} ${binary:Package}\n' | sed -n 's/^reinstreq //p')
if [ -n "$torn" ]; then
  # shellcheck disable=SC2086 # a word for each package
  apt_install --reinstall $torn
  configure_all
fi
apt_install --purge "$@"
