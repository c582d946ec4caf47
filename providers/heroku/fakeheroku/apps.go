package fakeheroku

import (
	"fmt"
	"net/http"
	"os"
	"regexp"
	"time"
)

type newApp struct {
	Name, Region, Stack, Team string
}

var appName = regexp.MustCompile(`^[a-z][a-z0-9-]*[a-z0-9]$`)

func (h *Heroku) createApp(k *call)     { h.create(k, h.appJSON) }
func (h *Heroku) createTeamApp(k *call) { h.create(k, h.teamAppJSON) }

func (h *Heroku) create(k *call, json func(*app) object) {
	var asked newApp
	if !k.read(&asked) || h.refusesApp(k, &asked) {
		return
	}
	now := time.Now()
	a := &app{
		ID: h.nextID(), Name: asked.Name, Region: asked.Region, Stack: asked.Stack, Team: asked.Team,
		CreatedAt: now, UpdatedAt: now, Vars: map[string]string{},
	}
	if err := h.revive(a); err != nil {
		k.fail(http.StatusInternalServerError, "internal_server_error", err.Error())
		return
	}
	h.state.Apps = append(h.state.Apps, a)
	h.isNew(a.ID)
	h.release(a, change{description: "Initial release"})
	h.release(a, change{description: "Enable Logplex"})
	k.answer(http.StatusCreated, json(a))
}

// refusesApp says why there can't be such an app, and fills in what was not asked for.
func (h *Heroku) refusesApp(k *call, asked *newApp) bool {
	if h.unverified(k, "To create an app, verify your account by adding payment information.") {
		return true
	}
	if asked.Name == "" {
		asked.Name = "still-brook-" + h.nextID()[:5]
	}
	if asked.Region == "" {
		asked.Region = "us"
	}
	if asked.Stack == "" {
		asked.Stack = "heroku-24"
	}
	region, known := pick(regions, asked.Region)
	stack, standing := pick(stacks, asked.Stack)
	_, member := h.teamByIdentity(asked.Team)
	switch {
	case h.faults.AppLimit:
		k.invalid("You've reached the limit of 100 apps for verified accounts. Learn more at https://devcenter.heroku.com/articles/limits")
	case len(asked.Name) < 3:
		k.invalid("Name is too short (minimum is 3 characters)")
	case len(asked.Name) > 30:
		k.invalid("Name is too long (maximum is 30 characters)")
	case !appName.MatchString(asked.Name):
		k.invalid("Name must start with a letter, end with a letter or digit and can only contain lowercase letters, digits, and dashes.")
	case h.taken(asked.Name), h.appByIdentity(asked.Name) != nil:
		k.invalid("Name %s is already taken", asked.Name)
	case !known:
		k.invalid("Region %s was not found.", asked.Region)
	case region["private_capable"] == true:
		k.invalid("Region %s is only available in private spaces.", asked.Region)
	case !standing:
		k.invalid("Stack %s was not found.", asked.Stack)
	case asked.Team != "" && !member:
		k.notFound("team")
	default:
		asked.Region, asked.Stack = region["name"].(string), stack["name"].(string)
		return false
	}
	return true
}

func (h *Heroku) appJSON(a *app) object {
	var slugSize, described any
	if s := a.slugOf(a.current()); s != nil {
		slugSize, described = s.Size, "Python"
	}
	return object{
		"acm": false, "archived_at": nil, "buildpack_provided_description": described, "build_stack": brief(stacks, a.Stack),
		"created_at": stamp(a.CreatedAt), "generation": cedar, "git_url": "https://git.heroku.com/" + a.Name + ".git", "id": a.ID,
		"internal_routing": nil, "maintenance": a.Maintenance, "name": a.Name, "owner": h.owner(a), "organization": h.teamOf(a), "team": h.teamOf(a),
		"region": brief(regions, a.Region), "released_at": maybe(a.ReleasedAt), "repo_size": nil, "slug_size": slugSize, "space": nil,
		"stack": brief(stacks, a.Stack), "updated_at": stamp(a.UpdatedAt), "web_url": a.url(),
	}
}

func (h *Heroku) teamAppJSON(a *app) object {
	o := h.appJSON(a)
	delete(o, "acm")
	delete(o, "generation")
	delete(o, "organization")
	o["joined"], o["locked"] = true, false
	return o
}

