# shellcheck shell=sh
# Prints the public half of the host key that sshd has, and of the one that was made
# on the server.
: "${key?}" "${made?}"

echo "now $(cut -d' ' -f1,2 "$key.pub")"
echo "made $(cat "$made")"
