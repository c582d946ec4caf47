package clusters_test

import (
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/digitalocean/godo"

	"slipway/providers/digitalocean/fakecloud"
	"slipway/providers/digitalocean/fakecloud/clusters"
	"slipway/providers/digitalocean/fakecloud/contract"
	"slipway/providers/docker/dockertest"
)

func TestMain(m *testing.M) { os.Exit(dockertest.Main(m.Run)) }

// world is a cloud whose databases run on an engine.
type world struct {
	t      *testing.T
	engine *dockertest.Engine
	api    *godo.Client
	host   string // where a client's container is, once it runs
}

type bearer struct{}

func (bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer token")
	return http.DefaultTransport.RoundTrip(r)
}

const app = "fa4ec10d-0000-4000-8000-000000000007"

func newWorld(t *testing.T, images ...string) *world {
	t.Helper()
	w := &world{t: t, engine: dockertest.Shared(t, images...)}
	run, err := clusters.New(t.Context(), clusters.Options{Engine: w.engine, Log: func(format string, args ...any) {
		t.Logf(format, args...)
		if strings.Contains(format, "does not start") {
			t.Fail()
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := run.Close(); err != nil {
			t.Error(err)
		}
	})
	cloud, err := fakecloud.New(fakecloud.Options{Databases: run, AppAddresses: func(id string) []netip.Addr {
		if id != app || w.host == "" {
			return nil
		}
		return []netip.Addr{netip.MustParseAddr(w.host)}
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cloud.Close)
	w.api = godo.NewClient(&http.Client{Transport: bearer{}})
	w.api.BaseURL = contract.Server(t, cloud)
	return w
}

func (w *world) docker(args ...string) (string, error) {
	cmd := exec.Command("docker", args...)
	cmd.Env = append(append(os.Environ(), w.engine.Env()...), "HOME=/nonexistent")
	out, err := cmd.CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

func (w *world) must(args ...string) string {
	w.t.Helper()
	out, err := w.docker(args...)
	if err != nil {
		w.t.Fatalf("docker %s: %v: %s", strings.Join(args, " "), err, out)
	}
	return out
}

// client starts a container of an image in a network of its own, as an app's is.
func (w *world) client(image string) {
	w.t.Helper()
	w.must("network", "create", "app")
	w.t.Cleanup(func() { w.must("network", "rm", "app") })
	w.must("run", "--detach", "--name=client", "--network=app", "--entrypoint=sleep", image, "1000")
	w.t.Cleanup(func() { w.must("rm", "--force", "client") })
	w.host = w.must("inspect", "--format={{.NetworkSettings.Networks.app.IPAddress}}", "client")
}

// asks runs words in the client's container.
func (w *world) asks(words ...string) (string, error) {
	return w.docker(append([]string{"exec", "client"}, words...)...)
}

// online makes a cluster and waits until it is online. Its CA is in the client's /ca.crt.
func (w *world) online(engine string, rules ...*godo.DatabaseCreateFirewallRule) *godo.Database {
	w.t.Helper()
	made, _, err := w.api.Databases.Create(w.t.Context(), &godo.DatabaseCreateRequest{
		Name: "web-" + engine, EngineSlug: engine, SizeSlug: "db-s-1vcpu-1gb", Region: "fra1", NumNodes: 1,
		Rules: append([]*godo.DatabaseCreateFirewallRule{}, rules...),
	})
	if err != nil {
		w.t.Fatal(err)
	}
	for end := time.Now().Add(2 * time.Minute); made.Status != "online"; time.Sleep(50 * time.Millisecond) {
		if w.t.Failed() || time.Now().After(end) {
			w.t.Fatal("the cluster is not online")
		}
		if made, _, err = w.api.Databases.Get(w.t.Context(), made.ID); err != nil {
			w.t.Fatal(err)
		}
	}
	ca, _, err := w.api.Databases.GetCA(w.t.Context(), made.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	if out, err := w.asks("sh", "-c", "printf %s '"+string(ca.Certificate)+"' >/ca.crt"); err != nil {
		w.t.Fatal(err, out)
	}
	return made
}

// trust makes a source the only one that a cluster trusts.
func (w *world) trust(id, kind, value string) {
	w.t.Helper()
	ask := &godo.DatabaseUpdateFirewallRulesRequest{Rules: []*godo.DatabaseFirewallRule{{Type: kind, Value: value}}}
	if _, err := w.api.Databases.UpdateFirewallRules(w.t.Context(), id, ask); err != nil {
		w.t.Fatal(err)
	}
}

// TestPostgreSQL: a cluster answers its trusted sources alone, with TLS alone, by a
// certificate of its CA; a user whom the API made owns nothing.
func TestPostgreSQL(t *testing.T) {
	w := newWorld(t, "postgres:17")
	w.client("postgres:17")
	nobody := &godo.DatabaseCreateFirewallRule{Type: "ip_addr", Value: "192.0.2.1"}
	db := w.online("pg", nobody)
	verified := strings.Replace(db.Connection.URI, "sslmode=require", "sslmode=verify-full&sslrootcert=/ca.crt", 1)
	if out, err := w.asks("psql", verified, "-tAc", "select 1"); err == nil {
		t.Errorf("who is no trusted source is answered %s", out)
	}
	w.trust(db.ID, "ip_addr", w.host)
	if out, err := w.asks("psql", verified, "-tAc", "create table kept (n int); select ssl from pg_stat_ssl where pid = pg_backend_pid()"); err != nil || !strings.HasSuffix(out, "t") {
		t.Errorf("a trusted source is answered %s, %v", out, err)
	}
	for what, uri := range map[string]string{
		"without TLS":      strings.Replace(db.Connection.URI, "sslmode=require", "sslmode=disable", 1),
		"by another CA":    strings.Replace(verified, "/ca.crt", "/etc/ssl/certs/ssl-cert-snakeoil.pem", 1),
		"another password": strings.Replace(verified, db.Connection.Password, "x", 1),
	} {
		if out, err := w.asks("psql", uri, "-tAc", "select 1"); err == nil {
			t.Errorf("%s it is answered %s", what, out)
		}
	}
	w.trust(db.ID, "app", app)
	user, _, err := w.api.Databases.CreateUser(t.Context(), db.ID, &godo.DatabaseCreateUserRequest{Name: "app"})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := w.api.Databases.CreateDB(t.Context(), db.ID, &godo.DatabaseCreateDBRequest{Name: "shop"}); err != nil {
		t.Fatal(err)
	}
	owners := strings.Replace(verified, "/defaultdb", "/shop", 1)
	users := strings.NewReplacer("doadmin:", "app:", db.Connection.Password, user.Password).Replace(owners)
	if out, err := w.asks("psql", users, "-tAc", "create table t (n int)"); err == nil || !strings.Contains(out, "permission denied for schema public") {
		t.Errorf("a user who owns nothing is answered %s, %v", out, err)
	}
	for _, p := range []struct{ uri, sql string }{
		{owners, `grant create on schema public to app`},
		{users, `create table t (n int)`},
		{owners, `alter role app set default_transaction_read_only = on`},
	} {
		if out, err := w.asks("psql", p.uri, "-c", p.sql); err != nil {
			t.Errorf("%s: %s", p.sql, out)
		}
	}
	w.trust(db.ID, "app", "fa4ec10d-0000-4000-8000-000000000008")
	if out, err := w.asks("psql", users, "-c", "select 1"); err == nil {
		t.Errorf("another app is answered %s", out)
	}
	if _, err := w.api.Databases.Delete(t.Context(), db.ID); err != nil {
		t.Error(err)
	}
	for end := time.Now().Add(time.Minute); w.must("ps", "--quiet", "--filter=label=fakecloud.cluster") != ""; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the cluster's container is still there")
		}
	}
}

// TestOthers: Valkey and MySQL answer with TLS, and a password that was reset is the only one.
func TestOthers(t *testing.T) {
	for engine, p := range map[string]struct {
		image string
		words func(c *godo.DatabaseConnection) []string
	}{
		"valkey": {"valkey/valkey:8", func(c *godo.DatabaseConnection) []string {
			return []string{"valkey-cli", "--tls", "--cacert", "/ca.crt", "--no-auth-warning", "-e", "-u", c.URI, "ping"}
		}},
		"mysql": {"mariadb:11", func(c *godo.DatabaseConnection) []string {
			return []string{"mariadb", "--ssl-ca=/ca.crt", "--ssl-verify-server-cert", "--host=" + c.Host, "--port=" + strconv.Itoa(c.Port),
				"--user=" + c.User, "--password=" + c.Password, "-Ne", "create table if not exists t as select 'PONG' as answer; select answer from t", c.Database}
		}},
	} {
		t.Run(engine, func(t *testing.T) {
			w := newWorld(t, p.image)
			w.client(p.image)
			db := w.online(engine, &godo.DatabaseCreateFirewallRule{Type: "ip_addr", Value: "192.0.2.1"})
			if out, err := w.asks(p.words(db.Connection)...); err == nil {
				t.Errorf("who is no trusted source is answered %s", out)
			}
			w.trust(db.ID, "app", app)
			if out, err := w.asks(p.words(db.Connection)...); err != nil || out != "PONG" {
				t.Errorf("it answers %s, %v", out, err)
			}
			old := *db.Connection
			if _, _, err := w.api.Databases.ResetUserAuth(t.Context(), db.ID, old.User, &godo.DatabaseResetUserAuthRequest{}); err != nil {
				t.Fatal(err)
			}
			again, _, err := w.api.Databases.Get(t.Context(), db.ID)
			if err != nil {
				t.Fatal(err)
			}
			if out, err := w.asks(p.words(again.Connection)...); err != nil || out != "PONG" {
				t.Errorf("with the new password it answers %s, %v", out, err)
			}
			if out, err := w.asks(p.words(&old)...); err == nil {
				t.Errorf("with the old password it answers %s", out)
			}
		})
	}
}
