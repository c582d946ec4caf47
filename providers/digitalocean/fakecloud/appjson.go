package fakecloud

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/digitalocean/godo"
)

// short are some letters that belong to an ID and are always the same.
func short(id string, n int) string {
	sum := sha256.Sum256([]byte(id))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:]))[:n]
}

// uuidOf is an ID that belongs to some words and is always the same.
func uuidOf(words ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(words, " ")))
	digits := fmt.Sprintf("%x", sum)
	return digits[:8] + "-" + digits[8:12] + "-4" + digits[12:15] + "-8" + digits[15:18] + "-" + digits[18:30]
}

// ingress is the URL that an app has of itself.
func (a *app) ingress() string {
	return "https://" + a.Spec.Name + "-" + short(a.ID, 5) + ".ondigitalocean.app"
}

// liveURL is where visitors reach an app.
func (c *Cloud) liveURL(a *app) string {
	if c.options.LiveURL != nil {
		return c.options.LiveURL(a.ID, a.Spec.Name)
	}
	for _, d := range a.Spec.Domains {
		if d.Type == godo.AppDomainSpecType_Primary && c.domainPhase(a, d) == "ACTIVE" {
			return "https://" + d.Domain
		}
	}
	return a.ingress()
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

func (c *Cloud) appJSON(a *app) map[string]any {
	region, _ := c.appRegion(a.Spec.Region)
	shown := map[string]any{
		"id": a.ID, "owner_uuid": "ff36cbc6fd350fe12577f5123133bb5ba01a2419", "spec": a.Spec, "region": region, "tier_slug": tier(a.Spec),
		"created_at": stamp(a.CreatedAt), "updated_at": stamp(a.UpdatedAt), "domains": c.appDomains(a), "project_id": or(a.ProjectID, c.state.Projects[0].ID),
	}
	if n := len(a.Deployments); n > 0 {
		shown["last_deployment_created_at"] = stamp(a.Deployments[n-1].CreatedAt)
	}
	if d := a.deployment(a.Active); d != nil {
		live := c.liveURL(a)
		shown["active_deployment"], shown["live_url"], shown["live_url_base"], shown["live_domain"] = d.json(), live, live, hostOf(live)
		shown["default_ingress"] = a.ingress() // also if LiveURL is elsewhere: domains point to it
	}
	if d := a.unfinished(); d != nil {
		name := "in_progress_deployment"
		if d.Phase == godo.DeploymentPhase_PendingBuild {
			name = "pending_deployment"
		}
		shown[name] = d.json()
	}
	if d := a.deployment(a.Pinned); d != nil {
		shown["pinned_deployment"] = d.json()
	}
	return shown
}

func tier(spec *godo.AppSpec) string {
	for _, one := range components(spec) {
		if s, _ := instanceSizeBySlug(one.size); s.Dedicated {
			return "professional"
		}
	}
	return "basic"
}

func (d *deployment) json() map[string]any {
	shown := map[string]any{
		"id": d.ID, "spec": d.Spec, "phase": d.Phase, "cause": d.Cause, "created_at": stamp(d.CreatedAt), "updated_at": stamp(d.PhaseAt),
		"phase_last_updated_at": stamp(d.PhaseAt), "progress": d.progress(), "tier_slug": tier(d.Spec),
	}
	for _, one := range components(d.Spec) {
		name := strings.ToLower(one.kind) + "s"
		some, _ := shown[name].([]map[string]any)
		shown[name] = append(some, map[string]any{"name": one.name})
	}
	if d.ClonedFrom != "" {
		shown["cloned_from"] = d.ClonedFrom
	}
	if d.Previous != "" {
		shown["previous_deployment_id"] = d.Previous
	}
	return shown
}

// instances are those that run of an app; without a runner all that its active deployment
// asks for.
func (c *Cloud) instances(a *app) []AppInstance {
	if c.options.Apps != nil {
		return c.options.Apps.Instances(a.ID)
	}
	all := []AppInstance{}
	d := a.deployment(a.Active)
	if d == nil {
		return all
	}
	for _, one := range components(d.Spec) {
		if one.kind == kindJob {
			continue
		}
		for i := range wanted(one) {
			name := one.name + "-" + short(d.ID, 9) + "-" + short(fmt.Sprint(d.ID, one.name, i), 5)
			all = append(all, AppInstance{Component: one.name, Kind: one.kind, Name: name, Ready: true, CPU: 1, Memory: 20})
		}
	}
	return all
}

// wanted is how many instances a component has to begin with.
func wanted(one component) int64 {
	if one.scaling != nil {
		return one.scaling.MinInstanceCount
	}
	return one.count
}

func (c *Cloud) listInstances(k *call, a *app) {
	list := []map[string]any{}
	for i, one := range c.instances(a) {
		list = append(list, map[string]any{
			"component_name": one.Component, "component_type": one.Kind, "instance_name": one.Name, "instance_alias": fmt.Sprintf("%s-%d", one.Component, i),
		})
	}
	k.answer(http.StatusOK, map[string]any{"instances": list})
}

func (c *Cloud) getHealth(k *call, a *app) {
	list := []map[string]any{}
	all := c.instances(a)
	for _, one := range components(a.Spec) {
		if one.kind == kindJob {
			continue
		}
		ready, cpu, memory := int64(0), 0.0, 0.0
		for _, i := range all {
			if i.Component == one.name && i.Ready {
				ready, cpu, memory = ready+1, cpu+i.CPU, memory+i.Memory
			}
		}
		state, share := "HEALTHY", float64(max(ready, 1))
		if ready == 0 {
			state = "UNHEALTHY"
		}
		list = append(list, map[string]any{
			"name": one.name, "replicas_desired": max(wanted(one), ready), "replicas_ready": ready, "state": state,
			"cpu_usage_percent": cpu / share, "memory_usage_percent": memory / share,
		})
	}
	k.answer(http.StatusOK, map[string]any{"app_health": map[string]any{"components": list}})
}
