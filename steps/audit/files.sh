# shellcheck shell=sh
# Prints the files and folders on the root's own file system that anybody may write
# to, those that no user or group owns, and the programs that run as another user
# or group: "packaged" if a package of Debian's has it, else "stranger". It looks
# for at most a minute; "asked yes" says that it came to the end.
found=$(timeout 60 find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /run \) -prune -o \
  -type f -perm -0002 -printf 'writable %p\n' -o \
  -type d -perm -0002 ! -perm -1000 -printf 'folder %p\n' -o \
  -type f -perm /6000 -printf 'runs %p\n' -o \
  \( -nouser -o -nogroup \) -printf 'nobody %p\n')
[ $? = 124 ] || echo "asked yes"
printf '%s\n' "$found" | while read -r kind f; do
  if [ "$kind" != runs ]; then
    echo "$kind $f"
  elif grep -qsxF -e "$f" -e "${f#/usr}" /var/lib/dpkg/info/*.list; then
    echo "packaged $f"
  else
    echo "stranger $f"
  fi
done
