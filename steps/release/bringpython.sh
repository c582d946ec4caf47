# shellcheck shell=sh
# The function bring_python has uv bring a Python into the folder python, root's at the
# end, and sets interpreter to it. uv checks the archive by its sum: by the table that
# was uploaded, if there is one, else by the table that uv has. An archive that was
# uploaded lies in a folder in the form of a mirror. What it calls is defined in
# dependencies.sh.
: "${python?}" "${python_version?}" "${python_table?}" "${python_archives?}" "${python_mirror?}" "${uv?}" "${uv_cache?}" "${user?}"

bring_python() {
  if [ -e "$python/.complete" ]; then
    brought_interpreter
    return
  fi
  [ -x "$uv/bin/uv" ] || fetch_uv
  mkdir -p "$(dirname "$python")"
  empty_folder "$python"
  install -d -m 755 -o "$user" -g "$user" "$uv_cache"
  set -- python install "$python_version" --install-dir "$python" --no-bin
  if [ -e "$python_table" ]; then
    chmod 644 "$python_table"
    set -- "$@" --python-downloads-json-url "$python_table"
  elif [ -d "$python_archives" ]; then
    set -- "$@" --mirror "file://$python_archives"
  elif [ -n "$python_mirror" ]; then
    set -- "$@" --mirror "$python_mirror"
  fi
  [ ! -d "$python_archives" ] || chmod -R a+rX "$python_archives"
  confined "--property=ReadWritePaths=$python $uv_cache" -- "$uv/bin/uv" "$@" || not_brought
  brought_interpreter
  version=$(confined -- "$interpreter" -V) || not_brought
  [ "$version" = "Python $python_version" ] || echo "the interpreter calls itself $version"
  # Nobody may write there later, and without bytecode every start of the app would
  # compile what it imports. What no web app imports is left out.
  confined "--property=ReadWritePaths=$python" -- "$interpreter" -m compileall -q -j 0 \
    -x '/(test|tests|idlelib|lib2to3|tkinter|turtledemo|ensurepip|pydoc_data|site-packages|config-[^/]*)/' \
    "$(dirname "$(dirname "$interpreter")")/lib" || :
  chown -R root:root "$python"
  chmod -R go-w "$python"
  rm -rf "$python_table" "$python_archives"
  touch "$python/.complete"
}

# brought_interpreter: sets interpreter to the one in the folder.
brought_interpreter() {
  for interpreter in "$python/cpython-$python_version"-*/bin/python3; do :; done
}

not_brought() {
  rm -rf "$python" "$python_table" "$python_archives"
  echo "Python $python_version could not be brought to the server" >&2
  exit 1
}
