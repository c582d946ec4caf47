package fakeheroku

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// service is a kind of add-on.
type service struct {
	name, human, variable, scheme string
	plans                         []plan
}

// plan is what an add-on costs in a month, in cents.
type plan struct {
	name, human string
	cents       int
}

var services = []service{
	{"heroku-postgresql", "Heroku Postgres", "DATABASE_URL", "postgres", []plan{{"essential-0", "Essential 0", 500}, {"essential-1", "Essential 1", 900}, {"standard-0", "Standard 0", 5000}}},
	{"heroku-redis", "Heroku Key-Value Store", "REDIS_URL", "rediss", []plan{{"mini", "Mini", 300}, {"premium-0", "Premium 0", 1500}}},
	{"jawsdb-maria", "JawsDB Maria", "JAWSDB_MARIA_URL", "mysql", []plan{{"kitefin", "Kitefin Shared", 0}, {"leopard", "Leopard Shared", 1000}, {"blacktip", "Blacktip", 2000}}},
}

type addOn struct {
	ID, Name, Plan, State string
	Vars                  map[string]string
	CreatedAt, UpdatedAt  time.Time
}

func (s service) id() string              { return idOf("service " + s.name) }
func (s service) full(p plan) string      { return s.name + ":" + p.name }
func (p plan) price() object              { return object{"cents": p.cents, "contract": false, "unit": "month"} }
func (s service) planID(p plan) string    { return idOf("plan " + s.full(p)) }
func (s service) brief() object           { return identity(s.id(), s.name) }
func (s service) planBrief(p plan) object { return identity(s.planID(p), s.full(p)) }

func serviceByIdentity(identity string) (service, bool) {
	for _, s := range services {
		if s.name == identity || s.id() == identity {
			return s, true
		}
	}
	return service{}, false
}

// planByIdentity takes an id, a full name, a name of the service's plans, or only the
// service, whose first plan is the usual one.
func planByIdentity(of, name string) (service, plan, bool) {
	for _, s := range services {
		if of != "" && of != s.name && of != s.id() {
			continue
		}
		for i, p := range s.plans {
			if name == s.planID(p) || name == s.full(p) || of != "" && name == p.name || i == 0 && name == s.name {
				return s, p, true
			}
		}
	}
	return service{}, plan{}, false
}

func (s service) json() object {
	return object{
		"cli_plugin_name": nil, "created_at": longAgo, "human_name": s.human, "id": s.id(), "name": s.name, "state": "ga",
		"supports_multiple_installations": true, "supports_sharing": true, "updated_at": longAgo, "supported_generations": []object{cedar},
	}
}

func (s service) planJSON(p plan) object {
	return object{
		"addon_service": s.brief(), "created_at": longAgo, "compliance": nil, "default": p == s.plans[0], "description": s.human + " " + p.human,
		"human_name": p.human, "id": s.planID(p), "installable_inside_private_network": false, "installable_outside_private_network": true,
		"name": s.full(p), "price": p.price(), "space_default": false, "state": "ga", "updated_at": longAgo, "visible": true,
	}
}

func (h *Heroku) listServices(k *call) {
	var all []object
	for _, s := range services {
		all = append(all, s.json())
	}
	k.list(all)
}

func (h *Heroku) getService(k *call) {
	s, ok := serviceByIdentity(k.path("service"))
	if !ok {
		k.notFound("add-on service")
		return
	}
	k.answer(http.StatusOK, s.json())
}

func (h *Heroku) listPlans(k *call) {
	s, ok := serviceByIdentity(k.path("service"))
	if !ok {
		k.notFound("add-on service")
		return
	}
	var all []object
	for _, p := range s.plans {
		all = append(all, s.planJSON(p))
	}
	k.list(all)
}

func (h *Heroku) getPlan(k *call) {
	s, p, ok := planByIdentity(k.path("service"), k.path("plan"))
	if !ok {
		k.notFound("plan")
		return
	}
	k.answer(http.StatusOK, s.planJSON(p))
}

func (h *Heroku) createAddOn(k *call, a *app) {
	var asked struct{ Plan, Name string }
	if !k.read(&asked) {
		return
	}
	s, p, ok := planByIdentity("", asked.Plan)
	switch {
	case h.unverified(k, "Please verify your account to install this add-on plan (please enter a credit card)."):
		return
	case !ok:
		k.invalid("Couldn't find either the add-on service or the add-on plan of %q.", asked.Plan)
		return
	case h.addOnByIdentity(asked.Name) != nil:
		k.invalid("Name %s is already taken", asked.Name)
		return
	}
	id := h.nextID()
	o := &addOn{ID: id, Name: asked.Name, Plan: s.full(p), State: "provisioning", CreatedAt: time.Now(), UpdatedAt: time.Now(), Vars: h.addOnValues(a, s, id)}
	if o.Name == "" {
		o.Name = strings.TrimPrefix(s.name, "heroku-") + "-curved-" + id[:5]
	}
	a.AddOns = append(a.AddOns, o)
	h.release(a, change{description: fmt.Sprintf("Attach %s (@%s)", strings.TrimSuffix(s.variable, "_URL"), o.Name), slug: a.newestSlug()})
	real := s.name == "heroku-postgresql" && h.HasPostgres()
	if slow := h.faults.SlowAddOn; slow > 0 || real {
		l := h.live[a.ID]
		h.spawn(l, func() { h.provision(l, a, o, s, slow, real) })
	} else {
		h.provisioned(a, o, s)
	}
	k.answer(http.StatusCreated, o.json(a))
}

