package docker

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/mount"
	"github.com/moby/moby/client"

	"slipway/providers"
	"slipway/providers/rest"
)

// database is a kind of service: an official image and how an app reaches it.
type database struct {
	kind, image string
	// scheme and port are those of its address.
	scheme, port string
	user, name   string
	// engine is Django's name of the backend.
	engine string
	// secret is the container's variable that has the password.
	secret string
	// fixed are more of its variables.
	fixed []string
	// folder has its data.
	folder string
	// words replace the image's command; nil for its own.
	words []string
	// check tells whether it answers, as a health check.
	check []string
}

var databases = []database{
	{ //nolint:gosec // these are names of variables; passwords are made anew
		kind: "postgres", image: "postgres:17", scheme: "postgresql", port: "5432", user: "app", name: "app", engine: "django.db.backends.postgresql",
		secret: "POSTGRES_PASSWORD", fixed: []string{"POSTGRES_USER=app", "POSTGRES_DB=app"}, folder: "/var/lib/postgresql/data",
		// Over TCP: while it makes its first database, it answers on its socket only.
		check: []string{"CMD", "pg_isready", "-q", "-h", "127.0.0.1", "-U", "app", "-d", "app"},
	},
	{
		kind: "mariadb", image: "mariadb:11", scheme: "mysql", port: "3306", user: "app", name: "app", engine: "django.db.backends.mysql",
		secret: "MARIADB_PASSWORD", fixed: []string{"MARIADB_USER=app", "MARIADB_DATABASE=app"}, folder: "/var/lib/mysql",
		check: []string{"CMD", "healthcheck.sh", "--connect", "--innodb_initialized"},
	},
	{
		kind: "redis", image: "redis:8", scheme: "redis", port: "6379", name: "0",
		secret: "REDIS_PASSWORD", folder: "/data",
		// The image has no variable for a password, and as a word it would be in the list
		// of processes.
		words: []string{"/bin/sh", "-c", `printf 'requirepass %s\nappendonly yes\n' "$REDIS_PASSWORD" >/tmp/redis.conf; exec docker-entrypoint.sh redis-server --include /tmp/redis.conf`},
		check: []string{"CMD-SHELL", `REDISCLI_AUTH="$REDIS_PASSWORD" redis-cli ping | grep -q PONG`},
	},
}

const (
	serviceMemory = 1 << 30
	serviceLimit  = 2 * time.Minute
)

func databaseOf(kind string) (database, error) {
	for _, db := range databases {
		if db.kind == kind {
			return db, nil
		}
	}
	return database{}, &providers.Usage{Err: fmt.Errorf("there is no database of the kind %q in Docker", kind), Next: "choose postgres, mariadb or redis"}
}

// service is a database beside the app, as a step. It outlives releases.
type service struct {
	p    *Provider
	spec providers.Spec
	kind string
}

func (s *service) Kind() string           { return "service-" + s.kind }
func (s *service) Title() string          { return "the database " + s.kind + " beside the app" }
func (s *service) Phase() providers.Phase { return providers.PhaseOther }

// Look tells whether the service's container runs.
func (s *service) Look(ctx context.Context, _ time.Time) (providers.Finding, error) {
	db, err := databaseOf(s.kind)
	if err != nil {
		return providers.Finding{}, err
	}
	d, err := s.p.open(s.spec)
	if err != nil {
		return providers.Finding{}, err
	}
	c, found, err := d.inspect(ctx, serviceName(s.spec, s.kind))
	if err != nil {
		return providers.Finding{}, err
	}
	if !found {
		return providers.Finding{Changes: []providers.Change{{What: fmt.Sprintf("start %s from the image %s, with a new password", s.kind, db.image)}}}, nil
	}
	if !c.State.Running {
		return providers.Finding{ID: c.ID, Changes: []providers.Change{{What: "start " + s.kind + " again", Was: string(c.State.Status)}}}, nil
	}
	return providers.Finding{Holds: true, ID: c.ID, Detail: c.Config.Image}, nil
}

// Make starts the service and waits until it answers.
func (s *service) Make(ctx context.Context, report func(line string)) error {
	db, err := databaseOf(s.kind)
	if err != nil {
		return err
	}
	d, err := s.p.open(s.spec)
	if err != nil {
		return err
	}
	name := serviceName(s.spec, s.kind)
	if _, found, err := d.inspect(ctx, name); err != nil {
		return err
	} else if found {
		_, err = d.api.ContainerStart(ctx, name, client.ContainerStartOptions{})
		if err != nil {
			return d.failed("start the container "+name, err)
		}
		return d.awaitService(ctx, name, db)
	}
	if err := d.pull(ctx, db.image, report); err != nil {
		return err
	}
	options, err := d.serviceContainer(ctx, db)
	if err != nil {
		return err
	}
	if _, err := d.start(ctx, name, options); err != nil {
		return err
	}
	return d.awaitService(ctx, name, db)
}