// owner of a team's app is the team.
func (h *Heroku) owner(a *app) object {
	if t, ok := h.teamByIdentity(a.Team); ok {
		return object{"email": t.Name + "@herokumanager.com", "id": t.ID}
	}
	return h.user()
}

func (h *Heroku) teamOf(a *app) any {
	if t, ok := h.teamByIdentity(a.Team); ok {
		return identity(t.ID, t.Name)
	}
	return nil
}

func (a *app) brief() object { return identity(a.ID, a.Name) }

func identity(id, name string) object { return object{"id": id, "name": name} }

// url is where the app answers. At Heroku it is a name below herokuapp.com.
func (a *app) url() string { return fmt.Sprintf("http://127.0.0.1:%d/", a.Port) }

func (h *Heroku) listApps(k *call) {
	k.list(h.apps(h.appJSON, func(*app) bool { return true }))
}

func (h *Heroku) listTeamApps(k *call) {
	t, ok := h.teamByIdentity(k.path("team"))
	if !ok {
		k.notFound("team")
		return
	}
	k.list(h.apps(h.teamAppJSON, func(a *app) bool { return a.Team == t.Name || a.Team == t.ID }))
}

func (h *Heroku) apps(json func(*app) object, wanted func(*app) bool) []object {
	var all []object
	for _, a := range h.state.Apps {
		if wanted(a) && h.misses[a.ID] == 0 {
			all = append(all, json(a))
		}
	}
	return all
}

func (h *Heroku) getApp(k *call, a *app)     { k.answer(http.StatusOK, h.appJSON(a)) }
func (h *Heroku) getTeamApp(k *call, a *app) { k.answer(http.StatusOK, h.teamAppJSON(a)) }

func (h *Heroku) updateApp(k *call, a *app) {
	var asked struct {
		Maintenance *bool
		Stack       string `json:"build_stack"`
	}
	if !k.read(&asked) {
		return
	}
	if asked.Stack != "" {
		stack, ok := pick(stacks, asked.Stack)
		if !ok {
			k.invalid("Stack %s was not found.", asked.Stack)
			return
		}
		a.Stack = stack["name"].(string)
	}
	if asked.Maintenance != nil {
		a.Maintenance = *asked.Maintenance
	}
	a.UpdatedAt = time.Now()
	k.answer(http.StatusOK, h.appJSON(a))
}

func (h *Heroku) deleteApp(k *call, a *app) {
	gone := h.appJSON(a)
	for i, other := range h.state.Apps {
		if other == a {
			h.state.Apps = append(h.state.Apps[:i], h.state.Apps[i+1:]...)
			break
		}
	}
	l := h.live[a.ID]
	delete(h.live, a.ID)
	l.stop()
	for _, o := range a.AddOns {
		h.removed(o)
	}
	for _, d := range l.dynos {
		h.end(d)
	}
	h.work.Go(func() {
		l.work.Wait()
		_ = os.RemoveAll(h.folder("apps", a.ID)) // what is left is in the way of nothing
	})
	k.answer(http.StatusOK, gone)
}

// feature is preboot, which lets new dynos listen before old ones end.
func (a *app) feature() object {
	return object{
		"created_at": longAgo, "description": "Start new web dynos before the old ones stop", "id": idOf("feature preboot"), "enabled": a.Preboot,
		"doc_url": "https://devcenter.heroku.com/articles/preboot", "name": "preboot", "state": "general", "updated_at": longAgo,
		"display_name": "Preboot", "feedback_email": "feedback@example.com",
	}
}

func (h *Heroku) listFeatures(k *call, a *app) { k.list([]object{a.feature()}) }

func (h *Heroku) getFeature(k *call, a *app) {
	k.one([]object{a.feature()}, k.path("feature"), "app feature")
}

func (h *Heroku) updateFeature(k *call, a *app) {
	var asked struct{ Enabled bool }
	if _, ok := pick([]object{a.feature()}, k.path("feature")); !ok {
		k.notFound("app feature")
		return
	}
	if !k.read(&asked) {
		return
	}
	if web := a.process("web"); asked.Enabled && web != nil {
		if s, _ := sizeByIdentity(web.Size); s.most == 1 {
			k.invalid("Preboot needs dynos of size Standard or better.")
			return
		}
	}
	a.Preboot = asked.Enabled
	k.answer(http.StatusOK, a.feature())
}
