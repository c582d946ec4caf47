# shellcheck shell=sh
# Says in a file that something was brought, for a job that waits for it. The server may
# lose its power at once, and the job begin anew.
: "${folder?}" "${file?}"

umask 077
mkdir -p "$folder"
find "$folder" -type f -mtime +1 -delete
: >"$file"
sync "$file" "$folder"
