# shellcheck shell=sh
# The function journal.

# journal ARGUMENT...: prints what units said, as journalctl finds it with these arguments.
# What a unit said last before it ended may not be written down yet when systemd already
# tells that it ended, so the journal is asked to catch up first.
journal() {
  timeout 10 journalctl --sync || :
  journalctl -q -o cat "$@"
}