// pull gets an image unless the engine has it.
func (d deployment) pull(ctx context.Context, image string, report func(line string)) error {
	_, err := d.api.ImageInspect(ctx, image)
	if err == nil || !cerrdefs.IsNotFound(err) {
		return d.failed("look for the image "+image, err)
	}
	pulled, err := d.api.ImagePull(ctx, image, client.ImagePullOptions{})
	if err != nil {
		return d.failed("get the image "+image, err)
	}
	defer pulled.Close()
	return followPull(pulled, image, d.at, report)
}

// serviceContainer is the container of a database. Its image starts as root and goes on
// as a user of its own, which takes a few capabilities; it can get no others.
func (d deployment) serviceContainer(ctx context.Context, db database) (client.ContainerCreateOptions, error) {
	secret, err := d.password(ctx, db)
	if err != nil {
		return client.ContainerCreateOptions{}, err
	}
	mine := labels(d.spec)
	mine[labelRole], mine[labelProcess] = string(roleService), db.kind
	env := append(slices.Clone(db.fixed), db.secret+"="+secret)
	if db.kind == "mariadb" { // its image prints a root password that it makes itself
		env = append(env, "MARIADB_ROOT_PASSWORD="+rand.Text())
	}
	host := confined(serviceMemory)
	host.ReadonlyRootfs, host.Tmpfs = false, map[string]string{"/tmp": "mode=1777"}
	host.CapAdd = []string{"CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"}
	host.NetworkMode, host.RestartPolicy = container.NetworkMode(networkName(d.spec)), keepRunning()
	host.Mounts = []mount.Mount{{
		Type: mount.TypeVolume, Source: serviceName(d.spec, db.kind), Target: db.folder,
		VolumeOptions: &mount.VolumeOptions{Labels: labels(d.spec)},
	}}
	stop := 60
	return client.ContainerCreateOptions{HostConfig: host, Config: &container.Config{
		Image: db.image, Cmd: db.words, Env: env, Labels: mine, StopTimeout: &stop,
		Healthcheck: &container.HealthConfig{Test: db.check, Interval: 30 * time.Second, Timeout: 10 * time.Second, Retries: 3},
	}}, nil
}

// awaitService waits until a database answers.
func (d deployment) awaitService(ctx context.Context, name string, db database) error {
	words := db.check[1:]
	if db.check[0] == "CMD-SHELL" {
		words = append([]string{"/bin/sh", "-c"}, words...)
	}
	for end := time.Now().Add(serviceLimit); ; {
		status, _, asked := d.exec(ctx, name, "", words...)
		if asked == nil && status == 0 {
			return nil
		}
		c, found, err := d.inspect(ctx, name)
		if err != nil {
			return err
		}
		// One that ends is started again; the password or the data may be wrong for good.
		if !found || c.RestartCount > 2 || time.Now().After(end) {
			last, err := d.lastLines(ctx, name)
			if err != nil {
				return err
			}
			what := fmt.Sprintf("the database %s does not answer; its last lines:", db.kind)
			return programFailed("the start of the database", c.State.ExitCode, append([]string{what}, last...))
		}
		if err := rest.Pause(ctx, 200*time.Millisecond); err != nil {
			return err
		}
	}
}

// password is a database's: the one that its container has, or that a container of the
// app knows if its own is gone, or else a new one. It stands nowhere else.
func (d deployment) password(ctx context.Context, db database) (string, error) {
	all, err := d.containers(ctx, "")
	if err != nil {
		return "", err
	}
	for _, c := range all {
		found, ok, err := d.inspect(ctx, c.ID)
		if err != nil {
			return "", err
		}
		if !ok {
			continue
		}
		if secret := secretIn(found, db, serviceName(d.spec, db.kind)); secret != "" {
			return secret, nil
		}
	}
	return rand.Text(), nil
}

// secretIn finds a database's password in a container's environment: in an address that
// leads to the database and, if it is the database's own, in the variable for it.
func secretIn(c container.InspectResponse, db database, host string) string {
	own := strings.TrimPrefix(c.Name, "/") == host
	for _, entry := range c.Config.Env {
		name, value, _ := strings.Cut(entry, "=")
		if own && name == db.secret {
			return value
		}
		if address, err := url.Parse(value); err == nil && address.Hostname() == host && address.User != nil {
			secret, _ := address.User.Password()
			return secret
		}
	}
	return ""
}

// connections are the variables that lead an app to its services.
func (d deployment) connections(ctx context.Context, s settings) (map[string]string, error) {
	at := map[string]providers.Address{}
	for _, db := range databases {
		if !slices.Contains(s.Services, db.kind) {
			continue
		}
		host := serviceName(d.spec, db.kind)
		c, found, err := d.inspect(ctx, host)
		if err != nil {
			return nil, err
		}
		if found {
			at[db.kind] = providers.Address{
				Scheme: db.scheme, User: db.user, Password: secretIn(c, db, host), Host: host, Port: db.port, Name: db.name, Engine: db.engine,
			}
		}
	}
	return providers.Connections(at, s.Names), nil
}
