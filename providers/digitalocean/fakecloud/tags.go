package fakecloud

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
)

var tagName = regexp.MustCompile(`^[a-zA-Z0-9_:-]{1,255}$`)

func (c *Cloud) addTag(name string) {
	if !slices.Contains(c.state.Tags, name) {
		c.state.Tags = append(c.state.Tags, name)
	}
}

func (c *Cloud) tagJSON(name string) map[string]any {
	count, last := 0, ""
	for _, d := range c.state.Droplets {
		if slices.Contains(d.shownTags(c.now()), name) {
			count, last = count+1, fmt.Sprintf("http://api.invalid/v2/droplets/%d", d.ID)
		}
	}
	used := map[string]any{"count": count}
	none := map[string]any{"count": 0}
	if last != "" {
		used["last_tagged_uri"] = last
	}
	return map[string]any{"name": name, "resources": map[string]any{
		"count": count, "droplets": used, "images": none, "volumes": none, "volume_snapshots": none, "databases": none,
	}}
}

func (c *Cloud) listTags(k *call) {
	list := []map[string]any{}
	for _, t := range c.state.Tags {
		list = append(list, c.tagJSON(t))
	}
	page(k, "tags", list)
}

func (c *Cloud) createTag(k *call) {
	var ask struct {
		Name string `json:"name"`
	}
	if !k.read(&ask) {
		return
	}
	if !tagName.MatchString(ask.Name) {
		k.unprocessable("Tags may only contain letters, numbers, colons, dashes, and underscores.")
		return
	}
	c.addTag(ask.Name)
	k.answer(http.StatusCreated, map[string]any{"tag": c.tagJSON(ask.Name)})
}

func (c *Cloud) getTag(k *call) {
	if !slices.Contains(c.state.Tags, k.path("name")) {
		k.notFound()
		return
	}
	k.answer(http.StatusOK, map[string]any{"tag": c.tagJSON(k.path("name"))})
}

func (c *Cloud) deleteTag(k *call) {
	name := k.path("name")
	if !slices.Contains(c.state.Tags, name) {
		k.notFound()
		return
	}
	same := func(t string) bool { return t == name }
	c.state.Tags = slices.DeleteFunc(c.state.Tags, same)
	for _, d := range c.state.Droplets {
		d.Tags = slices.DeleteFunc(d.Tags, same)
	}
	for _, f := range c.state.Firewalls {
		f.Tags = slices.DeleteFunc(f.Tags, same)
	}
	k.answer(http.StatusNoContent, nil)
}

// tagResources tags droplets. Tags that are added by this call show at once.
func (c *Cloud) tagResources(k *call) {
	name := k.path("name")
	var ask struct {
		Resources []struct {
			ID   string `json:"resource_id"`
			Type string `json:"resource_type"`
		} `json:"resources"`
	}
	if !k.read(&ask) {
		return
	}
	if !slices.Contains(c.state.Tags, name) {
		k.notFound()
		return
	}
	for _, r := range ask.Resources {
		id, _ := strconv.Atoi(r.ID)
		d := c.dropletByID(id)
		if d == nil {
			k.notFound()
			return
		}
		if !slices.Contains(d.Tags, name) {
			d.Tags = append(d.Tags, name)
		}
		d.TaggedAt = c.now()
	}
	k.answer(http.StatusNoContent, nil)
}
