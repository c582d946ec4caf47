package docker

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"slipway/providers"
)

//go:embed loadpostgres.sh
var loadPostgresText string

//go:embed loadmariadb.sh
var loadMariaDBText string

// clients are lines for sh in a database's container. The password is in a variable there,
// and so in no list of words.
var clients = map[string]struct {
	// login makes the password known to the programs of the database.
	login string
	// open and dump run its client and print its data; load replaces its data by the dump
	// in the file $1, and is empty if that can't be done here.
	open, dump, load string
}{
	"postgres": {
		login: `export PGPASSWORD="$POSTGRES_PASSWORD" PGHOST=127.0.0.1 PGUSER=app PGDATABASE=app PSQL_HISTORY=/dev/null`,
		open:  `exec psql "$@"`, dump: `exec pg_dump --format=custom --compress=1`, load: loadPostgresText,
	},
	"mariadb": {
		login: `export MYSQL_PWD="$MARIADB_PASSWORD" MYSQL_HISTFILE=/dev/null`,
		open:  `exec mariadb --host=127.0.0.1 --user=app --database=app "$@"`,
		dump:  `exec mariadb-dump --host=127.0.0.1 --user=app --single-transaction --routines --triggers --hex-blob --no-tablespaces app`,
		load:  loadMariaDBText,
	},
	"redis": {
		login: `export REDISCLI_AUTH="$REDIS_PASSWORD" REDISCLI_HISTFILE=/dev/null`,
		open:  `exec redis-cli "$@"`,
		dump:  `f=$(mktemp /var/tmp/slipway-dump.XXXXXX); trap 'rm -f "$f"' EXIT; redis-cli --rdb "$f" >&2 && cat "$f"`,
	},
}

// Databases lists the kinds of the databases whose containers are there.
func (p *Provider) Databases(ctx context.Context, spec providers.Spec) ([]string, error) {
	d, err := p.open(spec)
	if err != nil {
		return nil, err
	}
	services, err := d.containers(ctx, roleService)
	if err != nil {
		return nil, err
	}
	var kinds []string
	for _, c := range services {
		kinds = append(kinds, c.Labels[labelProcess])
	}
	slices.Sort(kinds)
	return slices.Compact(kinds), nil
}

// OpenDatabase runs a database's own client in its container.
func (p *Provider) OpenDatabase(ctx context.Context, spec providers.Spec, kind string, command providers.Command) (int, error) {
	d, err := p.open(spec)
	if err != nil {
		return 0, err
	}
	command.Words = inDatabase(kind, clients[kind].open, command.Words...)
	return d.attach(ctx, serviceName(spec, kind), command)
}

// inDatabase are the words that run a line for sh, logged in to the database.
func inDatabase(kind, line string, words ...string) []string {
	return append([]string{"/bin/sh", "-c", clients[kind].login + "\n" + line, "sh"}, words...)
}

// DumpDatabase writes a dump of a database.
func (p *Provider) DumpDatabase(ctx context.Context, spec providers.Spec, kind string, out io.Writer) error {
	d, err := p.open(spec)
	if err != nil {
		return err
	}
	return d.inContainer(ctx, kind, providers.Command{Words: inDatabase(kind, clients[kind].dump), Stdout: out})
}

// inContainer runs a command in a database's container. One that fails is an error with
// what it printed.
func (d deployment) inContainer(ctx context.Context, kind string, command providers.Command) error {
	var complaint bytes.Buffer
	command.Stderr = &complaint
	status, err := d.attach(ctx, serviceName(d.spec, kind), command)
	if err != nil {
		return err
	}
	if status != 0 {
		return fmt.Errorf("%s says: %s", kind, strings.TrimSpace(strings.ToValidUTF8(complaint.String(), "?")))
	}
	return nil
}

// LoadDatabase replaces the data of a database by a dump. It is brought into the
// database's container and compared there first.
func (p *Provider) LoadDatabase(ctx context.Context, spec providers.Spec, kind string, in io.Reader, report func(line string)) error {
	d, err := p.open(spec)
	if err != nil {
		return err
	}
	load := clients[kind].load
	if load == "" {
		return &providers.Usage{Err: fmt.Errorf("in Docker the data of %s can't be loaded from a dump", kind), Next: "use a provider with a server for that: local, digitalocean or ssh"}
	}
	path := "/var/tmp/slipway-load-" + strings.ToLower(rand.Text())
	defer d.forget(ctx, kind, path)
	if err := d.lay(ctx, kind, path, in); err != nil {
		return err
	}
	report("replace the data of " + kind + " by the dump")
	return d.inContainer(ctx, kind, providers.Command{Words: inDatabase(kind, load, path)})
}

// lay keeps what is read in a file of a database's container.
func (d deployment) lay(ctx context.Context, kind, path string, in io.Reader) error {
	sum := sha256.New()
	var kept bytes.Buffer
	words := []string{"/bin/sh", "-ec", `umask 077; cat >"$1"; test -s "$1" || { echo "the dump is empty" >&2; exit 1; }; sha256sum <"$1"`, "sh", path}
	if err := d.inContainer(ctx, kind, providers.Command{Words: words, Stdin: io.TeeReader(in, sum), Stdout: &kept}); err != nil {
		return err
	}
	if got, _, _ := strings.Cut(kept.String(), " "); got != hex.EncodeToString(sum.Sum(nil)) {
		return errors.New("the dump did not come to the container whole; the data is as it was")
	}
	return nil
}

// forget removes the files of a load, also after the caller has gone.
func (d deployment) forget(ctx context.Context, kind, path string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	_, _, _ = d.exec(ctx, serviceName(d.spec, kind), "", "rm", "-f", path, path+".sql") // it goes with the container at the latest
}
