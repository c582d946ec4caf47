# shellcheck shell=sh
# Makes the app's role for clients that come by the port, with a password that is made
# once, and writes the file of the variables $names that have it. The role of what runs
# before a release has none: its databases hold nothing.
: "${socket?}" "${role?}" "${builder?}" "${password?}" "${names?}" "${file?}"

if [ ! -s "$password" ]; then
  (umask 077 && head -c 30 /dev/urandom | base64 | tr -d '/+=\n' >"$password.part")
  mv -f "$password.part" "$password"
fi
mariadb --no-defaults --socket="$socket" <<SQL
CREATE USER IF NOT EXISTS '$role'@'127.0.0.1';
ALTER USER '$role'@'127.0.0.1' IDENTIFIED BY '$(cat "$password")';
GRANT ALL PRIVILEGES ON \`$role\`.* TO '$role'@'127.0.0.1';
CREATE USER IF NOT EXISTS '$builder'@'127.0.0.1';
GRANT ALL PRIVILEGES ON \`$builder\`.* TO '$builder'@'127.0.0.1';
GRANT ALL PRIVILEGES ON \`test\_%\`.* TO '$builder'@'127.0.0.1';
SQL
(umask 077 && for name in $names; do echo "$name=$(cat "$password")"; done >"$file.part")
mv -f "$file.part" "$file"