// provision makes what an add-on stands for, which takes its time.
func (h *Heroku) provision(l *live, a *app, o *addOn, s service, slow time.Duration, real bool) {
	pause(l.ctx, slow)
	address := ""
	if real {
		var err error
		if address, err = h.databases.create(l.ctx, o.database()); err != nil {
			h.options.Log("the database of %s is not made: %v", o.Name, err)
			return
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if address != "" {
		for name := range o.Vars {
			o.Vars[name] = address
		}
	}
	h.provisioned(a, o, s)
}

// database is its name in the server for all.
func (o *addOn) database() string { return "d" + o.ID[:8] }

// removed takes an add-on's database away, if it has one.
func (h *Heroku) removed(o *addOn) {
	if strings.HasPrefix(o.Plan, "heroku-postgresql:") && h.HasPostgres() {
		h.work.Go(func() { h.databases.drop(h.ctx, o.database()) })
	}
}

// reviveAddOns starts the server for databases if an app has one, and goes on with what
// was being provisioned.
func (h *Heroku) reviveAddOns(a *app) {
	for _, o := range a.AddOns {
		s, _, _ := planByIdentity("", o.Plan)
		real := s.name == "heroku-postgresql" && h.HasPostgres()
		l := h.live[a.ID]
		switch {
		case o.State == "provisioning":
			h.spawn(l, func() { h.provision(l, a, o, s, 0, real) })
		case real:
			h.work.Go(func() {
				if _, err := h.databases.serve(h.ctx); err != nil {
					h.options.Log("the databases do not start: %v", err)
				}
			})
		}
	}
}

// addOnValues are the config vars of an add-on. Nothing answers at their addresses but
// at those of real databases.
func (h *Heroku) addOnValues(a *app, s service, id string) map[string]string {
	name := s.variable
	if _, has := a.Vars[name]; has {
		name = "HEROKU_" + strings.ToUpper(strings.ReplaceAll(s.name, "-", "_")) + "_" + strings.ToUpper(id[:4]) + "_URL"
	}
	return map[string]string{name: fmt.Sprintf("%s://u%s:p%s@%s.example.com:5432/d%s", s.scheme, id[:8], idOf(id)[:8], s.name, id[:8])}
}

// provisioned gives the app the add-on's config vars, in a release without release phase.
func (h *Heroku) provisioned(a *app, o *addOn, s service) {
	if h.live[a.ID] == nil || !slices.Contains(a.AddOns, o) {
		return
	}
	o.State, o.UpdatedAt = "provisioned", time.Now()
	maps.Copy(a.Vars, o.Vars)
	h.release(a, change{description: "Update " + strings.TrimSuffix(s.variable, "_URL") + " by " + s.name, slug: a.newestSlug(), ofAddOn: true})
	h.saveLater()
}

// addOnVars are the config vars that belong to add-ons.
func (a *app) addOnVars() []string {
	var names []string
	for _, o := range a.AddOns {
		if o.State == "provisioned" {
			for name := range o.Vars {
				names = append(names, name)
			}
		}
	}
	return names
}

func (o *addOn) json(a *app) object {
	s, p, _ := planByIdentity("", o.Plan)
	vars := []string{}
	for name := range o.Vars {
		vars = append(vars, name)
	}
	return object{
		"actions": []object{}, "addon_service": s.brief(), "billing_entity": object{"id": a.ID, "name": a.Name, "type": "app"}, "app": a.brief(),
		"billed_price": p.price(), "config_vars": vars, "created_at": stamp(o.CreatedAt), "id": o.ID, "name": o.Name, "plan": s.planBrief(p),
		"provider_id": o.ID, "provision_message": "", "state": o.State, "updated_at": stamp(o.UpdatedAt), "web_url": nil,
	}
}

func (a *app) addOn(identity string) *addOn {
	for _, o := range a.AddOns {
		if o.ID == identity || o.Name == identity {
			return o
		}
	}
	return nil
}

// addOnByIdentity finds an add-on of any app: their names are global.
func (h *Heroku) addOnByIdentity(identity string) *addOn {
	for _, a := range h.state.Apps {
		if o := a.addOn(identity); o != nil {
			return o
		}
	}
	return nil
}

func (h *Heroku) listAppAddOns(k *call, a *app) {
	var all []object
	for _, o := range a.AddOns {
		all = append(all, o.json(a))
	}
	k.list(all)
}

func (h *Heroku) listAddOns(k *call) {
	var all []object
	for _, a := range h.state.Apps {
		for _, o := range a.AddOns {
			all = append(all, o.json(a))
		}
	}
	k.list(all)
}

func (h *Heroku) getAddOn(k *call, a *app) {
	o := a.addOn(k.path("addon"))
	if o == nil {
		k.notFound("add-on")
		return
	}
	k.answer(http.StatusOK, o.json(a))
}

func (h *Heroku) getAnyAddOn(k *call) {
	for _, a := range h.state.Apps {
		if o := a.addOn(k.path("addon")); o != nil {
			k.answer(http.StatusOK, o.json(a))
			return
		}
	}
	k.notFound("add-on")
}

func (h *Heroku) deleteAddOn(k *call, a *app) {
	o := a.addOn(k.path("addon"))
	if o == nil {
		k.notFound("add-on")
		return
	}
	a.AddOns = slices.DeleteFunc(a.AddOns, func(other *addOn) bool { return other == o })
	if o.State == "provisioned" {
		for name := range o.Vars {
			delete(a.Vars, name)
		}
	}
	o.State = "deprovisioned"
	h.removed(o)
	h.release(a, change{description: "Detach (@" + o.Name + ")", slug: a.newestSlug()})
	k.answer(http.StatusOK, o.json(a))
}
