package fakecloud_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"slipway/providers/digitalocean/fakecloud"
)

// deployed makes an app and waits for its first deployment.
func deployed(t *testing.T) (c client, cloud *fakecloud.Cloud, clock *fakecloud.VirtualClock, path string) {
	t.Helper()
	c, cloud, clock = appCloud(t, fakecloud.Faults{})
	path, _ = c.makeApp(shop)
	pass(t, clock, time.Minute)
	return c, cloud, clock, path
}

// TestFailedDeployments: a deployment that fails says where and why, and what served before
// still does.
func TestFailedDeployments(t *testing.T) {
	for _, f := range []struct {
		faults      fakecloud.Faults
		group, code string
	}{
		{fakecloud.Faults{ImageMissing: 1}, "build", fakecloud.CodeImageNotFound},
		{fakecloud.Faults{JobFails: 1}, "deploy", fakecloud.CodeExitNonZero},
		{fakecloud.Faults{Unhealthy: 1}, "deploy", fakecloud.CodeHealthChecks},
	} {
		t.Run(f.code, func(t *testing.T) {
			c, cloud, clock, path := deployed(t)
			cloud.SetFaults(f.faults)
			c.call("PUT", path, body(strings.ReplaceAll(shop, `"r1"`, `"r2"`)))
			pass(t, clock, time.Minute)
			_, _, list := c.call("GET", path+"/deployments", "")
			failed := at(list, "deployments", 0)
			steps := fmt.Sprint(at(failed, "progress", "steps"))
			if at(failed, "phase") != "ERROR" || at(failed, "progress", "error_steps") != 1.0 || !strings.Contains(steps, f.code) {
				t.Errorf("the deployment is %v", failed)
			}
			for i, name := range []string{"build", "deploy"} {
				if got := at(failed, "progress", "steps", i, "status") == "ERROR"; got != (name == f.group) {
					t.Errorf("step %s is an error: %v", name, got)
				}
			}
			app := c.app(path)
			if at(app, "active_deployment", "id") != at(list, "deployments", 1, "id") || at(app, "active_deployment", "phase") != "ACTIVE" {
				t.Errorf("what serves is %v", app["active_deployment"])
			}
		})
	}
}

// TestSuperseded: of two deployments the older one is superseded, also if the newer is
// somebody else's.
func TestSuperseded(t *testing.T) {
	c, cloud, clock, path := deployed(t)
	_, _, older := c.call("POST", path+"/deployments", `{"force_build":true}`)
	c.call("POST", path+"/restart", `{"components":[]}`)
	_, _, now := c.call("GET", path+"/deployments/"+at(older, "deployment", "id").(string), "")
	if at(now, "deployment", "phase") != "SUPERSEDED" {
		t.Errorf("the older one is %v", now)
	}
	pass(t, clock, time.Minute)
	cloud.SetFaults(fakecloud.Faults{Superseded: 1})
	_, _, mine := c.call("POST", path+"/deployments", `{}`)
	pass(t, clock, time.Minute)
	_, _, list := c.call("GET", path+"/deployments", "")
	if at(list, "deployments", 1, "id") != at(mine, "deployment", "id") || at(list, "deployments", 1, "phase") != "SUPERSEDED" {
		t.Errorf("the deployments are %v", list)
	}
	_, _, other := c.call("POST", path+"/deployments", `{}`)
	id := at(other, "deployment", "id").(string)
	if status, _, canceled := c.call("POST", path+"/deployments/"+id+"/cancel", ""); status != http.StatusOK || at(canceled, "deployment", "phase") != "CANCELED" {
		t.Errorf("cancel answered %d %v", status, canceled)
	}
	if status, _, _ := c.call("POST", path+"/deployments/"+id+"/cancel", ""); status != http.StatusBadRequest {
		t.Errorf("the second cancel answered %d", status)
	}
}

// TestRollback: an app returns to a deployment that served, is pinned to it until that is
// committed or reverted, and returns to nothing else.
func TestRollback(t *testing.T) {
	c, cloud, clock, path := deployed(t)
	first := at(c.app(path), "active_deployment", "id").(string)
	cloud.SetFaults(fakecloud.Faults{Unhealthy: 1})
	c.call("PUT", path, body(strings.ReplaceAll(shop, `"r1"`, `"r2"`)))
	pass(t, clock, time.Minute)
	_, _, list := c.call("GET", path+"/deployments", "")
	ask := func(call, id string) (int, map[string]any) {
		status, _, answer := c.call("POST", path+"/rollback"+call, `{"deployment_id":"`+id+`"}`)
		return status, answer
	}
	if _, answer := ask("/validate", at(list, "deployments", 0, "id").(string)); answer["valid"] != false || at(answer, "error", "code") != "incompatible_result" {
		t.Errorf("a failed deployment: %v", answer)
	}
	c.call("PUT", path, body(strings.ReplaceAll(shop, `"r1"`, `"r3"`)))
	pass(t, clock, time.Minute)
	if _, answer := ask("/validate", first); answer["valid"] != true {
		t.Errorf("the first deployment: %v", answer)
	}
	if status, answer := ask("", first); status != http.StatusOK || at(answer, "deployment", "cloned_from") != first {
		t.Errorf("rollback answered %d %v", status, answer)
	}
	if status, _, _ := c.call("POST", path+"/deployments", `{}`); status != http.StatusConflict {
		t.Errorf("a deployment of a pinned app answered %d", status)
	}
	if status, _, _ := c.call("POST", path+"/rollback/commit", ""); status != http.StatusBadRequest {
		t.Errorf("the commit of a rollback under way answered %d", status)
	}
	pass(t, clock, time.Minute)
	if tag := at(c.app(path), "active_deployment", "spec", "services", 0, "image", "tag"); tag != "r1" {
		t.Errorf("after the rollback %v serves", tag)
	}
	if _, answer := ask("/validate", first); at(answer, "error", "code") != "app_pinned" {
		t.Errorf("a rollback of a pinned app: %v", answer)
	}
	if status, _, answer := c.call("POST", path+"/rollback/revert", ""); status != http.StatusOK || at(answer, "deployment", "spec", "services", 0, "image", "tag") != "r3" {
		t.Errorf("revert answered %d %v", status, answer)
	}
	pass(t, clock, time.Minute)
	ask("", first)
	pass(t, clock, time.Minute)
	if status, _, _ := c.call("POST", path+"/rollback/commit", ""); status != http.StatusOK || at(c.app(path), "pinned_deployment") != nil {
		t.Errorf("commit answered %d", status)
	}
}

