package fakecloud_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"slipway/providers/digitalocean/fakecloud"
	"slipway/providers/digitalocean/fakecloud/contract"
)

type client struct {
	t    *testing.T
	base *url.URL
}

// call sends a request and decodes the answer; status 0 is a dropped connection.
func (c client) call(method, path, body string) (status int, header http.Header, answer map[string]any) {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.base.String()+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	r.Header.Set("Authorization", "Bearer token")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, nil, nil
	}
	defer func() { _ = response.Body.Close() }()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, nil, nil
	}
	if len(data) > 0 {
		if err := json.Unmarshal(data, &answer); err != nil {
			c.t.Fatalf("%s %s: %v in %s", method, path, err, data)
		}
	}
	return response.StatusCode, response.Header, answer
}

func open(t *testing.T, o fakecloud.Options) (client, *fakecloud.Cloud) {
	t.Helper()
	cloud, err := fakecloud.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cloud.Close)
	return client{t, contract.Server(t, cloud)}, cloud
}

const plain = `{"name":"web","region":"fra1","size":"s-1vcpu-1gb","image":"debian-13-x64","tags":["a"],"user_data":"#cloud-config\n"}`

func TestPaging(t *testing.T) {
	c, _ := open(t, fakecloud.Options{DropletLimit: 100})
	for range 45 {
		if status, _, _ := c.call("POST", "/v2/droplets", plain); status != http.StatusAccepted {
			t.Fatalf("create answered %d", status)
		}
	}
	for _, p := range []struct {
		query      string
		items      int
		next, last string
	}{
		{"", 20, "page=2", "page=3"},
		{"?page=3", 5, "", ""},
		{"?per_page=200", 45, "", ""},
		{"?page=9", 0, "", ""},
	} {
		status, _, list := c.call("GET", "/v2/droplets"+p.query, "")
		if status != http.StatusOK || len(list["droplets"].([]any)) != p.items {
			t.Errorf("%q: %d with %d items, want %d", p.query, status, len(list["droplets"].([]any)), p.items)
		}
		if total := list["meta"].(map[string]any)["total"]; total != 45.0 {
			t.Errorf("%q: total %v, want 45", p.query, total)
		}
		pages, _ := list["links"].(map[string]any)["pages"].(map[string]any)
		next, _ := pages["next"].(string)
		last, _ := pages["last"].(string)
		if !strings.Contains(next, p.next) || !strings.Contains(last, p.last) || (p.next == "") != (next == "") {
			t.Errorf("%q: next %q, last %q", p.query, next, last)
		}
	}
}

func TestErrorsHaveABody(t *testing.T) {
	c, _ := open(t, fakecloud.Options{})
	status, header, body := c.call("GET", "/v2/droplets/7", "")
	if status != 404 || body["id"] != "not_found" || body["message"] == "" || body["request_id"] != header.Get("X-Request-Id") {
		t.Errorf("404 is %d %v", status, body)
	}
}

func TestLimits(t *testing.T) {
	clock := fakecloud.NewVirtualClock(time.Unix(1_800_000_000, 0))
	c, _ := open(t, fakecloud.Options{Now: clock.Now, Limits: fakecloud.RealLimits})
	for range 10 {
		if status, _, _ := c.call("GET", "/v2/account/keys", ""); status != 200 {
			t.Fatalf("list of keys answered %d", status)
		}
	}
	status, header, _ := c.call("GET", "/v2/account/keys", "")
	if status != 429 || header.Get("Retry-After") == "" || header.Get("Ratelimit-Limit") != "5000" {
		t.Errorf("the eleventh list of keys answered %d with %v", status, header)
	}
	if status, _, _ := c.call("GET", "/v2/account", ""); status != 200 {
		t.Errorf("another call answered %d, want 200", status)
	}
	if err := clock.Sleep(t.Context(), 2*time.Minute); err != nil {
		t.Fatal(err)
	}
	if status, _, _ := c.call("GET", "/v2/account/keys", ""); status != 200 {
		t.Errorf("two minutes later it answered %d", status)
	}
}

