# shellcheck shell=sh
# Makes the app's role and database, and those of what runs before a release. The names
# have small letters, digits and hyphens only.
: "${socket?}" "${role?}" "${builder?}"

mariadb --no-defaults --socket="$socket" <<SQL
CREATE DATABASE IF NOT EXISTS \`$role\`;
CREATE USER IF NOT EXISTS '$role'@'localhost' IDENTIFIED VIA unix_socket;
GRANT ALL PRIVILEGES ON \`$role\`.* TO '$role'@'localhost';
CREATE DATABASE IF NOT EXISTS \`$builder\`;
CREATE USER IF NOT EXISTS '$builder'@'localhost' IDENTIFIED VIA unix_socket;
GRANT ALL PRIVILEGES ON \`$builder\`.* TO '$builder'@'localhost';
GRANT ALL PRIVILEGES ON \`test\_%\`.* TO '$builder'@'localhost';
SQL
