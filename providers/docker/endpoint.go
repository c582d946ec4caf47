package docker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	dockercontext "github.com/docker/cli/cli/context"
	"github.com/docker/cli/cli/context/docker"
	"github.com/docker/cli/cli/context/store"
	"github.com/moby/moby/client"

	"slipway/providers"
	"slipway/state/regular"
)

// Endpoint is where an engine answers and what said so.
type Endpoint struct {
	// Host is its address, as DOCKER_HOST has it: "unix:///var/run/docker.sock".
	Host string
	// Name is the docker context's: "default" if none was chosen.
	Name string
	// Source is what named it, as people read it: "DOCKER_HOST", "the default socket".
	Source string
	// Local is true if the engine listens on this computer only.
	Local bool

	tls       *dockercontext.TLSData
	unchecked bool // the engine's certificate is
}

// defaultContext is the context of docker's own settings, which is in no store.
const defaultContext = "default"

// Find finds the engine that the docker command would use: DOCKER_HOST, then
// DOCKER_CONTEXT, then the current context of its settings, then the default socket.
// Where that socket is not there, the sockets of a rootless engine and of Docker
// Desktop are tried. It only reads files; whether the engine answers is not asked. An
// engine on another computer and a context that does not exist are a *providers.Usage.
func Find(getenv func(string) string) (Endpoint, error) {
	e, err := named(getenv)
	if err != nil {
		return Endpoint{}, err
	}
	if !e.Local {
		return Endpoint{}, elsewhere(e)
	}
	return e, nil
}

// named is the endpoint that the environment or docker's settings name.
func named(getenv func(string) string) (Endpoint, error) {
	if host := getenv(client.EnvOverrideHost); host != "" {
		return fromEnvironment(host, getenv)
	}
	folder := settingsFolder(getenv)
	name, source := getenv("DOCKER_CONTEXT"), "DOCKER_CONTEXT"
	if name == "" {
		file := filepath.Join(folder, "config.json")
		current, err := currentContext(file)
		if err != nil {
			return Endpoint{}, err
		}
		name, source = current, file
	}
	if name == "" || name == defaultContext {
		host, source := presentSocket(getenv)
		return Endpoint{Host: host, Name: defaultContext, Source: source, Local: true}, nil
	}
	return fromContext(folder, name, source)
}

// settingsFolder is where the docker command keeps its settings and contexts.
func settingsFolder(getenv func(string) string) string {
	if folder := getenv("DOCKER_CONFIG"); folder != "" {
		return folder
	}
	return filepath.Join(home(getenv), ".docker")
}

func home(getenv func(string) string) string {
	if runtime.GOOS == "windows" {
		return getenv("USERPROFILE")
	}
	return getenv("HOME")
}

// fromEnvironment reads the address of DOCKER_HOST and the variables of TLS beside it.
func fromEnvironment(host string, getenv func(string) string) (Endpoint, error) {
	verify := getenv(client.EnvTLSVerify) != ""
	encrypted := verify || getenv("DOCKER_TLS") != ""
	host = complete(host, encrypted)
	if _, err := client.ParseHostURL(host); err != nil {
		return Endpoint{}, &providers.Usage{
			Err:  fmt.Errorf("DOCKER_HOST is %q, which is no address of an engine: %w", host, err),
			Next: "set it to one like " + client.DefaultDockerHost + ", or unset it",
		}
	}
	e := Endpoint{Host: host, Name: defaultContext, Source: client.EnvOverrideHost, Local: isLocal(host)}
	if !encrypted {
		return e, nil
	}
	folder := getenv(client.EnvOverrideCertPath)
	if folder == "" {
		folder = settingsFolder(getenv)
	}
	e.unchecked = !verify
	var err error
	e.tls, err = certificates(folder)
	if err != nil {
		return Endpoint{}, &providers.Usage{
			Err:  fmt.Errorf("DOCKER_TLS_VERIFY or DOCKER_TLS asks for certificates, and they can't be read: %w", err),
			Next: "set DOCKER_CERT_PATH to the folder of ca.pem, cert.pem and key.pem, or unset those variables",
		}
	}
	return e, nil
}

// certificates reads those of a folder that are there.
func certificates(folder string) (*dockercontext.TLSData, error) {
	path := func(name string) string {
		file := filepath.Join(folder, name)
		if _, err := os.Stat(file); errors.Is(err, os.ErrNotExist) {
			return ""
		}
		return file
	}
	return dockercontext.TLSDataFromFiles(path("ca.pem"), path("cert.pem"), path("key.pem"))
}

// complete adds what the docker command does: the protocol, and the port of an engine.
func complete(host string, encrypted bool) string {
	if !strings.Contains(host, "://") {
		host = "tcp://" + host
	}
	parsed, err := url.Parse(host)
	if err != nil || parsed.Scheme != "tcp" || parsed.Port() != "" {
		return host
	}
	port := "2375"
	if encrypted {
		port = "2376"
	}
	parsed.Host = parsed.Host + ":" + port
	return parsed.String()
}

// currentContext is the context of docker's settings; "" if there is none.
func currentContext(file string) (string, error) {
	const largest, patience = 1 << 20, 10 * time.Second
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	text, err := regular.Read(ctx, file, largest)
	if errors.Is(err, os.ErrNotExist) {
		return "", nil
	}
	var settings struct{ CurrentContext string }
	if err == nil {
		err = json.Unmarshal(text, &settings)
	}
	if err != nil {
		return "", &providers.Usage{
			Err:  fmt.Errorf("docker's settings in %s can't be read: %w", file, err),
			Next: "mend the file, or set DOCKER_HOST to the engine's address",
		}
	}
	return settings.CurrentContext, nil
}