func TestBootAndHalt(t *testing.T) {
	var halted atomic.Int64
	booted := make(chan fakecloud.Machine, 1)
	gate := make(chan struct{})
	c, cloud := open(t, fakecloud.Options{
		Boot: func(ctx context.Context, m fakecloud.Machine) (string, error) {
			booted <- m
			select {
			case <-gate:
			case <-ctx.Done():
				return "", ctx.Err()
			}
			return "127.9.9.9", nil
		},
		Halt: func(_ context.Context, id int) error {
			halted.Store(int64(id))
			return nil
		},
	})
	_, _, made := c.call("POST", "/v2/droplets", plain)
	machine := <-booted
	if machine.UserData != "#cloud-config\n" || machine.Name != "web" {
		t.Errorf("the hook was told %+v", machine)
	}
	path := fmt.Sprintf("/v2/droplets/%d", machine.ID)
	if _, _, now := c.call("GET", path, ""); now["droplet"].(map[string]any)["status"] != "new" {
		t.Errorf("the droplet is %v while it boots", now["droplet"].(map[string]any)["status"])
	}
	close(gate)
	action := fmt.Sprintf("/v2/actions/%v", made["links"].(map[string]any)["actions"].([]any)[0].(map[string]any)["id"])
	for {
		_, _, now := c.call("GET", action, "")
		if now["action"].(map[string]any)["status"] == "completed" {
			break
		}
		time.Sleep(time.Millisecond)
	}
	_, _, now := c.call("GET", path, "")
	if !strings.Contains(fmt.Sprint(now), "127.9.9.9") {
		t.Errorf("the address of the machine is not in %v", now)
	}
	if status, _, _ := c.call("DELETE", path, ""); status != http.StatusNoContent {
		t.Errorf("delete answered %d", status)
	}
	cloud.Close()
	if halted.Load() != int64(machine.ID) {
		t.Errorf("halted %d, want %d", halted.Load(), machine.ID)
	}
}

func TestBootThatFailsIsAnErroredAction(t *testing.T) {
	c, _ := open(t, fakecloud.Options{Boot: func(context.Context, fakecloud.Machine) (string, error) {
		return "", errors.New("no room")
	}})
	_, _, made := c.call("POST", "/v2/droplets", plain)
	action := fmt.Sprintf("/v2/actions/%v", made["links"].(map[string]any)["actions"].([]any)[0].(map[string]any)["id"])
	deadline := time.Now().Add(5 * time.Second)
	for {
		_, _, now := c.call("GET", action, "")
		if now["action"].(map[string]any)["status"] == "errored" {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the action is %v", now)
		}
		time.Sleep(time.Millisecond)
	}
}

func TestStateOutlivesTheCloud(t *testing.T) {
	file := filepath.Join(t.TempDir(), "cloud.json")
	c, first := open(t, fakecloud.Options{StateFile: file})
	c.call("POST", "/v2/droplets", plain)
	c.call("POST", "/v2/tags", `{"name":"b"}`)
	first.Close()
	_, second := open(t, fakecloud.Options{StateFile: file})
	if got, want := fmt.Sprint(second.Contents()), fmt.Sprint(first.Contents()); got != want {
		t.Errorf("after a restart %s, want %s", got, want)
	}
}

func TestFaultNames(t *testing.T) {
	for _, name := range fakecloud.FaultNames() {
		var f fakecloud.Faults
		if err := f.SetFault(name); err != nil || f == (fakecloud.Faults{}) {
			t.Errorf("%s sets %+v, %v", name, f, err)
		}
	}
	var f fakecloud.Faults
	if err := f.SetFault("tag-lag=1m"); err != nil || f.TagLag != time.Minute {
		t.Errorf("tag-lag=1m sets %s, %v", f.TagLag, err)
	}
	for _, bad := range []string{"nonsense", "tag-lag=x", "429=x", "locked=yes"} {
		if err := f.SetFault(bad); err == nil {
			t.Errorf("%s is taken", bad)
		}
	}
}

func TestDeleteByTagDestroysEveryMatch(t *testing.T) {
	c, cloud := open(t, fakecloud.Options{})
	c.call("POST", "/v2/droplets", plain)
	c.call("POST", "/v2/droplets", plain)
	c.call("POST", "/v2/droplets", strings.Replace(plain, `["a"]`, `["b"]`, 1))
	if status, _, _ := c.call("DELETE", "/v2/droplets?tag_name=a", ""); status != http.StatusNoContent {
		t.Errorf("answered %d", status)
	}
	if got := cloud.Contents().Droplets; len(got) != 1 {
		t.Errorf("left: %v, want the one with the other tag", got)
	}
}
