# shellcheck shell=sh
# Gives a release its virtual environment. One that is whole is used again; otherwise
# one is made, with the packages that the words name as uv and pip take them. It is made
# with the system's Python, or with the one in the folder python, which bring_python of
# bringpython.sh has there.
#
# A package's set-up code is a stranger's, so all of it runs as a user of its own, the
# builder, in a sandbox: confined --property=ReadWritePaths=FOLDERS -- COMMAND, which is
# defined before. The environment is made in its final place, which its programs name. At
# the end it is root's, by the functions of complete.sh, so that the app can't change
# what it runs.
#
# There are two caches. Into uv_cache writes only uv itself, while no code of a package
# can run: it stays. A package that runs code gets build_cache, which is emptied before
# each installation and removed after it: what such code leaves there is in no other
# environment.
#
# What is built of the app's own folder is built of a copy in the environment, because a
# build writes beside what it builds. These are defined before: copy_source makes the
# copy if one is needed, settle_source has it as it stays, with_projects runs its words
# with the app's own projects behind them, if there are any to install. The functions of
# buildpackages.sh come before too.
#
# Debian's packages may be installed meanwhile, by the fact packages of the same job. What
# runs no code of a package needs none of them: the environment, uv and the wheels. The
# rest waits, by debian_packages.
: "${venv?}" "${folder?}" "${build_log?}" "${build_packages?}" "${link?}" "${builder?}" "${cache?}" "${uv?}" "${uv_wheels?}" "${uv_cache?}" "${uv_builds?}" "${build_cache?}" "${fetch?}"
: "${python?}" "${builds?}" "${fetch_alone?}" "${uv_name?}" "${uv_sums?}" "${certificates?}" "${projects?}"

# empty_folder FOLDER: makes an empty folder of the builder's.
empty_folder() {
  rm -rf "$1" && install -d -m 755 -o "$builder" -g "$builder" "$1"
}

# debian_packages: waits for Debian's packages.
debian_packages() {
  await packages
}

# fetch_uv: has uv in its folder. Without it pip installs the packages, so it is no
# error if uv can't be had. Python does it alone if that goes, else Debian's pip.
fetch_uv() {
  empty_folder "$uv.part"
  # shellcheck disable=SC2086 # a word for each sum
  confined "--property=ReadWritePaths=$uv.part" -- /usr/bin/python3 -I -c "$fetch_alone" "$uv.part" "$uv_name" $uv_sums >/dev/null 2>&1 || {
    debian_packages
    list=$cache/uv.txt
    install -m 644 /dev/null "$list"
    printf '%s\n' "$uv_wheels" >"$list"
    empty_folder "$uv.part"
    confined "--property=ReadWritePaths=$uv.part" -- /bin/sh -c "$fetch" fetch "$uv.part" "$list" || :
  }
  if [ -x "$uv.part/bin/uv" ]; then
    take_over "$uv.part"
    rm -rf "$cache"/uv-[0-9]*[0-9]
    mv -T "$uv.part" "$uv"
  fi
}

# lasting_cache: has the cache that stays. In it uv can't make the folder in which it
# would build: so it tells of a package that has to be built, and runs no code of it.
lasting_cache() {
  [ -d "$uv_cache/$uv_builds" ] ||
    { rm -rf "$uv_cache" && install -d -m 1770 -g "$builder" "$uv_cache" && mkdir -m 700 "$uv_cache/$uv_builds"; }
}

# uv_wheels WORD...: installs what the words name if no code of a package has to run for
# it; else it prints nothing of that, and what uv said is in the file to_build.
#
# The modules are compiled apart, by an interpreter that reads nothing of the environment:
# a package can have each start of the environment's own interpreter run code.
uv_wheels() {
  lasting_cache || return 1
  {
    status=0
    confined "--property=ReadWritePaths=$venv $uv_cache" "--property=WorkingDirectory=$folder" -- \
      "$uv/bin/uv" --cache-dir "$uv_cache" pip install --python "$venv/bin/python" "$@" || status=$?
    echo "$status" >"$build_log.uv"
  } 2>&1 | awk -v to_build="$to_build" '/^(error|  ×)/ { failed = 1 } failed { print >to_build; next } { print; fflush() }'
  if [ "$(cat "$build_log.uv")" = 0 ]; then
    rm -f "$to_build"
    find "$venv/lib" -type f -name '*.py' -print0 | confined "--property=ReadWritePaths=$venv" -- \
      /usr/bin/xargs -0 -r -n 100 -P "$(nproc)" "$interpreter" -I -S -m py_compile >/dev/null 2>&1 || :
    # uv lets everybody write to the lock in its cache.
    find "$uv_cache" -type f -perm /022 -exec chmod go-w {} +
    return
  fi
  if ! grep -qsF -e "/$uv_builds/" "$to_build"; then
    cat "$to_build" >&2
    rm -f "$to_build"
  fi
  return 1
}

# project_property is a property of the sandbox for the app's own projects.
project_property=''

