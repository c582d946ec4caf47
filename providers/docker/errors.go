package docker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"strings"
	"syscall"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/client"

	"slipway/providers"
)

const again = "run the same command again; it continues where it stopped"

// explain says why the engine did not do something and what to do next. err is the
// client's, wrapped in what was being done. An error that is explained already, that of
// an ended context and nil come back as they are.
func explain(err error, e Endpoint) error {
	if err == nil || explained(err) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if isLost(err) {
		return &providers.Failed{
			Err:  fmt.Errorf("the Docker engine at %s stopped answering: %w", shownHost(e.Host), err),
			Next: "see whether it runs with `docker version`, then " + again,
		}
	}
	text := strings.ToLower(err.Error())
	if client.IsErrConnectionFailed(err) || strings.Contains(text, plainToTLS) {
		return unreachable(err, e)
	}
	for _, c := range causes {
		if c.explains(text) {
			return &providers.Failed{Err: fmt.Errorf("%s: %w", c.why, err), Next: c.next}
		}
	}
	switch {
	case cerrdefs.IsNotFound(err):
		return &providers.Failed{Err: fmt.Errorf("it is not in the engine (any more): %w", err), Next: again}
	case cerrdefs.IsConflict(err):
		return &providers.Failed{Err: fmt.Errorf("something of that name is in the engine, or in use: %w", err), Next: again}
	}
	return &providers.Failed{
		Err:  fmt.Errorf("the Docker engine at %s did not do it: %w", shownHost(e.Host), err),
		Next: again + "; `docker version` and `docker info` tell about the engine",
	}
}

// explained tells whether an error says already what to do next.
func explained(err error) bool {
	var refused *providers.Refused
	var usage *providers.Usage
	var failed *providers.Failed
	return errors.As(err, &refused) || errors.As(err, &usage) || errors.As(err, &failed)
}

