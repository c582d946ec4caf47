# shellcheck shell=sh
# Installs uv into the folder $1 by the list $2, which has the sums of its wheels. It
# runs as the builder. The pip is the one that Debian keeps for python3 -m venv:
# to unpack it for an environment takes longer than to fetch uv.

for pip in /usr/share/python-wheels/pip-*.whl; do :; done
exec python3 "$pip/pip" install --quiet --no-cache-dir --no-deps --no-compile --only-binary :all: --require-hashes --target "$1" -r "$2"
