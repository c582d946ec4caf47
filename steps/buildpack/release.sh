# shellcheck shell=sh
# What the release phase runs: the tests, and then the command. The words are variables that
# the tests do not see: a name, or NAME=value if only that value is meant.
: "${test?}" "${command?}"

if [ -n "$test" ]; then
  (
    for variable; do
      name=${variable%%=*}
      if [ "$name" = "$variable" ] || [ "$(printenv "$name")" = "${variable#*=}" ]; then unset "$name"; fi
    done
    sh -c "$test"
  )
fi
if [ -n "$command" ]; then sh -c "$command"; fi