// isLost tells whether an engine that was reached went away before its answer was
// complete: what was asked for may have been done.
func isLost(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

// plainToTLS is what a server that wants encryption answers to a request without.
const plainToTLS = "http request to an https server"

// unreachable explains that no engine answers at the endpoint.
func unreachable(err error, e Endpoint) error {
	text := strings.ToLower(err.Error())
	if strings.Contains(text, "permission denied") || strings.Contains(text, "elevated privileges") {
		return &providers.Refused{
			Err:  fmt.Errorf("this user may not use the Docker engine at %s (%s): %w", shownHost(e.Host), e.Source, err),
			Next: permission(e),
		}
	}
	if strings.Contains(text, "malformed http") || strings.Contains(text, plainToTLS) || strings.Contains(text, "tls") || strings.Contains(text, "certificate") {
		return &providers.Refused{
			Err: fmt.Errorf("what answers at %s (%s) is no Docker engine, or wants other certificates: %w", shownHost(e.Host), e.Source, err),
			Next: "try `docker version`; set DOCKER_HOST to the engine's address, and DOCKER_TLS_VERIFY=1 with DOCKER_CERT_PATH " +
				"if it wants certificates",
		}
	}
	return &providers.Refused{
		Err:  fmt.Errorf("no Docker engine answers at %s (%s): %w", shownHost(e.Host), e.Source, err),
		Next: start(e),
	}
}

// permission says how a user gets the right to use an engine.
func permission(e Endpoint) string {
	path, isSocket := strings.CutPrefix(e.Host, "unix://")
	if runtime.GOOS == "windows" || !isSocket {
		return "add your user to the group docker-users and log in again, or run the same command as administrator"
	}
	group := groupOf(path)
	if group == "" || group == "root" {
		return "run the same command with sudo"
	}
	return fmt.Sprintf("add your user to the group %s (`sudo usermod -aG %s \"$USER\"`; its members can become root here), log out and in again; "+
		"or run the same command with sudo", group, group)
}

// start says how an engine comes to answer.
func start(e Endpoint) string {
	if e.Name != defaultContext || e.Source == client.EnvOverrideHost {
		return fmt.Sprintf("start that engine, or choose another one: %s named it", e.Source)
	}
	if runtime.GOOS != "linux" {
		return "start Docker Desktop (https://docs.docker.com/get-docker/ has it), or set DOCKER_HOST to the address of another engine"
	}
	if _, err := exec.LookPath("dockerd"); err != nil {
		return "install one, on Debian and Ubuntu with `sudo apt-get install docker.io`, or set DOCKER_HOST to the address of an engine"
	}
	return "start it with `sudo systemctl start docker`, or set DOCKER_HOST to the address of an engine"
}

// cause is one reason of an engine's refusal, recognised by words in its text.
type cause struct {
	// words are alternatives; all words of one must be in the text, in lower case.
	words [][]string
	// why is the reason as people read it, next what to do.
	why, next string
}

func (c cause) explains(text string) bool {
	for _, words := range c.words {
		if containsAll(text, words) {
			return true
		}
	}
	return false
}

func containsAll(text string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

// The texts that more than explain asks for.
var (
	portTaken     = [][]string{{"port is already allocated"}, {"address already in use"}}
	unpublishable = [][]string{
		{"cannot assign requested address"}, {"can't assign requested address"}, // no such address on this computer
		{"cannot expose privileged port"}, // an engine without root
		{"ports are not available"},       // Docker Desktop
	}
)

var diskFull = cause{
	[][]string{{"no space left on device"}, {"disk quota exceeded"}, {"not enough space on the disk"}},
	"the disk of the Docker engine is full",
	"free some of it (`docker system df` shows what takes it, `docker image prune` removes images without a name), then " + again,
}

// causes are tried in order. The words are from the texts of engines since 20.10.
var causes = []cause{
	diskFull,
	{
		portTaken,
		"another program listens on the port that the app is to be published on",
		"end that program (`docker ps` and `sudo ss -ltnp` show what listens), then " + again,
	},
	{
		unpublishable,
		"the engine can't publish the app on that address",
		"see with `docker run --rm -p 127.0.0.1::80 IMAGE` whether it can publish anything, then " + again,
	},
	{
		[][]string{{"toomanyrequests"}, {"too many requests"}, {"rate limit"}},
		"the registry of images gives out no more of them for now",
		"wait an hour, or run `docker login` and pull the image with `docker pull`; then " + again,
	},
	{
		[][]string{{"pull access denied"}, {"manifest unknown"}, {"manifest for", "not found"}, {"repository does not exist"}, {"failed to resolve reference", "not found"}},
		"the registry has no such image",
		"check that the engine's registry mirror has the official images, then " + again,
	},
	{
		[][]string{{"get \"http", "/v2/"}, {"head \"http", "/v2/"}, {"failed to do request"}, {"failed to resolve source metadata"}, {"tls handshake timeout"}},
		"the engine can't reach the registry of images",
		"check the engine's network and proxy with `docker pull python:3-slim`, then " + again,
	},
	{
		[][]string{{"oci runtime create failed"}, {"failed to create shim"}, {"failed to create task"}},
		"the engine can't start the container",
		"see whether the engine runs any container with `docker run --rm hello-world`, then " + again,
	},
	{
		[][]string{{"client version", "too old"}, {"client version", "too new"}, {"minimum supported api version"}, {"requires api version"}},
		"the Docker engine is of another age than this program",
		"update the engine, or slipway if there is a newer one; unset DOCKER_API_VERSION if it is set",
	},
}

// isPortTaken tells whether something else listens where a container was to be
// published.
func isPortTaken(err error) bool {
	return err != nil && cause{words: portTaken}.explains(strings.ToLower(err.Error()))
}

// isUnpublishable tells whether the engine can't publish on that address and port,
// whoever listens there: an engine without root, or in a virtual machine.
func isUnpublishable(err error) bool {
	return err != nil && cause{words: unpublishable}.explains(strings.ToLower(err.Error()))
}

// isGone tells whether a container or an image is not there, or being removed.
func isGone(err error) bool {
	return cerrdefs.IsNotFound(err) || cerrdefs.IsConflict(err) && strings.Contains(err.Error(), "marked for removal")
}
