package docker

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client"

	"slipway/providers"
	"slipway/providers/docker/dockertest"
)

// debian is the image of the containers of these tests.
const debian = "debian:13-slim"

// greed is a line for sh that takes 300 MB of memory.
const greed = "x=$(head -c 300000000 /dev/zero | tr '\\0' x)"

func quiet(string) {}

// failure is what an error must say: what happened, and what to do next.
type failure struct {
	refused   bool // it is a *providers.Refused, not a *providers.Failed
	what, why string
	next      string
}

func (f failure) check(t *testing.T, err error) {
	t.Helper()
	var hint string
	var refused *providers.Refused
	var failed *providers.Failed
	switch {
	case f.refused && errors.As(err, &refused):
		hint = refused.Next
	case !f.refused && errors.As(err, &failed):
		hint = failed.Next
	default:
		t.Fatalf("the error is %T: %v", err, err)
	}
	if !strings.Contains(err.Error(), f.what) || !strings.Contains(err.Error(), f.why) {
		t.Errorf("it says %q, want %q and %q in it", err, f.what, f.why)
	}
	if !strings.Contains(hint, f.next) {
		t.Errorf("it advises %q, want %q in it", hint, f.next)
	}
}

// at is the endpoint of a test's engine.
func at(e *dockertest.Engine) Endpoint {
	return Endpoint{Host: e.Host, Name: defaultContext, Source: "DOCKER_HOST", Local: true}
}

// ping asks the engine at an endpoint for its version.
func ping(ctx context.Context, e Endpoint) error {
	api, err := open(e)
	if err != nil {
		return err
	}
	defer api.Close()
	_, err = api.ServerVersion(ctx, client.ServerVersionOptions{})
	return explain(wrapped("ask for the engine's version", err), e)
}

// TestNoEngine: nothing has to run for it.
func TestNoEngine(t *testing.T) {
	nothing := filepath.Join(t.TempDir(), "docker.sock")
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	free := listener.Addr().String()
	_ = listener.Close()
	encrypted := httptest.NewTLSServer(http.NotFoundHandler())
	defer encrypted.Close()
	for name, test := range map[string]struct {
		at   Endpoint
		want failure
	}{
		"no socket": {Endpoint{Host: "unix://" + nothing, Name: defaultContext, Source: "the default socket"},
			failure{true, "no Docker engine answers at unix://" + nothing + " (the default socket)", "no such file", "set DOCKER_HOST"}},
		"one that was named": {Endpoint{Host: "unix://" + nothing, Name: defaultContext, Source: "DOCKER_HOST"},
			failure{true, "no Docker engine answers", "(DOCKER_HOST)", "DOCKER_HOST named it"}},
		"one of a context": {Endpoint{Host: "unix://" + nothing, Name: "mine", Source: `the docker context "mine"`},
			failure{true, "no Docker engine answers", `the docker context "mine"`, `the docker context "mine" named it`}},
		"nobody listens": {Endpoint{Host: "tcp://" + free, Name: defaultContext, Source: "DOCKER_HOST"},
			failure{true, "no Docker engine answers", free, "start that engine"}},
		"without its certificates": {Endpoint{Host: "tcp://" + encrypted.Listener.Addr().String(), Name: defaultContext, Source: "DOCKER_HOST"},
			failure{true, "is no Docker engine, or wants other certificates", "DOCKER_HOST", "DOCKER_TLS_VERIFY=1"}},
	} {
		t.Run(name, func(t *testing.T) { test.want.check(t, ping(t.Context(), test.at)) })
	}
}

// TestEngineLost: the engine goes away in the middle of an answer.
func TestEngineLost(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	defer server.Close()
	e := Endpoint{Host: "tcp://" + server.Listener.Addr().String(), Name: defaultContext, Source: "DOCKER_HOST"}
	failure{false, "stopped answering", "EOF", "docker version"}.check(t, ping(t.Context(), e))
	err := followBuild(strings.NewReader(`{"stream":"Step 1/2 : FROM x"}{"stre`), e, quiet)
	failure{false, "stopped answering", "the engine's answer breaks off", again}.check(t, err)
}

func TestExplainLeavesAsItIs(t *testing.T) {
	mine := &providers.Usage{Err: errors.New("x")}
	for _, err := range []error{nil, mine, context.Canceled, fmt.Errorf("x: %w", context.DeadlineExceeded)} {
		if got := explain(err, Endpoint{}); !reflect.DeepEqual(got, err) {
			t.Errorf("explain(%v) = %v", err, got)
		}
	}
}

// asStranger is set in the process of a user who may not use the engine.
const asStranger = "SLIPWAY_TEST_ENGINE"

