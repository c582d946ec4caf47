# shellcheck shell=sh
# Installs the packages that are its words, and removes those with a "-" at the end.
# It finishes first what dpkg was interrupted in. A package that was being unpacked
# then can't be configured: it is installed again, as is one that a power cut may have
# torn. The functions of apt.sh come before.

configure_all || echo "some packages have to be installed again"
apt_update
torn=$(torn_packages)
if [ -n "$torn" ]; then
  # shellcheck disable=SC2086 # a word for each package
  apt_install --reinstall $torn
  configure_all
fi
nothing_torn
apt_install --purge "$@"
