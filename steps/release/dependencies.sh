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
#
# What is built of the app's own folder is built of a copy in the environment, because a
# build writes beside what it builds. These are defined before: copy_source makes the
# copy if one is needed, settle_source has it as it stays, with_projects runs its words
# with the app's own projects behind them, if there are any to install. The functions of
# buildpackages.sh come before too.
: "${venv?}" "${folder?}" "${build_log?}" "${build_packages?}" "${link?}" "${user?}" "${cache?}" "${uv?}" "${uv_wheels?}" "${uv_cache?}" "${pip_cache?}" "${fetch?}"
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

# project_property is a property of the sandbox for the app's own projects.
project_property=''

# uv_install WORD...: installs what the words name, in the app's folder.
uv_install() {
  confined "--property=ReadWritePaths=$venv $uv_cache" ${project_property:+"$project_property"} "--property=WorkingDirectory=$folder" -- \
    "$uv/bin/uv" pip install --python "$venv/bin/python" --compile-bytecode "$@"
}

# with_uv PACKAGE...: the environment as uv makes it; false if any of it fails.
with_uv() {
  if [ $# -gt 0 ] && [ ! -x "$uv/bin/uv" ]; then return 1; fi
  empty_folder "$venv" &&
    install -d -m 755 -o "$user" -g "$user" "$uv_cache" &&
    confined "--property=ReadWritePaths=$venv" -- "$interpreter" -m venv --without-pip "$venv" &&
    copy_source &&
    { [ $# = 0 ] || uv_install "$@"; } &&
    with_projects uv_install --no-deps
}

# pip_install WORD...: the same as uv_install.
pip_install() {
  confined "--property=ReadWritePaths=$venv $pip_cache" ${project_property:+"$project_property"} "--property=WorkingDirectory=$folder" -- \
    "$venv/bin/pip" install "$@"
}

# with_pip PACKAGE...: the same as with_uv.
with_pip() {
  empty_folder "$venv" &&
    install -d -m 755 -o "$user" -g "$user" "$pip_cache" &&
    confined "--property=ReadWritePaths=$venv" -- /usr/bin/python3 -m venv "$venv" &&
    copy_source &&
    { [ $# = 0 ] || pip_install "$@"; } &&
    with_projects pip_install --no-deps
}

# environment PACKAGE...: the environment as uv makes it, else as pip does. pip can't
# build what uv could not for want of a compiler or a library. A managed Python is there
# by uv: pip would only hide why uv refused.
environment() {
  install -m 600 /dev/null "$build_log"
  if logged with_uv "$@"; then return; fi
  if [ -n "$python$(wanted_for_build)$(lacking_header)" ]; then return 1; fi
  echo "pip installs the packages, because uv did not"
  logged with_pip "$@"
}

interpreter=/usr/bin/python3
mkdir -p "$cache"
chmod 755 "$cache"
[ -z "$python" ] || bring_python
if [ ! -e "$venv/.complete" ]; then
  # shellcheck disable=SC2086 # a list of names
  [ -z "$build_packages" ] || bring_build_packages $build_packages
  if [ $# -gt 0 ] && [ ! -x "$uv/bin/uv" ]; then fetch_uv; fi
  brought=$build_packages
  until environment "$@"; do
    more=$(wanted_for_build | sort -u)
    for name in $brought; do more=$(printf '%s\n' "$more" | grep -vxF -e "$name" || :); done
    [ -n "$more" ] || build_failed "$venv"
    brought="$brought $more"
    # shellcheck disable=SC2086 # a list of names
    bring_build_packages $more
  done
  chown -R root:root "$venv"
  chmod -R go-w "$venv"
  settle_source
  # uv lets everybody write to the lock in its cache.
  [ ! -e "$uv_cache" ] || chmod -R go-w "$uv_cache"
fi
remove_build_packages "$venv"
rm -f "$build_log" "$build_log.status"
[ -e "$venv/.complete" ] || touch "$venv/.complete"
ln -sfnT "$venv" "$link"