func TestNoPermission(t *testing.T) {
	if host := os.Getenv(asStranger); host != "" {
		failure{true, "this user may not use the Docker engine at " + host, "permission denied", "sudo"}.
			check(t, ping(t.Context(), Endpoint{Host: host, Name: defaultContext, Source: "DOCKER_HOST"}))
		return
	}
	e := dockertest.Shared(t)
	program := filepath.Join(filepath.Dir(e.Folder), "stranger.test")
	text, err := os.ReadFile("/proc/self/exe")
	if err == nil {
		err = os.WriteFile(program, text, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer os.Remove(program)
	words := append(e.Stranger(), program, "-test.short", "-test.run=^TestNoPermission$", "-test.v")
	cmd := exec.CommandContext(t.Context(), words[0], words[1:]...)
	cmd.Dir, cmd.Env = "/", []string{asStranger + "=" + e.Host}
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "PASS: TestNoPermission") {
		t.Errorf("%v: %s", err, out)
	}
}

// started makes and starts a container that is published at an address.
func started(ctx context.Context, e *dockertest.Engine, name, address string, words ...string) error {
	if len(words) == 0 {
		words = []string{"sleep", "1000"}
	}
	port := network.MustParsePort("8000/tcp")
	made, err := e.Client.ContainerCreate(ctx, client.ContainerCreateOptions{
		Name:   name,
		Config: &container.Config{Image: debian, Cmd: words, ExposedPorts: network.PortSet{port: {}}},
		HostConfig: &container.HostConfig{PortBindings: network.PortMap{
			port: {{HostIP: netip.MustParseAddr(address), HostPort: "80"}},
		}},
	})
	if err == nil {
		_, err = e.Client.ContainerStart(ctx, made.ID, client.ContainerStartOptions{})
	}
	return wrapped("start the container "+name, err)
}

func removed(t *testing.T, e *dockertest.Engine, names ...string) {
	t.Cleanup(func() {
		for _, name := range names {
			_, err := e.Client.ContainerRemove(context.WithoutCancel(t.Context()), name, client.ContainerRemoveOptions{Force: true})
			if err != nil && !isGone(err) {
				t.Error(err)
			}
		}
	})
}

func TestPublished(t *testing.T) {
	e := dockertest.Shared(t, debian)
	removed(t, e, "first", "second", "third", "fourth", "fifth")
	if err := started(t.Context(), e, "first", "127.78.0.1"); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.78.0.2:80")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	taken := failure{false, "another program listens on the port", "start the container", "ss -ltnp"}
	for name, address := range map[string]string{"second": "127.78.0.1", "third": "127.78.0.2"} {
		err := started(t.Context(), e, name, address)
		taken.check(t, explain(err, at(e)))
		if !isPortTaken(err) || isUnpublishable(err) {
			t.Errorf("%s: the port counts as not taken: %v", name, err)
		}
	}
	err = started(t.Context(), e, "fourth", "192.0.2.9")
	failure{false, "can't publish the app on that address", "192.0.2.9", "docker run"}.check(t, explain(err, at(e)))
	if isPortTaken(err) || !isUnpublishable(err) {
		t.Errorf("another computer's address counts as publishable: %v", err)
	}
	err = started(t.Context(), e, "fifth", "127.78.0.3", "no-such-program")
	failure{false, "can't start the container", "no-such-program", "hello-world"}.check(t, explain(err, at(e)))
	err = started(t.Context(), e, "first", "127.78.0.4")
	failure{false, "something of that name is in the engine", "first", again}.check(t, explain(err, at(e)))
	_, err = e.Client.ContainerInspect(t.Context(), "nobody", client.ContainerInspectOptions{})
	failure{false, "it is not in the engine", "nobody", again}.check(t, explain(err, at(e)))
}

// TestPull: a registry that the engine can't reach, and what one of the test's own says.
func TestPull(t *testing.T) {
	e := dockertest.Shared(t)
	registry := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/v2/") {
			return
		}
		w.Header().Set("Content-Type", "application/json")
		if strings.Contains(r.URL.Path, "/busy/") {
			w.WriteHeader(http.StatusTooManyRequests)
			fmt.Fprint(w, `{"errors":[{"code":"TOOMANYREQUESTS","message":"you have reached your pull rate limit"}]}`)
			return
		}
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, `{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}`)
	}))
	defer registry.Close()
	address := registry.Listener.Addr().String()
	for image, want := range map[string]failure{
		"127.0.0.1:1/python:3": {false, "can't reach the registry", "pull 127.0.0.1:1/python:3", "docker pull"},
		address + "/python:3":  {false, "the registry has no such image", "pull " + address, "official images"},
		address + "/busy/x:3":  {false, "gives out no more of them for now", "pull " + address, "docker login"},
	} {
		t.Run(strings.TrimPrefix(image, address), func(t *testing.T) {
			answer, err := e.Client.ImagePull(t.Context(), image, client.ImagePullOptions{})
			if err != nil {
				want.check(t, explain(wrapped("pull "+image, err), at(e)))
			} else {
				want.check(t, followPull(answer, image, at(e), quiet))
			}
			// A build says it in other words.
			err = built(t, e, "FROM "+image+"\n", 0, 0)
			want.what, want.why = strings.TrimPrefix(want.what, "pull "), "get the image "+image
			want.check(t, err)
		})
	}
}

