package fakeheroku

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The states of builds and releases.
const (
	pending   = "pending"
	succeeded = "succeeded"
	failed    = "failed"
	expired   = "expired"
)

type release struct {
	ID, Description, Slug, Status string
	Version                       int
	Output                        string // the stream of its release phase
	CreatedAt, UpdatedAt          time.Time
	Vars                          map[string]string
}

// change is why there is a new release.
type change struct {
	description string
	slug        string
	ofAddOn     bool // only the add-on's own config vars changed: no release phase
}

func (a *app) current() *release { return a.releaseByIdentity(a.Current) }

func (a *app) releaseByIdentity(identity string) *release {
	for _, r := range a.Releases {
		if r.ID == identity || strconv.Itoa(r.Version) == strings.TrimPrefix(identity, "v") {
			return r
		}
	}
	return nil
}

// newestSlug is the code that a release runs which changes something else. A release whose
// release phase failed counts for nothing.
func (a *app) newestSlug() string {
	for _, r := range slices.Backward(a.Releases) {
		if r.Status == succeeded || r.Status == pending {
			return r.Slug
		}
	}
	return ""
}

// release makes a release of the app's config vars and a slug. Without a release phase
// it runs at once, else when that has succeeded.
func (h *Heroku) release(a *app, c change) *release {
	now := time.Now()
	r := &release{
		ID: h.nextID(), Description: c.description, Slug: c.slug, Status: succeeded, Version: len(a.Releases) + 1,
		CreatedAt: now, UpdatedAt: now, Vars: maps.Clone(a.Vars),
	}
	a.Releases = append(a.Releases, r)
	h.isNew(r.ID)
	l := h.live[a.ID]
	l.logs.api("Release v%d created by user %s", r.Version, h.options.Email)
	phase := ""
	if s := a.slugOf(r); s != nil && !c.ofAddOn {
		phase = s.Types["release"]
	}
	if phase == "" {
		h.runs(a, r)
		return r
	}
	r.Status = pending
	r.Output = h.nextID()
	h.work.Go(func() { h.releasePhase(a, l, r, phase) })
	return r
}

// releasePhase runs the release command; the app's releases have theirs one after
// another.
func (h *Heroku) releasePhase(a *app, l *live, r *release, command string) {
	l.phase.Lock()
	defer l.phase.Unlock()
	h.mu.Lock()
	out := h.openStream(r.Output)
	d := h.newDyno(a, r, "release", command, "")
	faults := h.faults
	h.mu.Unlock()
	sink := l.logs.writer("app", d.Name, out)
	status := 1
	switch pause(l.ctx, faults.SlowRelease); {
	case faults.FailRelease:
		sink.line("Error: this release phase was told to fail")
	default:
		status = h.runOnce(a, l, d, sink)
	}
	sink.flush()
	out.close()
	h.mu.Lock()
	defer h.mu.Unlock()
	l.forget(d)
	r.UpdatedAt = time.Now()
	if status != 0 || l.ctx.Err() != nil {
		r.Status = failed
		l.logs.api("Release v%d command failed", r.Version)
	} else {
		r.Status = succeeded
		h.runs(a, r)
	}
	h.saveLater()
}

// runs lets the dynos run a release, unless a later one runs already.
func (h *Heroku) runs(a *app, r *release) {
	if c := a.current(); c != nil && c.Version > r.Version || h.live[a.ID] == nil {
		return
	}
	now := time.Now()
	a.Current, a.ReleasedAt, a.UpdatedAt = r.ID, &now, now
	h.reform(a)
	h.restart(a, "")
}

func (h *Heroku) releaseJSON(k *call, a *app, r *release) object {
	var slug, output any
	if r.Slug != "" {
		slug = object{"id": r.Slug}
	}
	artifacts := []object{}
	if r.Slug != "" {
		artifacts = append(artifacts, object{"type": "slug", "id": r.Slug})
	}
	if r.Output != "" {
		output = k.address("output/" + r.Output)
	}
	plans := []string{}
	for _, o := range a.AddOns {
		plans = append(plans, o.Plan)
	}
	return object{
		"addon_plan_names": plans, "artifacts": artifacts, "app": a.brief(), "created_at": stamp(r.CreatedAt), "description": r.Description,
		"id": r.ID, "updated_at": stamp(r.UpdatedAt), "slug": slug, "status": r.Status, "user": h.user(), "version": r.Version,
		"current": a.Current == r.ID, "output_stream_url": output, "eligible_for_rollback": r.Slug != "" && r.Status == succeeded,
	}
}

func (h *Heroku) listReleases(k *call, a *app) {
	var all []object
	for _, r := range a.Releases {
		if h.misses[r.ID] == 0 {
			all = append(all, h.releaseJSON(k, a, r))
		}
	}
	k.list(all)
}

func (h *Heroku) getRelease(k *call, a *app) {
	r := a.releaseByIdentity(k.path("release"))
	if r == nil || h.notYet(k, r.ID) {
		k.notFound("release")
		return
	}
	k.answer(http.StatusOK, h.releaseJSON(k, a, r))
}

// createRelease releases a slug, or goes back to an earlier release: to its code and its
// config vars. The config vars of add-ons stay as they are.
func (h *Heroku) createRelease(k *call, a *app) {
	var asked struct{ Release, Slug, Description string }
	if !k.read(&asked) {
		return
	}
	if asked.Release == "" {
		h.releaseSlug(k, a, asked.Slug, asked.Description)
		return
	}
	old := a.releaseByIdentity(asked.Release)
	switch {
	case old == nil:
		k.notFound("release")
	case old.Slug == "":
		k.invalid("Cannot rollback to v%d: it has no code.", old.Version)
	case old.Status != succeeded:
		k.invalid("Cannot rollback to v%d: it did not succeed.", old.Version)
	default:
		vars := maps.Clone(old.Vars)
		for _, name := range a.addOnVars() {
			vars[name] = a.Vars[name]
		}
		a.Vars = vars
		r := h.release(a, change{description: fmt.Sprintf("Rollback to v%d", old.Version), slug: old.Slug})
		k.answer(http.StatusCreated, h.releaseJSON(k, a, r))
	}
}

func (h *Heroku) releaseSlug(k *call, a *app, id, description string) {
	if a.slugByID(id) == nil {
		k.notFound("slug")
		return
	}
	if description == "" {
		description = "Deploy " + id[:8]
	}
	r := h.release(a, change{description: description, slug: id})
	k.answer(http.StatusCreated, h.releaseJSON(k, a, r))
}
