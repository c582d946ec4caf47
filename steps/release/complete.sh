# shellcheck shell=sh
# The functions by which a folder that strangers' code wrote becomes root's, and is known
# to be whole. While that code runs, root neither writes nor reads in the folder: a link
# could lead it anywhere, and a pipe have it wait for ever. Its parent is root's, so the
# folder itself can't be replaced. systemd ends all that the code started before root
# goes on. The code can't put a file of others into the folder by a hard link: in the
# sandbox the folder is a mount of its own.

# is_complete FOLDER: whether a folder is whole. The mark counts only if root, who asks, wrote it:
# in a folder of root's nobody else puts one in its place between two of these questions.
is_complete() {
  [ -d "$1" ] && [ ! -L "$1" ] && [ -O "$1" ] && [ -f "$1/.complete" ] && [ ! -L "$1/.complete" ] && [ -O "$1/.complete" ]
}

# take_over FOLDER: makes a folder root's, with all that is in it. Others can read it
# afterwards as before, and nobody else can write. The folder itself comes first: then
# nothing in it can get another name any more.
take_over() {
  chown -h root:root "$1"
  rm -rf "$1/.complete"
  chown -hR root:root "$1"
  find "$1" ! -type d ! -type f ! -type l -delete
  chmod -R go-w,a-st "$1"
}

# marked_complete FOLDER: marks a folder of root's.
marked_complete() {
  is_complete "$1" || install -T -m 644 /dev/null "$1/.complete"
}
