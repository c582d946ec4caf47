package interrupted

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"slipway/providers"
	"slipway/providers/digitalocean/fakecloud"
	"slipway/providers/local"
	"slipway/providers/local/localtest"
	"slipway/steps/remote"
	"slipway/steps/shell"
)

// rented is one real machine that stands for the droplets of many simulated
// clouds, one after the other: each droplet gives it the keys of its own user
// data. What an earlier droplet installed stays, so that a deployment takes a
// second and hundreds of kills can hit what this is about: the cloud's effects.
type rented struct {
	t        *testing.T
	provider *local.Provider
	spec     providers.Spec
	control  ssh.Signer

	mu      sync.Mutex
	client  *remote.Client
	address string
}

// rent boots the machine; it goes with the test.
func rent(t *testing.T) *rented {
	t.Helper()
	r := &rented{t: t, control: newSigner(t)}
	var err error
	r.provider, err = local.New(local.Options{Dir: t.TempDir(), Cache: localtest.Cache(t)})
	if err != nil {
		t.Fatal(err)
	}
	hostKey, private := newPrivateKey(t)
	r.spec = providers.Spec{Name: "rented", Tag: fmt.Sprintf("slipway-rented-%d", time.Now().UnixNano()), UserData: userData(t, map[string]any{
		"users": []any{map[string]any{"name": "control", "sudo": "ALL=(ALL:ALL) NOPASSWD: ALL", "lock_passwd": true,
			"ssh_authorized_keys": []string{authorized(r.control)}}},
		"ssh_genkeytypes": []string{},
		"ssh_keys":        map[string]string{"ed25519_private": private, "ed25519_public": authorized(hostKey)},
	})}
	t.Cleanup(func() {
		if err := r.provider.Destroy(context.Background(), r.spec, func(string) {}); err != nil {
			t.Error(err)
		}
	})
	for _, resource := range r.provider.Resources(r.spec) {
		if found, err := resource.Look(t.Context(), time.Time{}); err != nil || found.Holds {
			continue
		}
		if err := resource.Make(t.Context(), func(string) {}); err != nil {
			t.Fatal(err)
		}
	}
	where, err := r.provider.Server(t.Context(), r.spec)
	if err != nil {
		t.Fatal(err)
	}
	r.address = where.Address
	r.connect(hostKey)
	return r
}

// connect logs in as the test's own user, whom no step touches.
func (r *rented) connect(hostKey ssh.Signer) {
	r.t.Helper()
	for range 600 {
		client, err := remote.Dial(r.t.Context(), remote.Target{Address: r.address, Port: 22, User: "control",
			HostKeys: []ssh.PublicKey{hostKey.PublicKey()}, Signers: []ssh.Signer{r.control}})
		if err == nil {
			r.client = client
			r.t.Cleanup(func() { client.Close() })
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	r.t.Fatal("the machine let nobody in")
}

// boot is the cloud's hook: the machine becomes the droplet.
func (r *rented) boot(ctx context.Context, d fakecloud.Machine) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var config struct {
		Users []struct {
			Keys []string `json:"ssh_authorized_keys"`
		}
		Keys struct {
			Private string `json:"ed25519_private"`
			Public  string `json:"ed25519_public"`
		} `json:"ssh_keys"`
	}
	if err := json.Unmarshal([]byte(strings.TrimPrefix(d.UserData, "#cloud-config\n")), &config); err != nil {
		return "", err
	}
	_, err := r.client.Ask(ctx, "set -eu\n"+shell.Lines(
		shell.File{Path: "/etc/ssh/ssh_host_ed25519_key", Mode: "600", Content: config.Keys.Private}.Put(),
		shell.File{Path: "/etc/ssh/ssh_host_ed25519_key.pub", Mode: "644", Content: config.Keys.Public + "\n"}.Put(),
		shell.File{Path: "/etc/sudoers.d/91-deploy", Mode: "440", Content: "deploy ALL=(ALL:ALL) NOPASSWD: ALL\n"}.Put(),
		"id deploy >/dev/null 2>&1 || useradd -m -s /bin/bash deploy",
		"install -d -m 700 -o deploy -g deploy /home/deploy/.ssh",
		shell.File{Path: "/home/deploy/.ssh/authorized_keys", Mode: "600", Owner: "deploy:deploy", Content: strings.Join(config.Users[0].Keys, "\n") + "\n"}.Put(),
		"rm -f /etc/slipway/deployment.json",
		"systemctl reset-failed ssh.service", "systemctl restart ssh.service",
	))
	if err != nil {
		r.t.Logf("the droplet does not boot: %v", err)
	}
	return r.address, err
}
