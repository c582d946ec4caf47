package fakeheroku

import (
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

var varName = regexp.MustCompile(`^\w+$`)

func (h *Heroku) getVars(k *call, a *app) { k.answer(http.StatusOK, a.Vars) }

func (h *Heroku) getReleaseVars(k *call, a *app) {
	r := a.releaseByIdentity(k.path("release"))
	if r == nil {
		k.notFound("release")
		return
	}
	k.answer(http.StatusOK, r.Vars)
}

// updateVars sets and removes config vars. As at Heroku it makes a release, unless all was
// so already.
func (h *Heroku) updateVars(k *call, a *app) {
	var asked map[string]*string
	if !k.read(&asked) {
		return
	}
	next := maps.Clone(a.Vars)
	var set, removed []string
	for _, name := range slices.Sorted(maps.Keys(asked)) {
		value := asked[name]
		old, has := a.Vars[name]
		switch {
		case !varName.MatchString(name):
			k.invalid("Config var names may only contain letters, digits and underscores: %s", name)
			return
		case slices.Contains(a.addOnVars(), name):
			k.invalid("Cannot overwrite attachment values %s.", name)
			return
		case value == nil && has:
			removed = append(removed, name)
			delete(next, name)
		case value != nil && (!has || old != *value):
			set = append(set, name)
			next[name] = *value
		}
	}
	total := 0
	for name, value := range next {
		total += len(name) + len(value)
	}
	if total > 64<<10 {
		k.invalid("Config vars may not exceed 64 KB in total")
		return
	}
	if len(set)+len(removed) > 0 {
		a.Vars = next
		h.release(a, change{description: describe(set, removed), slug: a.newestSlug()})
	}
	k.answer(http.StatusOK, a.Vars)
}

func describe(set, removed []string) string {
	var parts []string
	if len(set) > 0 {
		parts = append(parts, "Set "+strings.Join(set, ", "))
	}
	if len(removed) > 0 {
		parts = append(parts, "Remove "+strings.Join(removed, ", "))
	}
	return strings.Join(parts, ", ") + " config vars"
}
