package interrupted

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"golang.org/x/crypto/ssh"

	"slipway/providers/digitalocean/fakecloud"
	"slipway/steps/remote"
	"slipway/steps/shell"
	"slipway/ui/e2e"
)

// rented is one real machine that stands for the droplets of many simulated
// clouds, one after the other: each droplet gives it the keys of its own user
// data. What an earlier droplet installed stays, so that a deployment takes a
// second and hundreds of kills can hit what this is about: the cloud's effects.
type rented struct {
	t       *testing.T
	client  *remote.Client
	address string

	mu sync.Mutex // held while the machine becomes another droplet
}

// rent boots the machine, which goes with the test, and logs in as the test's own
// user, whom no step touches.
func rent(t *testing.T) *rented {
	t.Helper()
	control, _ := e2e.NewKey(t, "")
	at, hostKey := e2e.BootServer(t, "rented", "", map[string]any{
		"users": []any{map[string]any{"name": "control", "sudo": "ALL=(ALL:ALL) NOPASSWD: ALL", "lock_passwd": true,
			"ssh_authorized_keys": []string{e2e.Authorized(control.PublicKey())}}},
	}, e2e.Baked()...)
	r := &rented{t: t, address: at.Address}
	e2e.Until(t, "the rented machine to let its user in", func() bool {
		var err error
		r.client, err = remote.Dial(t.Context(), remote.Target{Address: at.Address, Port: at.Port, User: "control",
			HostKeys: []ssh.PublicKey{hostKey}, Signers: []ssh.Signer{control}})
		return err == nil
	})
	t.Cleanup(func() { r.client.Close() })
	return r
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
	_, err := r.client.Output(ctx, "set -eu\n"+shell.Lines(
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
