package docker

import (
	"net"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/moby/moby/client"

	"slipway/ui/e2e"
)

// TestHello takes the sample hello through its life.
func TestHello(t *testing.T) {
	o := newOperator(t)
	r := o.Must("--yes", "--provider", "docker", "--sample", "hello")
	lines := strings.Split(strings.TrimSpace(r.Stdout), "\n")
	address := lines[len(lines)-1]
	asks(t, address, "Hello World")
	u, err := url.Parse(address)
	if err != nil || !net.ParseIP(u.Hostname()).IsLoopback() || u.Hostname() == "127.0.0.1" || u.Port() != "" {
		t.Errorf("it answers at %s, want port 80 of a loopback address of its own", address)
	}
	again := o.deploy("--sample", "hello")
	if again.Changed || again.URL != address {
		t.Errorf("a second run: %+v %v", again.Outcome, again.Steps)
	}
	t.Run("restrictions", func(t *testing.T) { o.with(t).restricted("hello") })
	t.Run("verbs", func(t *testing.T) { o.with(t).verbs(address) })
}

// with is the operator in a part of a test.
func (o *operator) with(t *testing.T) *operator {
	return &operator{Operator: &e2e.Operator{T: t, Home: o.Home, Env: o.Env}, engine: o.engine}
}

// restricted looks at what the containers of a deployment may do.
func (o *operator) restricted(name string) {
	all := o.containers(name, "")
	if len(all) < 2 {
		o.T.Errorf("the deployment has %d containers", len(all))
	}
	for _, c := range all {
		about, err := o.engine.Client.ContainerInspect(o.T.Context(), c.ID, client.ContainerInspectOptions{})
		failOn(o.T, err)
		host, config := about.Container.HostConfig, about.Container.Config
		if !host.ReadonlyRootfs || !slices.Equal(host.CapDrop, []string{"ALL"}) || len(host.CapAdd) > 0 || host.Privileged ||
			!slices.ContainsFunc(host.SecurityOpt, func(s string) bool { return strings.HasPrefix(s, "no-new-privileges") }) {
			o.T.Errorf("%s is not restricted: %+v", c.Names, host)
		}
		if host.Memory == 0 || host.PidsLimit == nil || *host.PidsLimit <= 0 || host.NetworkMode.IsHost() || len(host.Binds) > 0 {
			o.T.Errorf("%s is not limited: %+v", c.Names, host)
		}
		if user := config.User; user == "" || user == "0" || user == "root" {
			o.T.Errorf("%s runs as %q", c.Names, user)
		}
	}
}

// verbs tries the other commands.
func (o *operator) verbs(address string) {
	t := o.T
	if r := o.Must("status", "hello"); !strings.Contains(r.Stdout, "yes, with status 200") {
		t.Errorf("status says %s", r.Stdout)
	}
	if r := o.Must("logs", "-n", "20"); !strings.Contains(r.Stdout, "gunicorn") {
		t.Errorf("the log is %q", r.Stdout)
	}
	if r := o.Run("run", "hello", "--", "sh", "-c", "id -u; echo no >&2; exit 3"); r.Code != 3 || r.Stdout != "10001\n" || r.Stderr != "no\n" {
		t.Errorf("a command in the app's place: %+v", r)
	}
	const secret = "of nobody's business"
	o.Must("env", "set", "--name", "hello", "GREETING="+secret)
	if r := o.Must("run", "hello", "--", "python3", "-c", "import os; print(os.environ['GREETING'])"); r.Stdout != secret+"\n" {
		t.Errorf("a variable is %q in the app", r.Stdout)
	}
	if r := o.Must("env", "list", "--name", "hello"); !strings.Contains(r.Stdout, "GREETING") || strings.Contains(r.Stdout, secret) {
		t.Errorf("env list says %s", r.Stdout)
	}
	if again := o.deploy("--sample", "hello"); again.Changed {
		t.Errorf("a run after env set changes something: %v", again.Steps)
	}
	images := o.docker("images", "--quiet", "--filter", "label=dev.slipway.tag="+o.tag("hello"))
	for image := range strings.FieldsSeq(images) {
		if about := o.docker("inspect", image) + o.docker("history", "--no-trunc", image); strings.Contains(about, secret) {
			t.Error("a variable's value is in the image")
		}
	}
	for _, verb := range [][]string{{"ssh", "hello", "--", "true"}, {"audit", "hello"}} {
		r := o.Run(verb...)
		if r.Code != 2 || r.Stdout != "" || !strings.Contains(strings.ToLower(r.Stderr), "docker") {
			t.Errorf("%s: exit %d, %s%s", verb[0], r.Code, r.Stdout, r.Stderr)
		}
	}
	asks(t, address, "Hello World")
}

// TestAccounts deploys an app with tests, then releases that are broken and whole.
func TestAccounts(t *testing.T) {
	o := newOperator(t)
	first := o.deploy("--sample", "accounts")
	asks(t, first.URL+"/customers", "customers")
	folder := e2e.UnpackSample(t, "accounts")
	const broken = "raise RuntimeError('broken on purpose')\n"
	refused := func(what string, args ...string) {
		t.Helper()
		r := o.Run(append([]string{"--yes", "--provider", "docker", folder, "--name", "accounts"}, args...)...)
		if r.Code != 1 || !strings.Contains(r.Stderr, "broken on purpose") {
			t.Errorf("%s: exit %d\n%s", what, r.Code, r.Stderr)
		}
		asks(t, first.URL+"/customers", "customers")
		if web := o.containers("accounts", "web"); len(web) != 1 || web[0].Labels["dev.slipway.release"] != first.Release {
			t.Errorf("after %s these run: %+v", what, web)
		}
		if left := o.containers("accounts", "once"); len(left) > 0 {
			t.Errorf("%s leaves %s", what, left[0].Names)
		}
	}
	edit(t, folder+"/testing/testing.py", "import unittest", broken+"import unittest")
	refused("failing tests")
	edit(t, folder+"/testing/testing.py", broken, "")
	edit(t, folder+"/app/app.py", "from flask import", broken+"from flask import")
	refused("a release that does not start", "--test-command", "true")
	edit(t, folder+"/app/app.py", broken, "")
	edit(t, folder+"/app/app.py", `name="Customer Account API"`, `name="Another API"`)
	second := o.deploy(folder, "--name", "accounts", "--test-command", "python testing/testing.py")
	asks(t, first.URL, "Another API")
	if second.Release == first.Release || second.URL != first.URL {
		t.Errorf("the second release: %+v", second)
	}
	if r := o.Must("rollback", "accounts"); r.Stdout != first.Release+"\n" {
		t.Errorf("rolled back to %s, want %s", r.Stdout, first.Release)
	}
	asks(t, first.URL, "Customer Account API")
	if r := o.Run("rollback", "accounts", "no-such"); r.Code != 2 || !strings.Contains(r.Stderr, second.Release) {
		t.Errorf("a release that is not there: exit %d, %s", r.Code, r.Stderr)
	}
	o.Must("rollback", "accounts", second.Release)
	asks(t, first.URL, "Another API")
	if d := o.deploy(folder, "--name", "accounts", "--test-command", "python testing/testing.py"); d.Changed {
		t.Errorf("a run without changes: %v", d.Steps)
	}
}
