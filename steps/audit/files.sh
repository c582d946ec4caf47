# shellcheck shell=sh
# Prints the files and folders on the root's own file system that anybody may write
# to, those that no user or group owns, and the programs that run as another user
# or group: "packaged" if a package of Debian's has it, else "stranger". It looks
# for at most a minute; "asked yes" says that it came to the end. A name may have any
# character: a line break in it is printed as "?", so that each line is one file. Of
# each kind the first thousand are printed.
{
  timeout 60 find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /run \) -prune -o \
    -type f -perm -0002 -printf 'writable %p\0' -o \
    -type d -perm -0002 ! -perm -1000 -printf 'folder %p\0' -o \
    -type f -perm /6000 -printf 'runs %p\0' -o \
    \( -nouser -o -nogroup \) -printf 'nobody %p\0'
  [ $? = 124 ] || printf 'asked yes\0'
} | tr '\n\0' '?\n' | awk '++seen[$1] <= 1000' | while IFS= read -r line; do
  f=${line#* }
  if [ "${line%% *}" != runs ]; then
    printf '%s\n' "$line"
  elif grep -qsxF -e "$f" -e "${f#/usr}" /var/lib/dpkg/info/*.list; then
    printf 'packaged %s\n' "$f"
  else
    printf 'stranger %s\n' "$f"
  fi
done
