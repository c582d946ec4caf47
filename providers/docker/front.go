package docker

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/mount"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client"

	"slipway/providers"
)

//go:embed front.py
var frontText string

const (
	frontFolder = "/front"
	frontMemory = 128 << 20
	// drainLimit is how long a release that was replaced is left alone for what visitors
	// began with it, before it is told to end; it then has its own time for the rest.
	drainLimit = 3 * time.Second
)

// frontSum names the text that a front runs.
func frontSum() string {
	sum := sha256.Sum256([]byte(frontText))
	return hex.EncodeToString(sum[:6])
}

// frontWords are the command of the front, or of a word to it.
func frontWords(words ...string) []string {
	return append([]string{"python3", "-I", "-S", "-c", frontText}, words...)
}

// bring makes sure that the front is there and runs this version's text. It keeps the
// address that it has. A new one is made of the image of a release.
func (d deployment) bring(ctx context.Context, release string) error {
	front, found, err := d.inspect(ctx, frontName(d.spec))
	if err != nil {
		return err
	}
	places := d.places
	if found {
		at, has := publishedBy(front)
		// One that never started may have chosen an address that something else has.
		has = has && everStarted(front)
		if has && front.Config.Labels[labelFront] == frontSum() {
			return d.wake(ctx, front)
		}
		if has {
			places = func(context.Context) []published { return []published{at} }
		}
		if err := d.remove(ctx, front.ID); err != nil {
			return err
		}
	}
	return d.openFront(ctx, release, places(ctx))
}

// wake starts a front that stands still.
func (d deployment) wake(ctx context.Context, front container.InspectResponse) error {
	if front.State.Running {
		return nil
	}
	_, err := d.api.ContainerStart(ctx, front.ID, client.ContainerStartOptions{})
	return d.failed("start the front "+frontName(d.spec), err)
}

// everStarted tells whether a container has run.
func everStarted(c container.InspectResponse) bool {
	return c.State != nil && c.State.StartedAt != "" && !strings.HasPrefix(c.State.StartedAt, "0001-")
}

// errAllTaken says that something else listens wherever the app could be published.
var errAllTaken = &providers.Failed{
	Err:  errors.New("other programs listen at all addresses that the app could be published at"),
	Next: "end one of them (`docker ps` and `sudo ss -ltnp` show what listens), then " + again,
}

// openFront makes the front at the first place that can be had.
func (d deployment) openFront(ctx context.Context, release string, places []published) error {
	_, err := d.api.ImageTag(ctx, client.ImageTagOptions{Source: imageName(d.spec, release), Target: frontImage(d.spec)})
	if err != nil {
		return d.failed("name the front's image", err)
	}
	err = error(errAllTaken)
	for _, at := range places {
		if answers(ctx, at) {
			continue
		}
		var id string
		if id, err = d.start(ctx, frontName(d.spec), d.frontContainer(at)); err == nil {
			return nil
		}
		if id == "" || !isPortTaken(err) && !isUnpublishable(err) {
			return err
		}
		if gone := d.remove(ctx, id); gone != nil {
			return gone
		}
	}
	return err
}

// frontContainer is the front at a place. It needs nothing of the app but its Python.
func (d deployment) frontContainer(at published) client.ContainerCreateOptions {
	mine := labels(d.spec)
	maps.Copy(mine, map[string]string{labelRole: string(roleFront), labelFront: frontSum(), labelRelease: "", labelApp: ""})
	port := network.MustParsePort(webPort + "/tcp")
	host := confined(frontMemory)
	host.RestartPolicy = keepRunning()
	host.NetworkMode = container.NetworkMode(networkName(d.spec))
	host.PortBindings = network.PortMap{port: {{HostIP: at.address, HostPort: strconv.Itoa(at.port)}}}
	host.Mounts = []mount.Mount{{Type: mount.TypeVolume, Source: frontVolume(d.spec), Target: frontFolder}}
	stop := 1
	return client.ContainerCreateOptions{HostConfig: host, Config: &container.Config{
		Image: frontImage(d.spec), Entrypoint: frontWords("serve"), Labels: mine, Healthcheck: noHealthcheck(),
		ExposedPorts: network.PortSet{port: {}}, StopTimeout: &stop,
	}}
}

// published is where an app answers on this computer.
type published struct {
	address netip.Addr
	port    int
}

// url is the address as a browser takes it.
func (p published) url() string {
	if p.port == 80 {
		return "http://" + p.address.String()
	}
	return "http://" + netip.AddrPortFrom(p.address, uint16(p.port)).String() //nolint:gosec // a port has 16 bits
}

// publishedBy is where a front is published.
func publishedBy(front container.InspectResponse) (published, bool) {
	if front.HostConfig == nil {
		return published{}, false
	}
	for _, bindings := range front.HostConfig.PortBindings {
		for _, b := range bindings {
			if port, err := strconv.Atoi(b.HostPort); err == nil && b.HostIP.IsValid() {
				return published{b.HostIP, port}, true
			}
		}
	}
	return published{}, false
}

// upstream are the web containers that visitors get; none if there is no front or
// nothing was delivered.
func (d deployment) upstream(ctx context.Context) ([]string, error) {
	text, err := d.frontFile(ctx, "upstream")
	return strings.Fields(text), err
}

// served lists the releases that took the traffic, the first ever first. One that took it
// again is there again.
func (d deployment) served(ctx context.Context) ([]providers.Release, error) {
	text, err := d.frontFile(ctx, "served")
	if err != nil {
		return nil, err
	}
	var all []providers.Release
	for line := range strings.Lines(text) {
		at, name, _ := strings.Cut(strings.TrimSpace(line), " ")
		when, err := time.Parse(time.RFC3339, at)
		if err != nil {
			return nil, fmt.Errorf("the list of releases in the volume %s can't be read: %w", frontVolume(d.spec), err)
		}
		all = append(all, providers.Release{Name: name, Served: when})
	}
	return all, nil
}

func (d deployment) frontFile(ctx context.Context, name string) (string, error) {
	if _, found, err := d.inspect(ctx, frontName(d.spec)); err != nil || !found {
		return "", err
	}
	return d.read(ctx, frontName(d.spec), frontFolder+"/"+name, 1<<20)
}

// turn has new connections go to the web containers of a release.
func (d deployment) turn(ctx context.Context, release string, to []string) error {
	// The folder is root's: the front itself, which reads what visitors send, can't write
	// there.
	status, output, err := d.exec(ctx, frontName(d.spec), "0:0", frontWords(append([]string{"switch", release}, to...)...)...)
	if err == nil && status != 0 {
		err = programFailed("the front", status, strings.Split(output, "\n"))
	}
	return err
}

// drain waits until no visitor talks to a web container any more, for a limited time.
func (d deployment) drain(ctx context.Context, name string, limit time.Duration) error {
	status, output, err := d.exec(ctx, frontName(d.spec), "", frontWords("drain", name, strconv.FormatFloat(limit.Seconds(), 'f', -1, 64))...)
	if err == nil && status != 0 {
		err = programFailed("the front", status, strings.Split(output, "\n"))
	}
	return err
}
