# shellcheck shell=sh
# Gives a release its virtual environment. One that is whole is used again; otherwise
# one is made, with the packages that the words name as uv and pip take them. It is made
# with the system's Python, or with the one in the folder python, which bring_python of
# bringpython.sh has there.
#
# A package's set-up code is a stranger's, so all of it runs as the app's user in a
# sandbox: confined --property=ReadWritePaths=FOLDERS -- COMMAND, which is defined
# before. The environment is made in its final place, which its programs name. At the
# end it is root's, so that the app can't change what it runs.
: "${venv?}" "${link?}" "${user?}" "${cache?}" "${uv?}" "${uv_wheels?}" "${uv_cache?}" "${pip_cache?}" "${fetch?}"
: "${python?}"

# empty_folder FOLDER: makes an empty folder of the app's user.
empty_folder() {
  rm -rf "$1" && install -d -m 755 -o "$user" -g "$user" "$1"
}

# fetch_uv: has uv in its folder. Without it pip installs the packages, so it is no
# error if uv can't be had.
fetch_uv() {
  list=$cache/uv.txt
  install -m 644 /dev/null "$list"
  printf '%s\n' "$uv_wheels" >"$list"
  empty_folder "$uv.part"
  confined "--property=ReadWritePaths=$uv.part" -- /bin/sh -c "$fetch" fetch "$uv.part" "$list" || :
  if [ -x "$uv.part/bin/uv" ]; then
    chown -R root:root "$uv.part"
    rm -rf "$cache"/uv-[0-9]*[0-9]
    mv -T "$uv.part" "$uv"
  fi
}

# with_uv PACKAGE...: the environment as uv makes it; false if any of it fails.
with_uv() {
  if [ $# -gt 0 ] && [ ! -x "$uv/bin/uv" ]; then return 1; fi
  writable="--property=ReadWritePaths=$venv $uv_cache"
  empty_folder "$venv" &&
    install -d -m 755 -o "$user" -g "$user" "$uv_cache" &&
    confined "$writable" -- "$interpreter" -m venv --without-pip "$venv" || return 1
  [ $# = 0 ] || confined "$writable" -- "$uv/bin/uv" pip install --python "$venv/bin/python" --compile-bytecode "$@"
}

# with_pip PACKAGE...: the same as pip makes it.
with_pip() {
  writable="--property=ReadWritePaths=$venv $pip_cache"
  empty_folder "$venv"
  install -d -m 755 -o "$user" -g "$user" "$pip_cache"
  confined "$writable" -- /usr/bin/python3 -m venv "$venv"
  [ $# = 0 ] || confined "$writable" -- "$venv/bin/pip" install "$@"
}

interpreter=/usr/bin/python3
mkdir -p "$cache"
chmod 755 "$cache"
[ -z "$python" ] || bring_python
if [ ! -e "$venv/.complete" ]; then
  if [ $# -gt 0 ] && [ ! -x "$uv/bin/uv" ]; then fetch_uv; fi
  if ! with_uv "$@"; then
    # A managed Python is there by uv: pip would only hide why uv refused.
    [ -z "$python" ] || exit 1
    echo "pip installs the packages, because uv did not"
    with_pip "$@"
  fi
  chown -R root:root "$venv"
  chmod -R go-w "$venv"
  # uv lets everybody write to the lock in its cache.
  [ ! -e "$uv_cache" ] || chmod -R go-w "$uv_cache"
  touch "$venv/.complete"
fi
ln -sfnT "$venv" "$link"
