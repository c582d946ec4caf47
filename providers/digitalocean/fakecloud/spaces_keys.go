package fakecloud

import (
	"crypto/rand"
	"net/http"
	"slices"
	"strings"
	"time"
)

// fullAccess is the permission of a key that may do everything in Spaces.
const fullAccess = "fullaccess"

type spacesGrant struct {
	Bucket     string `json:"bucket"`
	Permission string `json:"permission"`
}

// spacesKey is a Spaces key. Only the answer to its creation has the secret.
type spacesKey struct {
	Name      string        `json:"name"`
	AccessKey string        `json:"access_key"`
	SecretKey string        `json:"secret_key,omitempty"`
	Grants    []spacesGrant `json:"grants"`
	CreatedAt string        `json:"created_at"`
	// Made is when, for the time in which Spaces does not know the key yet.
	Made *time.Time `json:"made,omitempty"`
}

// shown is the key as a list has it.
func (s *spacesKey) shown() *spacesKey {
	without := *s
	without.SecretKey, without.Made = "", nil
	return &without
}

func (c *Cloud) listSpacesKeys(k *call) {
	all := make([]*spacesKey, len(c.state.SpacesKeys))
	for i, s := range c.state.SpacesKeys {
		all[i] = s.shown()
	}
	page(k, "keys", all)
}

func (c *Cloud) createSpacesKey(k *call) {
	var ask spacesKey
	if !k.read(&ask) {
		return
	}
	if ask.Name == "" || len(ask.Grants) == 0 {
		k.fail(http.StatusBadRequest, "bad_request", "name and grants are required")
		return
	}
	for _, g := range ask.Grants {
		if g.Permission != fullAccess && !slices.Contains(c.state.Buckets, g.Bucket) {
			k.fail(http.StatusBadRequest, "bad_request", "bucket "+g.Bucket+" does not exist")
			return
		}
	}
	now := c.now()
	made := &spacesKey{
		Name: ask.Name, AccessKey: "DO00" + rand.Text()[:16], SecretKey: strings.ToLower(rand.Text()) + rand.Text()[:17],
		Grants: ask.Grants, CreatedAt: stamp(now), Made: &now,
	}
	c.state.SpacesKeys = append(c.state.SpacesKeys, made)
	answer := *made
	answer.Made = nil
	k.answer(http.StatusCreated, map[string]any{"key": &answer})
}

func (c *Cloud) deleteSpacesKey(k *call) {
	found := c.spacesKey(k.path("id"))
	if found == nil {
		k.notFound()
		return
	}
	c.state.SpacesKeys = slices.DeleteFunc(c.state.SpacesKeys, func(o *spacesKey) bool { return o == found })
	k.answer(http.StatusNoContent, nil)
}

func (c *Cloud) spacesKey(access string) *spacesKey {
	for _, s := range c.state.SpacesKeys {
		if s.AccessKey == access {
			return s
		}
	}
	return nil
}

// may tells whether a key may do something in a bucket.
func (s *spacesKey) may(method, bucket string) bool {
	for _, g := range s.Grants {
		if g.Permission == fullAccess || g.Bucket == bucket && (g.Permission == "readwrite" || method == http.MethodGet || method == http.MethodHead) {
			return true
		}
	}
	return false
}
