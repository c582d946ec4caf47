# shellcheck shell=sh
# Prints why a reboot is needed, a line for each reason.

if [ -e /run/reboot-required ]; then
  echo "an update asks for it: $(sort -u /run/reboot-required.pkgs | paste -s -d ' ')"
fi
if ! systemd-detect-virt --quiet --container; then
  # shellcheck disable=SC2012 # kernels are sorted by version, and their names have no spaces
  newest=$(ls -v /boot/vmlinuz-* | tail -n 1)
  newest=${newest#/boot/vmlinuz-}
  [ -z "$newest" ] || [ "$newest" = "$(uname -r)" ] || echo "the kernel $newest is installed and $(uname -r) runs"
fi
