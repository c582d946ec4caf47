package heroku

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"slipway/ui/e2e"
)

// TestLife is a deployment's whole life at Heroku.
func TestLife(t *testing.T) {
	o := newOperator(t)
	o.plansOnly()
	first := o.deploy("--sample", "hello", "--env", "SECRET=not-for-eyes")
	asks(t, first.URL, "Hello World")
	o.heroku.ForgetRequests()
	if again := o.deploy("--sample", "hello"); again.Changed || again.Release != first.Release || again.URL != first.URL {
		t.Errorf("the second run: %+v, %v", again.Outcome, again.Steps)
	}
	listed, status := o.Must("list"), o.Must("status")
	o.onlyReads()
	if !strings.Contains(listed.Stdout, "hello") || !strings.Contains(status.Stdout, "with status 200") || !strings.Contains(status.Stdout, "$7.00 a month") {
		t.Errorf("list says %s, status %s", listed.Stdout, status.Stdout)
	}
	o.operates(first)
	o.KeepsToItself(token)
	o.KeepsToItself("not-for-eyes")
	gone := o.Must("destroy", "-y", "--lose-data", "hello")
	if left := o.heroku.Contents(); !left.Empty() {
		t.Errorf("the account still has %+v", left)
	}
	for _, r := range []e2e.Result{listed, status, gone} {
		if strings.Contains(r.Stdout+r.Stderr, token) {
			t.Errorf("the token was printed:\n%s%s", r.Stdout, r.Stderr)
		}
	}
}

// plansOnly has slipway say what it would make and what it costs, and sees that nothing is
// made.
func (o *operator) plansOnly() {
	o.T.Helper()
	plan := o.Must(append([]string{"--plan"}, args("--sample", "hello", "--service", "postgres")...)...)
	for _, want := range []string{"create app hello-", "$7.00 a month", "heroku-postgresql", "what would be made costs $12.00 a month"} {
		if !strings.Contains(plan.Stderr, want) {
			o.T.Errorf("the plan does not say %q:\n%s", want, plan.Stderr)
		}
	}
	o.onlyReads()
	if _, err := os.Stat(o.State().Dir); !errors.Is(err, fs.ErrNotExist) {
		o.T.Error("the plan made something on this computer")
	}
}

// operates looks at the log, runs a command, changes variables, and asks for what takes a
// server.
func (o *operator) operates(first e2e.Deployed) {
	t := o.T
	e2e.Until(t, "the log", func() bool { return strings.Contains(o.Must("logs", "hello").Stdout, "GET /") })
	if r := o.Run("run", "hello", "--", "sh", "-c", "echo out of $SECRET; exit 3"); r.Code != 3 || !strings.Contains(r.Stdout, "out of not-for-eyes") {
		t.Errorf("run: exit %d, %s%s", r.Code, r.Stdout, r.Stderr)
	}
	o.Must("env", "set", "--name", "hello", "GREETING=hi")
	if r := o.Must("env", "list", "--name", "hello"); r.Stdout != "GREETING\nSECRET\n" {
		t.Errorf("the variables are %q", r.Stdout)
	}
	o.Must("env", "unset", "--name", "hello", "SECRET")
	asks(t, first.URL, "Hello World")
	if again := o.deploy("--sample", "hello"); again.Changed {
		t.Errorf("after a change of variables: %v", again.Steps)
	}
	for _, verb := range [][]string{{"ssh", "hello", "--", "true"}, {"audit", "hello"}} {
		if r := o.Run(verb...); r.Code != 2 || r.Stdout != "" || !strings.Contains(strings.ToLower(r.Stderr), "heroku") {
			t.Errorf("%s: exit %d, %s%s", verb[0], r.Code, r.Stdout, r.Stderr)
		}
	}
	if r := o.Run(append([]string{"--yes"}, args("--sample", "hello", "--hardening", "strict")...)...); r.Code != 2 || !strings.Contains(r.Stderr, "--hardening (from flag) takes a server, and heroku has none") {
		t.Errorf("--hardening: exit %d, %s", r.Code, r.Stderr)
	}
}

// TestAccounts deploys an app with tests, then releases that are broken and whole, and goes
// back.
func TestAccounts(t *testing.T) {
	o := newOperator(t)
	first := o.deploy("--sample", "accounts")
	asks(t, first.URL+"/customers", "customers")
	folder := e2e.UnpackSample(t, "accounts")
	const broken = "raise RuntimeError('broken on purpose')\n"
	refused := func(what string, words ...string) {
		t.Helper()
		r := o.Run(append([]string{"--yes"}, args(append([]string{folder, "--name", "accounts"}, words...)...)...)...)
		if r.Code != 1 || !strings.Contains(r.Stderr, "broken on purpose") {
			t.Errorf("%s: exit %d\n%s", what, r.Code, r.Stderr)
		}
		asks(t, first.URL+"/customers", "customers")
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
	if r := o.Must("rollback", "accounts"); r.Stdout != first.Release+"\n" {
		t.Errorf("rolled back to %s, want %s", r.Stdout, first.Release)
	}
	asks(t, first.URL, "Customer Account API")
	if r := o.Run("rollback", "accounts", "no-such"); r.Code != 2 || !strings.Contains(r.Stderr, second.Release) {
		t.Errorf("a release that is not there: exit %d, %s", r.Code, r.Stderr)
	}
	if d := o.deploy(folder, "--name", "accounts", "--test-command", "python testing/testing.py"); d.Release != second.Release {
		t.Errorf("deployed again: %+v", d.Outcome)
	}
	asks(t, first.URL, "Another API")
}

// TestDynosAndDatabases scales the processes and adds databases.
func TestDynosAndDatabases(t *testing.T) {
	o := newOperator(t)
	folder := e2e.UnpackSample(t, "hello")
	failOn(t, os.WriteFile(filepath.Join(folder, "slipway.toml"), []byte("[app.processes]\nclock = \"sleep 1000\"\n[heroku]\nweb = 2\n[services]\nredis = true\n"), 0o600))
	first := o.deploy(folder, "--name", "hello", "--service", "postgres")
	running := func(prefix string) int {
		return len(slices.DeleteFunc(o.heroku.Contents().Dynos, func(d string) bool { return !strings.HasPrefix(d, prefix) || !strings.HasSuffix(d, " up") }))
	}
	e2e.Until(t, "two dynos of the web and one of the clock", func() bool { return running("web.") == 2 && running("clock.") == 1 })
	if addOns := o.heroku.Contents().AddOns; len(addOns) != 1 || !strings.Contains(addOns[0], "heroku-postgresql") {
		t.Errorf("the add-ons are %v: the flag wins over slipway.toml", addOns)
	}
	if r := o.Run("run", "hello", "--", "sh", "-c", "echo ${DATABASE_URL%%:*}"); !strings.Contains(r.Stdout, "postgres") {
		t.Errorf("the app's database is %s%s", r.Stdout, r.Stderr)
	}
	o.deploy(folder, "--name", "hello", "--instances", "1")
	e2e.Until(t, "one dyno of the web", func() bool { return running("web.") == 1 })
	asks(t, first.URL, "Hello World")
}
