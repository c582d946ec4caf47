# shellcheck shell=sh
# Prints whether the app's role and database are there, and those of what runs before a
# release.
: "${socket?}" "${role?}" "${builder?}"

if [ -S "$socket" ]; then
  mariadb --no-defaults --socket="$socket" --batch --skip-column-names 2>/dev/null <<SQL || :
SELECT 'made' WHERE EXISTS (SELECT 1 FROM information_schema.schemata WHERE schema_name = '$role')
AND EXISTS (SELECT 1 FROM information_schema.schemata WHERE schema_name = '$builder')
AND EXISTS (SELECT 1 FROM mysql.db WHERE db = '$role' AND user = '$role') AND EXISTS (SELECT 1 FROM mysql.db WHERE db = '$builder' AND user = '$builder');
SQL
fi
