package fakeheroku_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	client "github.com/heroku/heroku-go/v6"

	"slipway/providers/heroku/fakeheroku"
)

// faults sets faults as another process does.
func (a account) faults(settings ...string) {
	a.t.Helper()
	request := must(http.NewRequestWithContext(a.t.Context(), http.MethodPost, a.url+fakeheroku.ControlPath+"faults", strings.NewReader(strings.Join(settings, "\n"))))
	if status := do(request); status != http.StatusNoContent {
		a.t.Fatalf("the faults %q are answered with %d", settings, status)
	}
}

func TestRefusals(t *testing.T) {
	a := open(t, fakeheroku.Options{})
	a.app("refuses-it")
	create := func(name string) error {
		_, err := a.AppCreate(t.Context(), client.AppCreateOpts{Name: &name})
		return err
	}
	addOn := func(string) error {
		_, err := a.AddOnCreate(t.Context(), "refuses-it", client.AddOnCreateOpts{Plan: "heroku-redis:mini"})
		return err
	}
	look := func(name string) error {
		_, err := a.AppInfo(t.Context(), name)
		return err
	}
	for _, c := range []struct {
		fault  string
		do     func(string) error
		name   string
		status int
		id     string
	}{
		{"", create, "hello", 422, "invalid_params"},
		{"", create, "refuses-it", 422, "invalid_params"},
		{"taken=my-own-name", create, "my-own-name", 422, "invalid_params"},
		{"app-limit", create, "one-too-many", 422, "invalid_params"},
		{"unverified", create, "without-money", 402, "verification_required"},
		{"unverified", addOn, "", 402, "verification_required"},
		{"unauthorized", create, "no-login", 401, "unauthorized"},
		{"suspended", look, "refuses-it", 403, "suspended"},
		{"forbidden=apps", create, "not-allowed", 403, "forbidden"},
		{"", look, "hello", 403, "forbidden"},
		{"", look, "not-there", 404, "not_found"},
		{"too-many=1", look, "refuses-it", 429, "rate_limit"},
		{"broken-reads=1", look, "refuses-it", 503, "service_unavailable"},
		{"error-before=apps", create, "never-made", 503, "service_unavailable"},
		{"error-after=apps", create, "made-yet-500", 500, "internal_server_error"},
		{"late-lookups=1", func(name string) error { return errors.Join(create(name), look(name)) }, "comes-late", 404, "not_found"},
		{"down", look, "refuses-it", 503, "service_unavailable"},
	} {
		t.Run(fmt.Sprint(c.fault, " ", c.name), func(t *testing.T) {
			a.faults(c.fault)
			err := c.do(c.name)
			var problem client.Error
			if !errors.As(err, &problem) || problem.StatusCode != c.status || problem.ID != c.id {
				t.Errorf("it is answered with %v (%+v), want %d %s", err, problem, c.status, c.id)
			}
		})
	}
	a.faults("")
	if err := look("made-yet-500"); err != nil {
		t.Errorf("what was made before its answer went wrong is not there: %v", err)
	}
	if err := look("never-made"); err == nil {
		t.Error("what was refused was made")
	}
}

// What the schema refuses already is refused here too.
func TestNames(t *testing.T) {
	a := open(t, fakeheroku.Options{})
	for _, name := range []string{"Upper", "ab", strings.Repeat("a", 31), "ends-with-", "1st", "under_score"} {
		request := httptest.NewRequest(http.MethodPost, "/apps", strings.NewReader(fmt.Sprintf(`{"name": %q}`, name)))
		request.Header.Set("Authorization", "Bearer secret-token")
		answer := httptest.NewRecorder()
		a.ServeHTTP(answer, request)
		if answer.Code != http.StatusUnprocessableEntity {
			t.Errorf("the name %s is answered with %d", name, answer.Code)
		}
	}
}

func TestLostAnswers(t *testing.T) {
	a := open(t, fakeheroku.Options{})
	for i, fault := range []string{"drop-after=apps", "torn-after=apps", "drop-before=apps"} {
		a.faults(fault)
		name := fmt.Sprintf("lost-answer-%d", i)
		if _, err := a.AppCreate(t.Context(), client.AppCreateOpts{Name: &name}); err == nil {
			t.Errorf("%s: there is an answer", fault)
		}
		_, err := a.AppInfo(t.Context(), name)
		if made := err == nil; made != strings.Contains(fault, "after") {
			t.Errorf("%s: made is %v", fault, made)
		}
		if _, err := a.AppCreate(t.Context(), client.AppCreateOpts{Name: new(name + "-b")}); err != nil {
			t.Errorf("%s strikes twice: %v", fault, err)
		}
	}
	if n := a.Count(http.MethodPost, "apps"); n != 6 {
		t.Errorf("there were %d creates", n)
	}
}

func TestFaultsOfWhatRuns(t *testing.T) {
	a := open(t, fakeheroku.Options{})
	a.app("runs-badly")
	a.faults("fail-build", "slow-build=50ms")
	if b, output := a.build("runs-badly", app("one")); b.Status != "failed" || !strings.Contains(output, "No matching distribution") {
		t.Errorf("the build is %s:\n%s", b.Status, output)
	}
	a.faults("cut-output")
	if b, output := a.build("runs-badly", app("one")); b.Status != "succeeded" || strings.Contains(output, "Launching") {
		t.Errorf("the build is %s, and its output is whole:\n%s", b.Status, output)
	}
	a.faults("fail-release", "slow-release=50ms")
	a.build("runs-badly", with(app("one"), "Procfile", "web: python app.py\nrelease: true\n"))
	if r := a.settled("runs-badly"); r.Status != "failed" || r.OutputStreamURL == nil {
		t.Errorf("the release is %+v", r)
	}
	a.faults("refused-upload")
	source := must(a.SourceCreate(t.Context()))
	request := must(http.NewRequestWithContext(t.Context(), http.MethodPut, source.SourceBlob.PutURL, strings.NewReader("x")))
	if status := do(request); status != http.StatusForbidden {
		t.Errorf("the upload is answered with %d", status)
	}
	status, body := get(t, a.url+fakeheroku.ControlPath+"contents")
	var contents fakeheroku.Contents
	if err := json.Unmarshal([]byte(body), &contents); status != http.StatusOK || err != nil || len(contents.Apps) != 1 {
		t.Errorf("the contents are %d %s", status, body)
	}
}

