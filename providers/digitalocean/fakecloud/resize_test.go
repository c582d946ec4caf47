package fakecloud_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"slipway/providers/digitalocean/fakecloud"
)

// TestPowerAndResize goes through the states of a droplet whose actions take time, with
// what is refused in each.
func TestPowerAndResize(t *testing.T) {
	clock := fakecloud.NewVirtualClock(time.Unix(1_800_000_000, 0))
	c, cloud := open(t, fakecloud.Options{Now: clock.Now, ActionTime: 10 * time.Second})
	_, _, made := c.call("POST", "/v2/droplets", strings.Replace(plain, "s-1vcpu-1gb", "s-1vcpu-512mb-10gb", 1))
	id := int(made["droplet"].(map[string]any)["id"].(float64))
	path := fmt.Sprintf("/v2/droplets/%d", id)
	const refused = 422
	for n, s := range []struct {
		action string
		status int
		// says is what a refusal says, or what the droplet is once the action has ended.
		says string
	}{
		{`{"type":"power_on"}`, refused, "already powered on"},
		{`{"type":"resize","size":"s-1vcpu-2gb","disk":false}`, refused, "must be powered off"},
		{`{"type":"shutdown"}`, 201, "off s-1vcpu-512mb-10gb 10"},
		{`{"type":"shutdown"}`, refused, "already powered off"},
		{`{"type":"resize","size":"none","disk":false}`, refused, "invalid size"},
		{`{"type":"resize","size":"g-2vcpu-8gb","disk":false}`, refused, "not available in this region"},
		{`{"type":"resize","size":"s-1vcpu-512mb-10gb","disk":true}`, refused, "already has this size"},
		{`{"type":"resize","size":"s-1vcpu-2gb","disk":false}`, 201, "off s-1vcpu-2gb 10"},
		{`{"type":"resize","size":"s-1vcpu-2gb","disk":true}`, 201, "off s-1vcpu-2gb 50"},
		{`{"type":"resize","size":"s-1vcpu-1gb","disk":false}`, refused, "decrease size of Droplet's disk"},
		{`{"type":"power_on"}`, 201, "active s-1vcpu-2gb 50"},
		{`{"type":"power_off"}`, 201, "off s-1vcpu-2gb 50"},
	} {
		status, _, body := c.call("POST", path+"/actions", s.action)
		if status != s.status || status == refused && !strings.Contains(fmt.Sprint(body["message"]), s.says) {
			t.Errorf("%d: %s answered %d %v, want %d that says %q", n, s.action, status, body, s.status, s.says)
		}
		if status == refused {
			continue
		}
		if status, _, _ := c.call("POST", path+"/actions", `{"type":"shutdown"}`); status != refused || !cloud.Power(id).Busy {
			t.Errorf("%d: another action is taken while %s goes on", n, s.action)
		}
		if err := clock.Sleep(t.Context(), 31*time.Second); err != nil {
			t.Fatal(err)
		}
		_, _, now := c.call("GET", path, "")
		d := now["droplet"].(map[string]any)
		if is := fmt.Sprint(d["status"], " ", d["size_slug"], " ", d["disk"]); is != s.says || d["locked"] != false {
			t.Errorf("%d: after %s the droplet is %s, locked %v; want %s", n, s.action, is, d["locked"], s.says)
		}
	}
}

// TestPowerOutlivesTheCloud ends clouds while a machine stops and while one starts: the
// next cloud with that state goes on, and boots no machine that is off.
func TestPowerOutlivesTheCloud(t *testing.T) {
	var mu sync.Mutex
	var did []string
	hold := map[string]bool{}
	does := func(ctx context.Context, what string) error {
		mu.Lock()
		held := hold[what]
		did = append(did, what)
		mu.Unlock()
		if held {
			<-ctx.Done()
		}
		return ctx.Err()
	}
	options := fakecloud.Options{
		StateFile: filepath.Join(t.TempDir(), "cloud.json"),
		Boot: func(ctx context.Context, m fakecloud.Machine) (string, error) {
			return "127.9.9.9", does(ctx, fmt.Sprintf("boot %d MB", m.MemoryMB))
		},
		Stop: func(ctx context.Context, _ int) error { return does(ctx, "stop") },
	}
	c, cloud := open(t, options)
	_, _, made := c.call("POST", "/v2/droplets", strings.Replace(plain, "s-1vcpu-1gb", "s-1vcpu-512mb-10gb", 1))
	id := int(made["droplet"].(map[string]any)["id"].(float64))
	settled := func(cloud *fakecloud.Cloud) fakecloud.Power {
		for deadline := time.Now().Add(5 * time.Second); cloud.Power(id).Busy && time.Now().Before(deadline); {
			time.Sleep(time.Millisecond)
		}
		return cloud.Power(id)
	}
	settled(cloud)
	for _, step := range []struct{ held, action, then string }{
		{"stop", `{"type":"shutdown"}`, "off"}, {"", `{"type":"resize","size":"s-1vcpu-2gb","disk":false}`, "off"}, {"boot 2048 MB", `{"type":"power_on"}`, "on"},
	} {
		mu.Lock()
		hold[step.held] = true
		mu.Unlock()
		if status, _, body := c.call("POST", fmt.Sprintf("/v2/droplets/%d/actions", id), step.action); status != 201 {
			t.Fatalf("%s answered %d %v", step.action, status, body)
		}
		cloud.Close()
		mu.Lock()
		hold = map[string]bool{}
		mu.Unlock()
		c, cloud = open(t, options)
		if power := settled(cloud); power.Busy || power.Off != (step.then == "off") {
			t.Errorf("after %s in another cloud the droplet is %+v", step.action, power)
		}
	}
	if want := []string{"boot 512 MB", "stop", "stop", "boot 2048 MB", "boot 2048 MB"}; !slices.Equal(did, want) {
		t.Errorf("the hooks did %v, want %v", did, want)
	}
}