# with_code COMMAND WORD...: runs an installer in the app's folder. The packages' code may
# run.
with_code() {
  [ -d "$build_cache" ] || empty_folder "$build_cache" || return 1
  confined "--property=ReadWritePaths=$venv $build_cache" ${project_property:+"$project_property"} "--property=WorkingDirectory=$folder" -- "$@"
}

# uv_install WORD...: installs what the words name.
uv_install() { with_code "$uv/bin/uv" pip install --python "$venv/bin/python" --compile-bytecode "$@"; }

# bare_environment WORD...: makes an environment without packages. What it says of itself
# is kept, because packages' code can write there later.
bare_environment() {
  empty_folder "$venv" && confined "--property=ReadWritePaths=$venv" -- "$interpreter" -m venv "$@" "$venv" && cp -T "$venv/pyvenv.cfg" "$bare"
}

# without_code PACKAGE...: the environment as uv makes it, as far as no code of a package
# has to run for it. If some has to, that is no failure: to_build is there.
without_code() {
  if [ $# -gt 0 ] && [ ! -x "$uv/bin/uv" ]; then return 1; fi
  bare_environment --without-pip && copy_source || return 1
  if [ $# = 0 ] || [ -e "$to_build" ] || uv_wheels "$@"; then return; fi
  [ -e "$to_build" ]
}

# with_code_too PACKAGE...: what is missing after that.
with_code_too() {
  if [ $# -gt 0 ] && [ -e "$to_build" ]; then uv_install "$@" || return 1; fi
  with_projects uv_install --no-deps
}

# with_uv PACKAGE...: the environment as uv makes it; false if any of it fails.
with_uv() {
  logged without_code "$@" || return 1
  if [ ! -e "$to_build" ] && [ -z "$projects" ]; then return; fi
  debian_packages
  logged with_code_too "$@"
}

# pip_install WORD...: the same as uv_install.
pip_install() { with_code "$venv/bin/pip" install "$@"; }

# with_pip PACKAGE...: the same as with_uv.
with_pip() {
  bare_environment &&
    copy_source &&
    { [ $# = 0 ] || pip_install "$@"; } &&
    with_projects pip_install --no-deps
}

# environment PACKAGE...: the environment as uv makes it, else as pip does. pip can't
# build what uv could not for want of a compiler or a library. A managed Python is there
# by uv: pip would only hide why uv refused.
environment() {
  install -m 600 /dev/null "$build_log"
  [ -z "$builds" ] || : >"$to_build"
  installed=$(stat -c %y /var/lib/dpkg/status 2>/dev/null || :)
  if with_uv "$@"; then return; fi
  debian_packages
  if [ "$(stat -c %y /var/lib/dpkg/status 2>/dev/null || :)" != "$installed" ]; then
    echo "once more, now that Debian's packages are there"
    install -m 600 /dev/null "$build_log"
    if with_uv "$@"; then return; fi
  fi
  if [ -n "$python$(wanted_for_build)$(lacking_header)" ]; then return 1; fi
  echo "pip installs the packages, because uv did not"
  logged with_pip "$@"
}

# nothing_left: removes what only one installation may use.
nothing_left() { rm -rf "$build_cache" "$to_build"; }

# settle: makes the environment root's, as far as packages' code wrote it. Root looks into
# its folders later, and must not be led elsewhere.
settle() {
  take_over "$venv"
  for part in "$venv/bin" "$venv/lib" "$venv"/lib/python3* "$venv"/lib/python3*/site-packages; do
    if [ -L "$part" ] || [ ! -e "$part" ]; then
      echo "the set-up code of a package put a link in the place of the folder $part: find out which package does that, and do without it" >&2
      exit 1
    fi
  done
  rm -rf "$venv/pyvenv.cfg"
  install -T -m 644 "$bare" "$venv/pyvenv.cfg"
  settle_source
}

interpreter=/usr/bin/python3
to_build=$build_log.built bare=$build_log.bare
mkdir -p "$cache"
chmod 755 "$cache"
rm -rf "$cache/uv" "$cache/pip" # earlier versions' caches, into which packages' code could write
nothing_left
if [ ! -e "$certificates" ] || ! /usr/bin/python3 -I -S -c 'import venv' 2>/dev/null; then debian_packages; fi
[ -z "$python" ] || bring_python
if ! is_complete "$venv"; then
  # shellcheck disable=SC2086 # a list of names
  [ -z "$build_packages" ] || bring_build_packages $build_packages
  if [ $# -gt 0 ] && [ ! -x "$uv/bin/uv" ]; then fetch_uv; fi
  brought=$build_packages
  until environment "$@"; do
    more=$(wanted_for_build | sort -u)
    for name in $brought; do more=$(printf '%s\n' "$more" | grep -vxF -e "$name" || :); done
    [ -n "$more" ] || {
      nothing_left
      build_failed "$venv"
    }
    brought="$brought $more"
    # shellcheck disable=SC2086 # a list of names
    bring_build_packages $more
  done
  nothing_left
  settle
fi
remove_build_packages "$venv"
rm -f "$build_log" "$build_log".*
marked_complete "$venv"
ln -sfnT "$venv" "$link"
