package docker

import (
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

// composed is the command of docker compose; the test is skipped where there is none
// that reads today's files.
func composed(t *testing.T, env []string) []string {
	t.Helper()
	candidates := [][]string{{"docker", "compose"}, {"docker-compose"}}
	if path, err := exec.Command("go", "env", "GOPATH").Output(); err == nil {
		candidates = append(candidates, []string{filepath.Join(strings.TrimSpace(string(path)), "bin", "docker-compose")})
	}
	for _, words := range candidates {
		cmd := exec.Command(words[0], append(words[1:], "version", "--short")...)
		cmd.Env = append(os.Environ(), env...)
		out, err := cmd.Output()
		version := strings.TrimPrefix(strings.TrimSpace(string(out)), "v")
		if err == nil && !strings.HasPrefix(version, "1.") {
			return words
		}
	}
	localtest.Skip(t, "there is no docker compose of version 2")
	return nil
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
			run("up", "--detach", "--wait")
			asks(t, "http://127.0.0.1:8000/?add=x", app.says)
			run("up", "--detach", "--wait", "--force-recreate")
			asks(t, "http://127.0.0.1:8000/", app.says)
		})
	}
}
