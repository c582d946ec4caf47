package clusters

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/client"

	"slipway/providers/digitalocean/fakecloud"
)

// kind is how an engine of managed databases runs. Names and passwords have no characters
// that would need more than quotes.
type kind struct {
	version, image string
	port           uint16
	// files are what it needs in /tls besides its certificate.
	files map[string]string
	// environment and command are the container's.
	environment func(fakecloud.Cluster) []string
	command     func(fakecloud.Cluster) []string
	// client are the words of its client, which does what is on its standard input as the
	// server's own superuser.
	client string
	// owner, user and so on are what to give the client.
	owner    func(fakecloud.ClusterUser) string
	user     func(u fakecloud.ClusterUser, owner string) string
	noUser   func(name string) string
	database func(name, owner string) string

	noDatabase func(name string) string
}

var kinds = map[string]kind{"pg": postgres, "mysql": mariadb, "valkey": valkey}

// secret is the password of a superuser, whom nobody needs.
func secret(variable string) func(fakecloud.Cluster) []string {
	return func(fakecloud.Cluster) []string { return []string{variable + "=" + rand.Text()} }
}

var postgres = kind{
	version: "17", image: "postgres:17", port: 5432,
	files: map[string]string{
		// Only connections with TLS come from outside.
		"pg_hba.conf": "local all all trust\nhostssl all all all scram-sha-256\nhostssl replication all all scram-sha-256\n",
	},
	environment: secret("POSTGRES_PASSWORD"),
	command: func(fakecloud.Cluster) []string {
		return []string{"postgres", "-c", "ssl=on", "-c", "ssl_cert_file=/tls/server.crt", "-c", "ssl_key_file=/tls/server.key",
			"-c", "hba_file=/tls/pg_hba.conf", "-c", "fsync=off"}
	},
	client: "psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username=postgres --dbname=postgres",
	// The first user of a managed database is no superuser.
	owner: func(u fakecloud.ClusterUser) string {
		return fmt.Sprintf("CREATE ROLE %q LOGIN CREATEDB CREATEROLE REPLICATION BYPASSRLS PASSWORD '%s';\n"+
			"GRANT pg_monitor, pg_signal_backend TO %q;\n", u.Name, u.Password, u.Name)
	},
	user: func(u fakecloud.ClusterUser, owner string) string {
		return fmt.Sprintf("SELECT 'SET ROLE \"%s\"; CREATE ROLE \"%s\" LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '%s') \\gexec\n"+
			"RESET ROLE;\nALTER ROLE %q PASSWORD '%s';\n", owner, u.Name, u.Name, u.Name, u.Password)
	},
	noUser:     func(name string) string { return fmt.Sprintf("DROP ROLE %q;\n", name) },
	database:   func(name, owner string) string { return fmt.Sprintf("CREATE DATABASE %q OWNER %q;\n", name, owner) },
	noDatabase: func(name string) string { return fmt.Sprintf("DROP DATABASE %q WITH (FORCE);\n", name) },
}

var mariadb = kind{
	version: "8", image: "mariadb:11", port: 3306,
	environment: secret("MARIADB_ROOT_PASSWORD"),
	command: func(fakecloud.Cluster) []string {
		return []string{"mariadbd", "--ssl-ca=/tls/ca.crt", "--ssl-cert=/tls/server.crt", "--ssl-key=/tls/server.key", "--require-secure-transport=ON"}
	},
	client: `MYSQL_PWD="$MARIADB_ROOT_PASSWORD" mariadb --user=root --protocol=socket`,
	owner: func(u fakecloud.ClusterUser) string {
		return fmt.Sprintf("CREATE USER '%s'@'%%' IDENTIFIED BY '%s';\nGRANT ALL ON *.* TO '%s'@'%%' WITH GRANT OPTION;\n", u.Name, u.Password, u.Name)
	},
	user: func(u fakecloud.ClusterUser, _ string) string {
		return fmt.Sprintf("CREATE USER IF NOT EXISTS '%s'@'%%';\nALTER USER '%s'@'%%' IDENTIFIED BY '%s';\nGRANT ALL ON *.* TO '%s'@'%%';\n",
			u.Name, u.Name, u.Password, u.Name)
	},
	noUser:     func(name string) string { return fmt.Sprintf("DROP USER '%s'@'%%';\n", name) },
	database:   func(name, _ string) string { return fmt.Sprintf("CREATE DATABASE `%s`;\n", name) },
	noDatabase: func(name string) string { return fmt.Sprintf("DROP DATABASE `%s`;\n", name) },
}

// nothing is for what Valkey does not have.
func nothing(string) string { return "" }

var valkey = kind{
	version: "8", image: "valkey/valkey:8", port: 6379,
	environment: func(fakecloud.Cluster) []string { return nil },
	// The socket is for the client here, which needs no password of its own: it is a user
	// that others can't be.
	command: func(c fakecloud.Cluster) []string {
		return []string{"valkey-server", "--port", "0", "--tls-port", "6379", "--tls-cert-file", "/tls/server.crt", "--tls-key-file", "/tls/server.key",
			"--tls-ca-cert-file", "/tls/ca.crt", "--tls-auth-clients", "no", "--appendonly", "yes",
			"--requirepass", c.Users[0].Password, "--user", "cloud", "on", ">" + c.ID, "~*", "&*", "+@all", "--unixsocket", "/tmp/valkey.sock"}
	},
	client:   `valkey-cli -s /tmp/valkey.sock --no-auth-warning -e`,
	owner:    func(fakecloud.ClusterUser) string { return "" },
	user:     func(u fakecloud.ClusterUser, _ string) string { return "CONFIG SET requirepass " + u.Password + "\n" },
	noUser:   nothing,
	database: func(string, string) string { return "" }, noDatabase: nothing,
}

// execute gives a text to the client of a database.
func (c *Clusters) execute(ctx context.Context, r *running, text string) error {
	if text == "" {
		return nil
	}
	if r.cluster.Engine == "valkey" {
		text = "AUTH cloud " + r.cluster.ID + "\n" + text
	}
	api := c.options.Engine.Client
	made, err := api.ExecCreate(ctx, r.container, client.ExecCreateOptions{
		Cmd: []string{"sh", "-c", `printf %s "$TEXT" | ` + r.kind.client}, Env: []string{"TEXT=" + text},
		AttachStdout: true, AttachStderr: true,
	})
	if err != nil {
		return err
	}
	attached, err := api.ExecAttach(ctx, made.ID, client.ExecAttachOptions{})
	if err != nil {
		return err
	}
	defer attached.Close()
	defer context.AfterFunc(ctx, attached.Close)()
	var output bytes.Buffer
	if _, err := stdcopy.StdCopy(&output, &output, attached.Reader); err != nil {
		return err
	}
	for {
		state, err := api.ExecInspect(ctx, made.ID, client.ExecInspectOptions{})
		if err != nil {
			return err
		}
		if !state.Running {
			return ended(state.ExitCode, output.String())
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func ended(status int, output string) error {
	if status == 0 {
		return nil
	}
	return errors.New(strings.TrimSpace(output))
}