func TestAddOns(t *testing.T) {
	a := open(t, fakeheroku.Options{})
	a.app("adds-to-it")
	a.faults("slow-addon=100ms")
	o := must(a.AddOnCreate(t.Context(), "adds-to-it", client.AddOnCreateOpts{Plan: "heroku-postgresql:essential-0"}))
	if o.State != "provisioning" || o.BilledPrice.Cents != 500 || len(o.ConfigVars) != 1 || o.ConfigVars[0] != "DATABASE_URL" {
		t.Errorf("the add-on is %+v", o)
	}
	until(t, "the add-on", func() bool { return must(a.AddOnInfo(t.Context(), o.ID)).State == "provisioned" })
	vars := must(a.ConfigVarInfoForApp(t.Context(), "adds-to-it"))
	if v := vars["DATABASE_URL"]; v == nil || !strings.HasPrefix(*v, "postgres://") {
		t.Errorf("the config vars are %v", vars)
	}
	if _, err := a.ConfigVarUpdate(t.Context(), "adds-to-it", map[string]*string{"DATABASE_URL": nil}); err == nil {
		t.Error("an add-on's config var can be removed")
	}
	must(a.AddOnDelete(t.Context(), "adds-to-it", o.Name))
	if vars := must(a.ConfigVarInfoForApp(t.Context(), "adds-to-it")); len(vars) != 0 {
		t.Errorf("after the add-on's removal the config vars are %v", vars)
	}
	for _, plan := range []string{"heroku-redis:mini", "jawsdb-maria:kitefin", "heroku-postgresql"} {
		p := must(a.PlanInfo(t.Context(), plan))
		must(a.AddOnCreate(t.Context(), "adds-to-it", client.AddOnCreateOpts{Plan: p.Name}))
	}
	if got := a.Contents().AddOns; len(got) != 3 {
		t.Errorf("the add-ons are %q", got)
	}
}

func TestLists(t *testing.T) {
	a := open(t, fakeheroku.Options{PageSize: 2, Teams: []string{"builders"}})
	for _, name := range []string{"aaa", "bbb", "ccc"} {
		a.app(name)
	}
	must(a.TeamAppCreate(t.Context(), client.TeamAppCreateOpts{Name: new("of-a-team"), Team: new("builders")}))
	if got := must(a.TeamAppListByTeam(t.Context(), "builders", nil)); len(got) != 1 || got[0].Name != "of-a-team" {
		t.Errorf("the team's apps are %+v", got)
	}
	must(a.TeamAppInfo(t.Context(), "of-a-team"))
	request := must(http.NewRequestWithContext(t.Context(), http.MethodGet, a.url+"/apps", nil))
	request.Header.Set("Accept", "application/vnd.heroku+json; version=3")
	request.SetBasicAuth("", "secret-token")
	var names []string
	for next := "name ..; max=3,order=desc"; next != ""; {
		request.Header.Set("Range", next)
		var page []client.App
		next = nextPage(t, request, &page)
		for _, app := range page {
			names = append(names, app.Name)
		}
	}
	if got := strings.Join(names, " "); got != "of-a-team ccc bbb aaa" {
		t.Errorf("the apps are %s", got)
	}
	for _, err := range []error{
		second(a.RegionList(t.Context(), nil)), second(a.StackList(t.Context(), nil)), second(a.DynoSizeList(t.Context(), nil)),
		second(a.PlanListByAddOn(t.Context(), "heroku-postgresql", nil)), second(a.AccountInfo(t.Context())), second(a.RateLimitInfo(t.Context())),
		second(a.TeamList(t.Context(), nil)), second(a.AddOnList(t.Context(), nil)), second(a.DynoList(t.Context(), "aaa", nil)),
	} {
		if err != nil {
			t.Error(err)
		}
	}
}

// nextPage reads a page of a list and returns where it goes on; "" is nowhere.
func nextPage(t *testing.T, request *http.Request, page any) string {
	t.Helper()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(page); err != nil {
		t.Fatal(err)
	}
	next := response.Header.Get("Next-Range")
	if (response.StatusCode == http.StatusPartialContent) != (next != "") {
		t.Errorf("the status is %s and there is more: %q", response.Status, next)
	}
	return next
}

func second[T any](_ T, err error) error { return err }

func TestHourlyLimit(t *testing.T) {
	a := open(t, fakeheroku.Options{HourlyLimit: 3})
	var err error
	for range 4 {
		_, err = a.AccountInfo(t.Context())
	}
	var problem client.Error
	if !errors.As(err, &problem) || problem.StatusCode != http.StatusTooManyRequests {
		t.Errorf("the fourth call is answered with %v", err)
	}
	if n := time.Since(a.Requests()[0].Time); n > time.Minute {
		t.Errorf("the first call was %s ago", n)
	}
}
