# shellcheck shell=sh
# Prints the public half of the host key that sshd has, and of the one that was made
# on the server.
: "${key?}" "${made?}"

kind='' public='' ours=''
[ ! -r "$key.pub" ] || read -r kind public _ <"$key.pub" || :
[ ! -r "$made" ] || read -r ours <"$made" || :
echo "now $kind${public:+ $public}"
echo "made $ours"
