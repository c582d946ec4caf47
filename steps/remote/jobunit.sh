# shellcheck shell=sh
# Runs the script in the job's folder $1 and keeps its output and status there.
sh -eu "$1/script" >"$1/log" 2>&1 </dev/null
echo $? >"$1/status.part"
rm -f "$1/script"
mv "$1/status.part" "$1/status"
