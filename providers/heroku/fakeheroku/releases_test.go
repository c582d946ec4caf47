package fakeheroku_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	client "github.com/heroku/heroku-go/v6"

	"slipway/providers/heroku/fakeheroku"
)

// with is files with one more, or with another text of one.
func with(files map[string]string, name, text string) map[string]string {
	files[name] = text
	return files
}

func TestReleasePhase(t *testing.T) {
	a := open(t, fakeheroku.Options{})
	made := a.app("phases-of-it")
	good := with(app("one"), "Procfile", "web: python app.py\nrelease: echo migrating; test \"$REFUSE\" = \"\"\n")
	a.build("phases-of-it", good)
	first := a.settled("phases-of-it")
	if first.Status != "succeeded" || !first.Current {
		t.Fatalf("the first release is %+v", first)
	}
	if _, output := get(t, *first.OutputStreamURL); output != "migrating\n" {
		t.Errorf("the release phase printed %q", output)
	}
	// What fails leaves the release before it in charge.
	must(a.ConfigVarUpdate(t.Context(), "phases-of-it", map[string]*string{"REFUSE": new("1"), "GREETING": new("new")}))
	second := a.settled("phases-of-it")
	if second.Status != "failed" || second.Current {
		t.Errorf("the second release is %+v", second)
	}
	if _, body := get(t, *made.WebURL); body != "one 1 -" {
		t.Errorf("after a failed release phase it answers %q", body)
	}
	must(a.ConfigVarUpdate(t.Context(), "phases-of-it", map[string]*string{"REFUSE": nil}))
	if third := a.settled("phases-of-it"); !third.Current {
		t.Errorf("the third release is %+v", third)
	}
	if _, body := get(t, *made.WebURL); body != "one 1 new" {
		t.Errorf("after the third release it answers %q", body)
	}
	if _, err := a.ReleaseRollback(t.Context(), "phases-of-it", client.ReleaseRollbackOpts{Release: second.ID}); err == nil {
		t.Error("a rollback goes to a release that failed")
	}
}

func TestBootTimeoutAndCrash(t *testing.T) {
	a := open(t, fakeheroku.Options{BootTimeout: 300 * time.Millisecond})
	made := a.app("boots-of-it")
	for _, c := range []struct{ name, web, log string }{
		{"it does not listen", "sleep 600", "Error R10 (Boot timeout)"},
		{"it listens on this computer only", `python -m http.server -b 127.0.0.1 $PORT`, "Error R10 (Boot timeout)"},
		{"it ends", "echo no such thing; exit 1", "Process exited with status 1"},
	} {
		b, _ := a.build("boots-of-it", with(app("one"), "Procfile", "web: "+c.web+"\n"))
		if b.Status != "succeeded" {
			t.Fatalf("%s: the build is %s", c.name, b.Status)
		}
		until(t, c.name, func() bool {
			return strings.HasSuffix(strings.Join(a.Contents().Dynos, ";"), "web.1 boots-of-it crashed")
		})
		if status, _ := get(t, *made.WebURL); status != http.StatusServiceUnavailable {
			t.Errorf("%s: it answers %d", c.name, status)
		}
		session := must(a.LogSessionCreate(t.Context(), "boots-of-it", client.LogSessionCreateOpts{Lines: new(30)}))
		if _, log := get(t, session.LogplexURL); !strings.Contains(log, c.log) || !strings.Contains(log, "code=H10") {
			t.Errorf("%s: the log is\n%s", c.name, log)
		}
	}
}

func TestStateOutlivesTheSimulation(t *testing.T) {
	dir := t.TempDir()
	a := open(t, fakeheroku.Options{Dir: dir, Teams: []string{"builders"}})
	made := a.app("lasts-for-long")
	a.build("lasts-for-long", app("one"))
	must(a.AddOnCreate(t.Context(), "lasts-for-long", client.AddOnCreateOpts{Plan: "heroku-postgresql:essential-0"}))
	before := a.settled("lasts-for-long").Version
	a.Close()
	again := open(t, fakeheroku.Options{Dir: dir})
	if _, body := get(t, *made.WebURL); body != "one 1 -" {
		t.Errorf("it answers %q", body)
	}
	if after := again.settled("lasts-for-long").Version; after != before {
		t.Errorf("it has release v%d and had v%d", after, before)
	}
}

func TestPreboot(t *testing.T) {
	a := open(t, fakeheroku.Options{})
	made := a.app("boots-before")
	a.build("boots-before", app("one"))
	size := struct {
		ID   *string `json:"id,omitempty" url:"id,omitempty,key"`
		Name *string `json:"name,omitempty" url:"name,omitempty,key"`
	}{Name: new("standard-1x")}
	if _, err := a.AppFeatureUpdate(t.Context(), "boots-before", "preboot", client.AppFeatureUpdateOpts{Enabled: true}); err == nil {
		t.Error("preboot works with basic dynos")
	}
	must(a.FormationUpdate(t.Context(), "boots-before", "web", client.FormationUpdateOpts{DynoSize: &size}))
	must(a.AppFeatureUpdate(t.Context(), "boots-before", "preboot", client.AppFeatureUpdateOpts{Enabled: true}))
	until(t, "the dyno of the other size", a.Idle)
	a.SetFaults(fakeheroku.Faults{SlowBoot: time.Second})
	must(a.ConfigVarUpdate(t.Context(), "boots-before", map[string]*string{"GREETING": new("new")}))
	if _, body := get(t, *made.WebURL); body != "one 1 -" {
		t.Errorf("while the new dyno starts it answers %q", body)
	}
	until(t, "the end of the old dyno", func() bool { return a.Idle() && len(a.Contents().Dynos) == 1 })
	if _, body := get(t, *made.WebURL); body != "one 1 new" {
		t.Errorf("after that it answers %q", body)
	}
}