// TestLostAnswers: what took effect is there though the answer was lost; a list that lags
// does not show it yet.
func TestLostAnswers(t *testing.T) {
	c, cloud, clock := appCloud(t, fakecloud.Faults{DropAfter: "apps", ListLag: 20 * time.Second})
	if status, _, _ := c.call("POST", "/v2/apps/propose", body(shop)); status != http.StatusOK {
		t.Errorf("the proposal answered %d", status)
	}
	if status, _, _ := c.call("POST", "/v2/apps", body(shop)); status != 0 {
		t.Errorf("the create was answered with %d", status)
	}
	if _, _, list := c.call("GET", "/v2/apps", ""); at(list, "meta", "total") != 0.0 {
		t.Errorf("a list that lags has %v", list)
	}
	pass(t, clock, time.Minute)
	_, _, list := c.call("GET", "/v2/apps", "")
	id, _ := at(list, "apps", 0, "id").(string)
	cloud.SetFaults(fakecloud.Faults{TornAfter: "apps"})
	if status, _, _ := c.call("PUT", "/v2/apps/"+id, body(strings.ReplaceAll(shop, `"r1"`, `"r2"`))); status != 0 {
		t.Errorf("the update was answered with %d", status)
	}
	if tag := at(c.app("/v2/apps/"+id), "spec", "services", 0, "image", "tag"); tag != "r2" {
		t.Errorf("after the update the spec has %v", tag)
	}
}

// TestRefusedCreates: an account that can't pay, that has all its apps or whose token lacks
// the scope makes no app.
func TestRefusedCreates(t *testing.T) {
	for _, r := range []struct {
		faults fakecloud.Faults
		status int
	}{
		{fakecloud.Faults{PaymentRequired: "apps"}, http.StatusPaymentRequired},
		{fakecloud.Faults{MissingScope: "app:create"}, http.StatusForbidden},
		{fakecloud.Faults{ErrorBefore: "apps"}, http.StatusInternalServerError},
	} {
		c, cloud, _ := appCloud(t, r.faults)
		if status, _, _ := c.call("POST", "/v2/apps", body(shop)); status != r.status || !cloud.Contents().Empty() {
			t.Errorf("%+v: answered %d, want %d", r.faults, status, r.status)
		}
	}
}

// TestDomains: a domain of a zone in the account is connected by App Platform; any other
// waits for its record.
func TestDomains(t *testing.T) {
	c, cloud, clock := appCloud(t, fakecloud.Faults{})
	cloud.AddDomain("example.com")
	cloud.AddDomain("example.net")
	spec := strings.Replace(shop, `"alerts"`, `"domains":[{"domain":"shop.example.com","type":"PRIMARY","zone":"example.com"},{"domain":"example.net","type":"ALIAS"}],"alerts"`, 1)
	path, _ := c.makeApp(spec)
	pass(t, clock, time.Minute)
	app := c.app(path)
	if app["live_url"] != "https://shop.example.com" || at(app, "domains", 0, "phase") != "ACTIVE" || at(app, "domains", 1, "phase") != "CONFIGURING" {
		t.Errorf("the app is %v", app)
	}
	ingress := strings.TrimPrefix(app["default_ingress"].(string), "https://")
	cloud.AddRecord("example.net", "CNAME", "@", ingress+".")
	if phase := at(c.app(path), "domains", 1, "phase"); phase != "ACTIVE" {
		t.Errorf("with its record the domain is %v", phase)
	}
}

// TestAlerts: alerts are those of the spec, and go where they are told to.
func TestAlerts(t *testing.T) {
	c, _, _, path := deployed(t)
	_, _, list := c.call("GET", path+"/alerts", "")
	id, _ := at(list, "alerts", 1, "id").(string)
	if len(list["alerts"].([]any)) != 2 || at(list, "alerts", 1, "component_name") != "web" {
		t.Errorf("the alerts are %v", list)
	}
	_, _, one := c.call("POST", path+"/alerts/"+id+"/destinations", `{"emails":["on-call@example.com"],"slack_webhooks":[]}`)
	if at(one, "alert", "emails", 0) != "on-call@example.com" {
		t.Errorf("the alert is %v", one)
	}
}
