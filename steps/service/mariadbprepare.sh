# shellcheck shell=sh
# Makes MariaDB's data, if there is none. Only whole data gets the final name.
: "${data?}"

if [ ! -e "$data/mysql" ]; then
  install -d -m 700 -o mysql -g mysql "$(dirname "$data")"
  rm -rf "$data.part"
  mariadb-install-db --no-defaults --user=mysql --datadir="$data.part" --auth-root-authentication-method=socket --skip-test-db >/dev/null
  mv -T "$data.part" "$data"
  echo "made MariaDB's data"
fi