// fromContext reads an endpoint from docker's store of contexts.
func fromContext(folder, name, source string) (Endpoint, error) {
	kinds := store.NewConfig(func() any { return &map[string]any{} },
		store.EndpointTypeGetter(docker.DockerEndpoint, func() any { return &docker.EndpointMeta{} }))
	contexts := store.New(filepath.Join(folder, "contexts"), kinds)
	meta, err := contexts.GetMetadata(name)
	if cerrdefs.IsNotFound(err) {
		return Endpoint{}, &providers.Usage{
			Err:  fmt.Errorf("%s names the docker context %q, and there is none of that name", source, name),
			Next: "see `docker context ls`, then choose one with `docker context use NAME`, or set DOCKER_HOST",
		}
	}
	var found docker.EndpointMeta
	if err == nil {
		found, err = docker.EndpointFromContext(meta)
	}
	var full docker.Endpoint
	if err == nil {
		full, err = docker.WithTLSData(contexts, name, found)
	}
	if err != nil {
		return Endpoint{}, &providers.Usage{
			Err:  fmt.Errorf("the docker context %q can't be read: %w", name, err),
			Next: "make it anew with `docker context create`, or set DOCKER_HOST to the engine's address",
		}
	}
	return Endpoint{
		Host: full.Host, Name: name, Source: fmt.Sprintf("the docker context %q", name), Local: isLocal(full.Host),
		tls: full.TLSData, unchecked: full.SkipTLSVerify,
	}, nil
}

// presentSocket is the default socket or, where that is not there, the first other one
// that is: of a rootless engine, of Docker Desktop.
func presentSocket(getenv func(string) string) (host, source string) {
	const byDefault = "the default socket"
	path, isSocket := strings.CutPrefix(client.DefaultDockerHost, "unix://")
	if !isSocket || present(path) {
		return client.DefaultDockerHost, byDefault
	}
	for _, s := range otherSockets(getenv) {
		if present(s.path) {
			return "unix://" + s.path, s.source
		}
	}
	return client.DefaultDockerHost, byDefault
}

// socket is one that an engine may listen on, and what people call it.
type socket struct{ path, source string }

func otherSockets(getenv func(string) string) []socket {
	var sockets []socket
	if folder := getenv("XDG_RUNTIME_DIR"); folder != "" {
		sockets = append(sockets, socket{filepath.Join(folder, "docker.sock"), "the socket of a rootless engine"})
	}
	if home := home(getenv); home != "" {
		sockets = append(sockets,
			socket{filepath.Join(home, ".docker", "run", "docker.sock"), "the socket of Docker Desktop"},
			socket{filepath.Join(home, ".docker", "desktop", "docker.sock"), "the socket of Docker Desktop"})
	}
	return sockets
}

// present tells whether a socket is there. One that can't be looked at is: the engine
// then says why.
func present(path string) bool {
	info, err := os.Stat(path)
	if err != nil {
		return !errors.Is(err, os.ErrNotExist)
	}
	return info.Mode()&os.ModeSocket != 0
}

// isLocal tells whether an engine at that address listens on this computer only.
func isLocal(host string) bool {
	parsed, err := client.ParseHostURL(host)
	if err != nil {
		return false
	}
	switch parsed.Scheme {
	case "unix":
		return true
	case "npipe":
		return strings.HasPrefix(filepath.ToSlash(parsed.Host), "//./")
	case "tcp":
		name := (&url.URL{Host: parsed.Host}).Hostname()
		address, err := netip.ParseAddr(name)
		return name == "localhost" || err == nil && address.IsLoopback()
	}
	return false
}

// elsewhere refuses an engine of another computer: what it publishes would not answer
// here, and its folders are not here.
func elsewhere(e Endpoint) error {
	return &providers.Usage{
		Err: fmt.Errorf("the engine at %s (from %s) is on another computer; --provider docker runs the app in an engine on this one",
			shownHost(e.Host), e.Source),
		Next: "unset it or choose a context of this computer; for another one, write the image's files with `slipway eject docker`, " +
			"or deploy there with --provider ssh --host HOST",
	}
}

// shownHost is the address without the password that it may have.
func shownHost(host string) string {
	parsed, err := url.Parse(host)
	if err != nil || parsed.User == nil {
		return host
	}
	return parsed.Redacted()
}

// open makes a client of the engine. It asks nothing yet; the version of the API is
// settled with the first request.
func open(e Endpoint) (*client.Client, error) {
	endpoint := docker.Endpoint{EndpointMeta: docker.EndpointMeta{Host: e.Host, SkipTLSVerify: e.unchecked}, TLSData: e.tls}
	options, err := endpoint.ClientOpts()
	if err == nil {
		var c *client.Client
		if c, err = client.New(append(options, client.WithUserAgent("slipway"))...); err == nil {
			return c, nil
		}
	}
	return nil, &providers.Usage{
		Err:  fmt.Errorf("the settings of the engine at %s (from %s) can't be used: %w", shownHost(e.Host), e.Source, err),
		Next: "try them with `docker version`",
	}
}