// built builds an image of a Dockerfile and a file of zeros beside it; memory limits what
// its programs may take, and zeros is how long the file is.
func built(t *testing.T, e *dockertest.Engine, dockerfile string, zeros, memory int64) error {
	t.Helper()
	reader, writer := io.Pipe()
	go func() {
		archive := tar.NewWriter(writer)
		_ = archive.WriteHeader(&tar.Header{Name: "Dockerfile", Mode: 0o644, Size: int64(len(dockerfile))})
		_, _ = io.WriteString(archive, dockerfile)
		_ = archive.WriteHeader(&tar.Header{Name: "zeros", Mode: 0o644, Size: zeros})
		_, _ = io.CopyN(archive, zeroes{}, zeros)
		_ = archive.Close()
		_ = writer.Close()
	}()
	defer reader.Close()
	answer, err := e.Client.ImageBuild(t.Context(), reader, client.ImageBuildOptions{
		Version: "1", Tags: []string{"slipway-test:1"}, Remove: true, ForceRemove: true, Memory: memory, MemorySwap: memory,
	})
	if err != nil {
		return explain(wrapped("build the image", err), at(e))
	}
	defer answer.Body.Close()
	return followBuild(answer.Body, at(e), func(line string) { t.Log(line) })
}

// zeroes has zeros without end.
type zeroes struct{}

func (zeroes) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func TestBuildFails(t *testing.T) {
	e := dockertest.Shared(t, debian)
	for name, test := range map[string]struct {
		dockerfile string
		want       failure
	}{
		"a program fails": {"FROM " + debian + "\nRUN echo begin; echo 'ERROR: no such package' >&2; exit 3\n",
			failure{false, "the build of the image failed with status 3: RUN echo begin", "ERROR: no such package", "mend the app"}},
		"a program takes all memory": {"FROM " + debian + "\nRUN " + greed + "\n",
			failure{false, "the build of the image failed with status 137", "it was killed, most likely as", "more memory"}},
		"a damaged Dockerfile": {"FROM " + debian + "\nNONSENSE\n",
			failure{false, "did not do it: build the image", "unknown instruction", again}},
	} {
		t.Run(name, func(t *testing.T) { test.want.check(t, built(t, e, test.dockerfile, 0, 64<<20)) })
	}
}

func TestDiskFull(t *testing.T) {
	const room = 400 << 20
	e := dockertest.Start(t, dockertest.Options{Images: []string{debian}, Size: room})
	full := "the disk of the Docker engine is full"
	failure{false, full, "no space left on device", "docker system df"}.check(t, built(t, e, "FROM "+debian+"\nCOPY zeros /\n", room, 0))
	failure{false, "the build of the image failed with status 1", "No space left on device", "docker system df"}.
		check(t, built(t, e, "FROM "+debian+"\nRUN dd if=/dev/zero of=/zeros bs=1M count=400\n", 0, 0))
}

// TestEndedBadly: a real container that needs too much memory, and one that just ends.
func TestEndedBadly(t *testing.T) {
	e := dockertest.Shared(t, debian)
	const memory = 32 << 20
	for name, test := range map[string]struct {
		words []string
		want  failure
	}{
		"greedy": {[]string{"sh", "-c", greed},
			failure{false, "the web process failed with status 137: last words", "it needed more than its 32MiB of memory and was killed", "--size 2g"}},
		"ending": {[]string{"sh", "-c", "exit 7"}, failure{false, "the web process failed with status 7: last words", "", "mend the app"}},
	} {
		t.Run(name, func(t *testing.T) {
			removed(t, e, name)
			init := true
			made, err := e.Client.ContainerCreate(t.Context(), client.ContainerCreateOptions{
				Name: name, Config: &container.Config{Image: debian, Cmd: test.words},
				HostConfig: &container.HostConfig{Init: &init, Resources: container.Resources{Memory: memory, MemorySwap: memory}},
			})
			if err != nil {
				t.Fatal(err)
			}
			ended := e.Client.ContainerWait(t.Context(), made.ID, client.ContainerWaitOptions{Condition: container.WaitConditionNextExit})
			if _, err := e.Client.ContainerStart(t.Context(), made.ID, client.ContainerStartOptions{}); err != nil {
				t.Fatal(err)
			}
			select {
			case <-ended.Result:
			case err := <-ended.Error:
				t.Fatal(err)
			case <-time.After(time.Minute):
				t.Fatal("it goes on")
			}
			found, err := e.Client.ContainerInspect(t.Context(), made.ID, client.ContainerInspectOptions{})
			if err != nil {
				t.Fatal(err)
			}
			test.want.check(t, endedBadly("the web process", found.Container.State, memory, []string{"last words"}))
		})
	}
}
