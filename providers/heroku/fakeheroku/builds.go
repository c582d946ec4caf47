package fakeheroku

import (
	"net/http"
	"path"
	"strings"
	"time"
)

type build struct {
	ID, Status, Release, Slug, Stack, Source string
	Version, VersionDescription, Checksum    *string
	Buildpacks                               []string
	CreatedAt, UpdatedAt                     time.Time
	cancel                                   func()
}

type slug struct {
	ID, Stack, Commit string
	Size              int
	Types             map[string]string
	CreatedAt         time.Time
}

func (a *app) slugByID(id string) *slug {
	for _, s := range a.Slugs {
		if s.ID == id {
			return s
		}
	}
	return nil
}

func (a *app) slugOf(r *release) *slug {
	if r == nil {
		return nil
	}
	return a.slugByID(r.Slug)
}

type buildpackName struct {
	URL  string `json:"url"`
	Name string `json:"name"`
}

func (h *Heroku) createBuild(k *call, a *app) {
	var asked struct {
		Buildpacks []buildpackName
		Source     struct {
			URL         string
			Checksum    *string
			Version     *string
			Description *string `json:"version_description"`
		} `json:"source_blob"`
	}
	if !k.read(&asked) {
		return
	}
	if asked.Source.URL == "" {
		k.invalid("source_blob.url is required")
		return
	}
	now := time.Now()
	b := &build{
		ID: h.nextID(), Status: pending, Stack: a.Stack, Source: asked.Source.URL, Version: asked.Source.Version,
		VersionDescription: asked.Source.Description, Checksum: asked.Source.Checksum, Buildpacks: a.Buildpacks, CreatedAt: now, UpdatedAt: now,
	}
	if len(asked.Buildpacks) > 0 {
		b.Buildpacks = nil
		for _, p := range asked.Buildpacks {
			b.Buildpacks = append(b.Buildpacks, p.URL+p.Name)
		}
	}
	a.Builds = append(a.Builds, b)
	h.isNew(b.ID)
	l, out := h.live[a.ID], h.openStream(b.ID)
	l.logs.api("Build started by user %s", h.options.Email)
	h.spawn(l, func() { h.runBuild(a, l, b, out) })
	k.answer(http.StatusCreated, h.buildJSON(k, a, b))
}

func (h *Heroku) buildJSON(k *call, a *app, b *build) object {
	var r, s any
	if b.Release != "" {
		r = object{"id": b.Release}
	}
	if b.Slug != "" {
		s = object{"id": b.Slug}
	}
	packs := []object{}
	for _, p := range b.Buildpacks {
		packs = append(packs, buildpackJSON(p))
	}
	return object{
		"app": object{"id": a.ID}, "buildpacks": packs, "created_at": stamp(b.CreatedAt), "id": b.ID, "output_stream_url": k.address("output/" + b.ID),
		"source_blob": object{"checksum": b.Checksum, "url": b.Source, "version": b.Version, "version_description": b.VersionDescription},
		"release":     r, "slug": s, "stack": b.Stack, "status": b.Status, "updated_at": stamp(b.UpdatedAt), "user": h.user(),
	}
}

func (h *Heroku) listBuilds(k *call, a *app) {
	var all []object
	for _, b := range a.Builds {
		if h.misses[b.ID] == 0 {
			all = append(all, h.buildJSON(k, a, b))
		}
	}
	k.list(all)
}

func (a *app) buildByID(id string) *build {
	for _, b := range a.Builds {
		if b.ID == id {
			return b
		}
	}
	return nil
}

func (h *Heroku) getBuild(k *call, a *app) {
	b := a.buildByID(k.path("build"))
	if b == nil || h.notYet(k, b.ID) {
		k.notFound("build")
		return
	}
	k.answer(http.StatusOK, h.buildJSON(k, a, b))
}

func (h *Heroku) cancelBuild(k *call, a *app) {
	b := a.buildByID(k.path("build"))
	if b == nil {
		k.notFound("build")
		return
	}
	if b.cancel != nil {
		b.cancel()
	}
	k.answer(http.StatusOK, h.buildJSON(k, a, b))
}

func (h *Heroku) getSlug(k *call, a *app) {
	s := a.slugByID(k.path("slug"))
	if s == nil {
		k.notFound("slug")
		return
	}
	var commit any
	if s.Commit != "" {
		commit = s.Commit
	}
	k.answer(http.StatusOK, object{
		"blob": object{"method": "GET", "url": k.address("slugs/" + s.ID)}, "buildpack_provided_description": "Python", "checksum": nil,
		"commit": commit, "commit_description": nil, "created_at": stamp(s.CreatedAt), "id": s.ID, "process_types": s.Types, "size": s.Size,
		"stack": brief(stacks, s.Stack), "updated_at": stamp(s.CreatedAt),
	})
}

// buildpackJSON tells of a buildpack that is given by its name or its address.
func buildpackJSON(given string) object {
	if strings.HasPrefix(given, "http") {
		return object{"url": given, "name": given}
	}
	name := strings.TrimPrefix(given, "urn:buildpack:")
	return object{"url": "urn:buildpack:" + name, "name": name}
}

// isPython tells whether a buildpack is Heroku's for Python.
func isPython(given string) bool {
	return strings.TrimPrefix(given, "urn:buildpack:") == "heroku/python" || strings.TrimSuffix(path.Base(given), ".git") == "heroku-buildpack-python"
}

func (a *app) buildpacksJSON() []object {
	all := []object{}
	for i, p := range a.Buildpacks {
		all = append(all, object{"ordinal": i, "buildpack": buildpackJSON(p)})
	}
	return all
}

func (h *Heroku) listBuildpacks(k *call, a *app) { k.answer(http.StatusOK, a.buildpacksJSON()) }

func (h *Heroku) updateBuildpacks(k *call, a *app) {
	var asked struct{ Updates []struct{ Buildpack string } }
	if !k.read(&asked) {
		return
	}
	a.Buildpacks = nil
	for _, u := range asked.Updates {
		a.Buildpacks = append(a.Buildpacks, u.Buildpack)
	}
	k.answer(http.StatusOK, a.buildpacksJSON())
}
