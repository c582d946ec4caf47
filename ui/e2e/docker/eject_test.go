package docker

import (
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"slipway/providers/local/localtest"
	"slipway/ui/e2e"
)

// ejected writes the files for an app's image into a copy of the app.
func (o *operator) ejected(folder string) {
	o.T.Helper()
	o.Must("eject", "docker", folder, "--output", folder)
}

// TestEjectedBuilds has the docker command build what eject writes, and run it as
// compose.yaml says, by itself.
func TestEjectedBuilds(t *testing.T) {
	o := newOperator(t)
	for name, app := range map[string]struct{ path, says string }{
		"flask-imports": {"/", "only its imports"},
		"uv-lock":       {"/", "starlette "},
	} {
		t.Run(name, func(t *testing.T) {
			o := o.with(t)
			folder := copied(t, name)
			o.ejected(folder)
			// Nothing here can pull BuildKit's parts: the builder of before is asked for.
			command(t, folder, append(o.Env, "DOCKER_BUILDKIT=0"), "docker", "build", "--tag", "ejected", ".")
			o.docker("run", "--detach", "--name", "ejected", "--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges",
				"--tmpfs=/tmp", "--publish=127.88.0.1:80:8000", "ejected")
			e2e.Until(t, "the container to be healthy", func() bool {
				return o.docker("inspect", "--format={{.State.Health.Status}}", "ejected") == "healthy"
			})
			asks(t, "http://127.88.0.1"+app.path, app.says)
			o.docker("rm", "--force", "--volumes", "ejected")
			o.forget("ejected")
		})
	}
}

// forget removes an image, and what its build left.
func (o *operator) forget(name string) {
	o.docker("rmi", "--force", name)
	o.docker("image", "prune", "--force")
}

// composed is the command of docker compose, whichever there is; the test is skipped where
// there is none.
func composed(t *testing.T, env []string) []string {
	t.Helper()
	for _, words := range [][]string{{"docker", "compose"}, {"docker-compose"}} {
		cmd := exec.Command(words[0], append(words[1:], "version", "--short")...)
		cmd.Env = append(os.Environ(), env...)
		if out, err := cmd.Output(); err == nil {
			t.Logf("%s is %s", strings.Join(words, " "), out)
			return words
		}
	}
	localtest.Skip(t, "there is no docker compose")
	return nil
}

// awaits waits until an answer is good and has the text: docker-compose 1.29 does not wait
// until a container is healthy.
func awaits(t *testing.T, url, want string) {
	t.Helper()
	e2e.Until(t, want+" at "+url, func() bool {
		response, err := http.Get(url)
		if err != nil {
			return false // nothing listens yet
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		return err == nil && response.StatusCode == http.StatusOK && strings.Contains(string(body), want)
	})
}

// TestEjectedCompose has docker compose start what eject writes: a Django project that
// keeps what it writes, and an app with a database beside it.
func TestEjectedCompose(t *testing.T) {
	o := newOperator(t, "postgres:17")
	compose := composed(t, o.Env)
	withBase := filepath.Join(t.TempDir(), "2")
	failOn(t, os.Mkdir(withBase, 0o700))
	write := func(name, text string) { failOn(t, os.WriteFile(filepath.Join(withBase, name), []byte(text), 0o600)) }
	write("app.py", strings.Replace(strings.Replace(stock, "import redis\n", "", 1), `redis.from_url(os.environ['REDIS_URL']).incr('visits')`, "0", 1))
	write("requirements.txt", "flask\npsycopg[binary]\n")
	write("slipway.toml", "[services]\npostgres = true\n[app]\nrelease = \"echo released\"\n")
	write(".env", "POSTGRES_PASSWORD=only-for-a-test\n")
	for name, app := range map[string]struct{ folder, says string }{
		"a database": {withBase, "rows"},
		"django":     {copied(t, "django-start"), "1 notes"},
	} {
		t.Run(name, func(t *testing.T) {
			o := o.with(t)
			o.ejected(app.folder)
			run := func(words ...string) {
				t.Helper()
				command(t, app.folder, slices.Concat(o.Env, []string{"DOCKER_BUILDKIT=0"}), slices.Concat(compose, words)...)
			}
			t.Cleanup(func() {
				run("down", "--volumes", "--remove-orphans")
				o.forget(filepath.Base(app.folder))
			})
			run("build")
			run("up", "--detach")
			awaits(t, "http://127.0.0.1:8000/?add=x", app.says)
			run("up", "--detach", "--force-recreate")
			awaits(t, "http://127.0.0.1:8000/", app.says)
		})
	}
}
