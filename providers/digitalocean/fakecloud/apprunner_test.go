package fakecloud_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/digitalocean/godo"

	"slipway/providers/digitalocean/fakecloud"
)

// appRunner is an AppRunner that remembers what it was given and does what the test says.
type appRunner struct {
	mu      sync.Mutex
	runs    []fakecloud.AppRun
	removed []string
	// next is what a deployment waits for, and then how it ends.
	next chan error
}

func (r *appRunner) Deploy(ctx context.Context, run fakecloud.AppRun) error {
	r.mu.Lock()
	r.runs = append(r.runs, run)
	r.mu.Unlock()
	run.Progress(godo.DeploymentPhase_Deploying)
	run.Step("release", true)
	run.Step("web", false)
	select {
	case err := <-r.next:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (r *appRunner) Remove(_ context.Context, id string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.removed = append(r.removed, id)
	return nil
}

func (*appRunner) Instances(string) []fakecloud.AppInstance {
	return []fakecloud.AppInstance{{Component: "web", Kind: "SERVICE", Name: "web-1", Ready: true}}
}

func (*appRunner) Addresses(string) []netip.Addr { return nil }

// Logs has one line, and one more if it is to follow.
func (*appRunner) Logs(_ context.Context, q fakecloud.AppLogQuery, line func(fakecloud.AppLogLine) error) error {
	at := time.Unix(1_800_000_000, 0)
	if err := line(fakecloud.AppLogLine{Component: "web", Time: at, Text: "first " + string(q.Type)}); err != nil || !q.Follow {
		return err
	}
	return line(fakecloud.AppLogLine{Component: "web", Time: at, Text: "second"})
}

// Exec answers each line in capitals until "exit".
func (*appRunner) Exec(_ context.Context, x fakecloud.AppExec) error {
	lines := bufio.NewReader(x.Stdin)
	for {
		line, err := lines.ReadString('\n')
		if err != nil || line == "exit\n" {
			return err
		}
		if _, err := io.WriteString(x.Stdout, strings.ToUpper(line)); err != nil {
			return err
		}
	}
}

// until waits for a phase of an app's last deployment.
func (c client) until(path, phase string) map[string]any {
	c.t.Helper()
	for limit := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		_, _, list := c.call("GET", path+"/deployments", "")
		d, _ := at(list, "deployments", 0).(map[string]any)
		if d["phase"] == phase {
			return d
		}
		if time.Now().After(limit) {
			c.t.Fatalf("the deployment is %v, want %s", d, phase)
		}
	}
}

// TestRunner: a runner sees plain values, its progress is the deployment's, its failure too,
// and a deployment that is overtaken is ended before the next begins.
func TestRunner(t *testing.T) {
	r := &appRunner{next: make(chan error, 1)}
	c, cloud := open(t, fakecloud.Options{Apps: r, LiveURL: func(_, name string) string { return "http://127.3.2.1/" + name }})
	path, _ := c.makeApp(shop)
	d := c.until(path, "DEPLOYING")
	if c.app(path)["live_url"] != nil {
		t.Error("an app that is not deployed yet has a URL")
	}
	for at(d, "progress", "steps", 1, "steps", 1, "steps", 1, "status") != "RUNNING" {
		d = c.until(path, "DEPLOYING")
	}
	if status := at(d, "progress", "steps", 1, "steps", 1, "steps", 0, "status"); status != "SUCCESS" {
		t.Errorf("the job's step is %v", status)
	}
	r.next <- nil
	c.until(path, "ACTIVE")
	envs := r.runs[0].Spec.Services[0].Envs
	if envs[0].Value != "s3cret" || envs[1].Value != "127.3.2.1" || envs[2].Value == "${db.HOSTNAME}" {
		t.Errorf("the runner saw %v", godo.Stringify(envs))
	}
	if live := c.app(path)["live_url"]; live != "http://127.3.2.1/shop-0123456789ab" {
		t.Errorf("the URL is %v", live)
	}
	c.call("POST", path+"/deployments", `{}`)
	c.until(path, "DEPLOYING")
	c.call("POST", path+"/deployments", `{}`)
	r.next <- &fakecloud.AppFailure{Component: "web", Phase: "DEPLOYING", Code: fakecloud.CodeHealthChecks, Message: "no answer"}
	d = c.until(path, "ERROR")
	if !strings.Contains(fmt.Sprint(d["progress"]), "no answer") {
		t.Errorf("the reason is not in %v", d["progress"])
	}
	if phase := at(c.app(path), "active_deployment", "phase"); phase != "ACTIVE" {
		t.Errorf("what serves is %v", phase)
	}
	c.call("DELETE", path, "")
	cloud.Close()
	if len(r.runs) != 3 || len(r.removed) != 1 || r.removed[0] != r.runs[0].AppID {
		t.Errorf("%d runs, removed %v", len(r.runs), r.removed)
	}
}

// TestLogsAndConsole: a log is text at its historic URL and messages at its live one; a
// console takes input and answers.
func TestLogsAndConsole(t *testing.T) {
	r := &appRunner{next: make(chan error, 1)}
	c, _ := open(t, fakecloud.Options{Apps: r})
	path, _ := c.makeApp(shop)
	r.next <- nil
	d := path + "/deployments/" + c.until(path, "ACTIVE")["id"].(string)
	_, _, logs := c.call("GET", d+"/components/web/logs?type=RUN&follow=true&tail_lines=5", "")
	response, err := http.Get(at(logs, "historic_urls", 0).(string))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if text, _ := io.ReadAll(response.Body); string(text) != "web 2027-01-15T08:00:00.000000000Z first RUN\n" {
		t.Errorf("the log is %q", text)
	}
	live := dial(t, strings.Replace(logs["live_url"].(string), "http:", "ws:", 1))
	for _, want := range []string{"first RUN", "second"} {
		if _, message, err := live.Read(t.Context()); err != nil || !strings.Contains(string(message), want+`\n"}`) {
			t.Errorf("the message is %s, %v", message, err)
		}
	}
	if _, _, err := live.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusNormalClosure {
		t.Errorf("the log ends with %v", err)
	}
	if status, _, _ := c.call("GET", d+"/components/none/logs?type=RUN", ""); status != http.StatusNotFound {
		t.Errorf("the log of no component answered %d", status)
	}
	_, _, exec := c.call("GET", d+"/components/web/exec?instance_name=web-1", "")
	console := dial(t, exec["url"].(string))
	if err := console.Write(t.Context(), websocket.MessageText, []byte(`{"op":"stdin","data":"hello\n"}`)); err != nil {
		t.Fatal(err)
	}
	if _, message, err := console.Read(t.Context()); string(message) != `{"data":"HELLO\n"}` {
		t.Errorf("the console answers %s, %v", message, err)
	}
	_ = console.Write(t.Context(), websocket.MessageText, []byte(`{"op":"stdin","data":"exit\n"}`))
	if _, _, err := console.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusNormalClosure {
		t.Errorf("the console ends with %v", err)
	}
	if status, _, _ := c.call("GET", d+"/components/web/exec?instance_name=none", ""); status != http.StatusNotFound {
		t.Errorf("the console of no instance answered %d", status)
	}
}

func dial(t *testing.T, address string) *websocket.Conn {
	t.Helper()
	socket, response, err := websocket.Dial(t.Context(), address, nil)
	if err != nil {
		t.Fatal(err)
	}
	if response.Body != nil {
		_ = response.Body.Close()
	}
	t.Cleanup(func() { _ = socket.CloseNow() })
	return socket
}

// TestReferences: an app is given what its spec refers to of a managed database; one that
// is not there is refused.
func TestReferences(t *testing.T) {
	r := &appRunner{next: make(chan error, 1)}
	c, _ := open(t, fakecloud.Options{Apps: r})
	spec := strings.Replace(shop, `{"name":"db","engine":"PG"}`, `{"name":"db","engine":"PG","production":true,"cluster_name":"shop-db"}`, 1)
	spec = strings.Replace(spec, "${db.HOSTNAME}", "${db.DATABASE_URL} ${db.CA_CERT}", 1)
	if status, _, answer := c.call("POST", "/v2/apps", body(spec)); status != http.StatusBadRequest || !strings.Contains(fmt.Sprint(answer), "shop-db") {
		t.Errorf("without its cluster it answered %d %v", status, answer)
	}
	cluster := `{"name":"shop-db","engine":"pg","version":"17","size":"db-s-1vcpu-1gb","region":"fra1","num_nodes":1}`
	if status, _, answer := c.call("POST", "/v2/databases", cluster); status != http.StatusCreated {
		t.Fatalf("the cluster answered %d %v", status, answer)
	}
	path, _ := c.makeApp(spec)
	r.next <- nil
	c.until(path, "ACTIVE")
	if got := r.runs[0].Spec.Services[0].Envs[2].Value; !strings.HasPrefix(got, "postgresql://doadmin:") || !strings.Contains(got, "CERTIFICATE") {
		t.Errorf("the app was given %q", got)
	}
	if shown := fmt.Sprint(c.app(path)); strings.Contains(shown, "doadmin") {
		t.Errorf("the API shows a password: %s", shown)
	}
}

// TestMissingImage: a deployment of an image that is not in the account's registry fails
// before anything runs.
func TestMissingImage(t *testing.T) {
	r := &appRunner{next: make(chan error)}
	c, _ := open(t, fakecloud.Options{Apps: r})
	c.call("POST", "/v2/registry", `{"name":"shops","subscription_tier_slug":"basic"}`)
	path, _ := c.makeApp(shop)
	d := c.until(path, "ERROR")
	if !strings.Contains(fmt.Sprint(d["progress"]), fakecloud.CodeImageNotFound) || len(r.runs) > 0 {
		t.Errorf("the deployment is %v after %d runs", d["progress"], len(r.runs))
	}
}
