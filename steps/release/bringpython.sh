# shellcheck shell=sh
# The function bring_python has uv bring a Python into the folder python, root's at the
# end, and sets interpreter to it. uv checks the archive by its sum: by the table that
# was uploaded, if there is one, else by the table that uv has. An archive that was
# uploaded lies in a folder in the form of a mirror. What it calls is defined in
# complete.sh and dependencies.sh.
: "${python?}" "${python_version?}" "${python_table?}" "${python_archives?}" "${python_mirror?}" "${python_log?}" "${uv?}" "${build_cache?}"

bring_python() {
  if is_complete "$python"; then
    brought_interpreter
    return
  fi
  [ -x "$uv/bin/uv" ] || fetch_uv
  mkdir -p "$(dirname "$python")"
  empty_folder "$python"
  empty_folder "$build_cache"
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
  confined "--property=ReadWritePaths=$python $build_cache" -- "$uv/bin/uv" "$@" >"$python_log" 2>&1 || not_brought
  brought_interpreter
  version=$(confined -- "$interpreter" -V 2>"$python_log") || not_brought
  case $version in
    "Python $python_version") ;;
    "Python ${python_version%.*}."*) echo "the interpreter calls itself $version" ;;
    *)
      echo "the interpreter calls itself $version" >"$python_log"
      not_brought
      ;;
  esac
  # Nobody may write there later, and without bytecode every start of the app would
  # compile what it imports. What no web app imports is left out.
  confined "--property=ReadWritePaths=$python" -- "$interpreter" -m compileall -q -j 0 \
    -x '/(test|tests|idlelib|lib2to3|tkinter|turtledemo|ensurepip|pydoc_data|site-packages|config-[^/]*)/' \
    "$(dirname "$(dirname "$interpreter")")/lib" || :
  take_over "$python"
  rm -rf "$python_table" "$python_archives" "$python_log" "$build_cache"
  marked_complete "$python"
}

# brought_interpreter: sets interpreter to the one in the folder.
brought_interpreter() {
  for interpreter in "$python/cpython-$python_version"-*/bin/python3; do :; done
}

# not_brought: says what uv or the interpreter said, and last what it means.
not_brought() {
  sed 's/^ *\(error\|cause\): */  /' "$python_log" >&2
  case $(cat "$python_log") in
    *"Hash mismatch"*) why="its archive has another sum than uv knows; a mirror with archives of its own names their sums in SHA256SUMS beside them" ;;
    "the interpreter calls itself"*) why="its archive is another Python's: correct the mirror" ;;
    *"Failed to download"*) why="the server can't fetch it: let it reach github.com, or set UV_PYTHON_INSTALL_MIRROR to a mirror" ;;
    *) why="see above" ;;
  esac
  rm -rf "$python" "$python_table" "$python_archives" "$python_log" "$build_cache"
  echo "Python $python_version can't be brought to the server: $why" >&2
  exit 1
}
