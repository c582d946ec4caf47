# shellcheck shell=sh
# Makes PostgreSQL's data, if there is none, in the newest version that is installed. Only
# whole data gets the final name.
: "${data?}"

if [ ! -e "$data/PG_VERSION" ]; then
  newest=$(find /usr/lib/postgresql -mindepth 1 -maxdepth 1 -name '[0-9]*' -printf '%f\n' | sort -n | tail -n 1)
  install -d -m 700 -o postgres -g postgres "$(dirname "$data")"
  rm -rf "$data.part"
  runuser -u postgres -- "/usr/lib/postgresql/$newest/bin/initdb" --pgdata="$data.part" --auth-local=peer --auth-host=reject \
    --encoding=UTF8 --locale=C.UTF-8 --data-checksums >/dev/null
  mv -T "$data.part" "$data"
  echo "made PostgreSQL's data, version $newest"
fi
