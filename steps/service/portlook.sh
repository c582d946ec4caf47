# shellcheck shell=sh
# Prints whether the kernel's rules for a database's port are loaded.
: "${table?}"

! nft list table inet "$table" 2>/dev/null | grep -q 'skuid !=' || echo guarded
