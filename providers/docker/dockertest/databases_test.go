package dockertest

import (
	"strings"
	"testing"
	"time"
)

// TestDatabases: each database takes its password from where the official image takes
// it, keeps its data over a restart, and refuses to begin without a password.
func TestDatabases(t *testing.T) {
	e := Shared(t, "postgres:17", "redis:8", "valkey/valkey:8", "mariadb:11")
	must := func(args ...string) string {
		t.Helper()
		out, err := docker(t, e, nil, args...)
		if err != nil {
			t.Fatalf("docker %s: %v: %s", strings.Join(args, " "), err, out)
		}
		return out
	}
	must("network", "create", "databases")
	for name, db := range map[string]struct {
		image string
		run   []string
		words []string // the server's
		write []string
		read  []string
	}{
		"postgres": {image: "postgres:17", run: []string{"--env=POSTGRES_PASSWORD=p a's", "--env=POSTGRES_DB=shop", "--env=POSTGRES_USER=shop"},
			write: []string{"psql", "postgresql://shop:p%20a's@postgres/shop", "-c", "create table t as select 41 + 1 as answer"},
			read:  []string{"psql", "postgresql://shop:p%20a's@postgres/shop", "-tc", "select answer from t"}},
		"redis": {image: "redis:8", words: []string{"redis-server", "--requirepass", "p", "--appendonly", "yes"},
			write: []string{"redis-cli", "-h", "redis", "--no-auth-warning", "--pass", "p", "set", "answer", "42"},
			read:  []string{"redis-cli", "-h", "redis", "--no-auth-warning", "--pass", "p", "get", "answer"}},
		"valkey": {image: "valkey/valkey:8", words: []string{"--requirepass", "p", "--appendonly", "yes"},
			write: []string{"valkey-cli", "-h", "valkey", "--no-auth-warning", "-a", "p", "set", "answer", "42"},
			read:  []string{"valkey-cli", "-h", "valkey", "--no-auth-warning", "-a", "p", "get", "answer"}},
		"mariadb": {image: "mariadb:11", run: []string{"--env=MARIADB_RANDOM_ROOT_PASSWORD=1", "--env=MARIADB_PASSWORD=p a's",
			"--env=MARIADB_DATABASE=shop", "--env=MARIADB_USER=shop"},
			write: []string{"mariadb", "-hmariadb", "-ushop", "-pp a's", "shop", "-e", "create table t as select 41 + 1 as answer"},
			read:  []string{"mariadb", "-hmariadb", "-ushop", "-pp a's", "shop", "-Ne", "select answer from t"}},
	} {
		t.Run(name, func(t *testing.T) {
			must(append(append([]string{"run", "--detach", "--name=" + name, "--network=databases"}, db.run...), append([]string{db.image}, db.words...)...)...)
			client := func(words []string) string {
				var out string
				var err error
				for end := time.Now().Add(time.Minute); time.Now().Before(end); {
					out, err = docker(t, e, nil, append([]string{"run", "--rm", "--network=databases", db.image}, words...)...)
					if err == nil {
						return out
					}
				}
				log, _ := docker(t, e, nil, "logs", "--tail=20", name)
				t.Fatalf("%s: %v: %s\n%s", strings.Join(words, " "), err, out, log)
				return ""
			}
			client(db.write)
			must("restart", name)
			if out := client(db.read); !strings.HasSuffix(out, "42") {
				t.Errorf("after a restart it answers %q", out)
			}
			must("rm", "--force", "--volumes", name)
		})
	}
	for _, image := range []string{"postgres:17", "mariadb:11"} {
		if out, err := docker(t, e, nil, "run", "--rm", image); err == nil || !strings.Contains(out, "Database is uninitialized") {
			t.Errorf("%s without a password: %v: %s", image, err, out)
		}
	}
}
