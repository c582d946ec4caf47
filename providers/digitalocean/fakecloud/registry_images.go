package fakecloud

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"time"
)

// imageManifest is a manifest in a repository of the registry.
type imageManifest struct {
	Repository string    `json:"repository"`
	Digest     string    `json:"digest"`
	MediaType  string    `json:"media_type"`
	Body       []byte    `json:"body"`
	Tags       []string  `json:"tags"`
	UpdatedAt  time.Time `json:"updated_at"`
}

// imageBlob is a layer or a configuration that a manifest names.
type imageBlob struct {
	Digest string `json:"digest"`
	Size   int64  `json:"size"`
}

func (m *imageManifest) blobs() []imageBlob {
	var body struct {
		Config imageBlob   `json:"config"`
		Layers []imageBlob `json:"layers"`
	}
	if json.Unmarshal(m.Body, &body) != nil || body.Config.Digest == "" {
		return nil // an index of other manifests
	}
	return append(body.Layers, body.Config)
}

func (m *imageManifest) size() int64 {
	var sum int64
	for _, b := range m.blobs() {
		sum += b.Size
	}
	return sum
}

func (r *registry) manifestJSON(m *imageManifest) map[string]any {
	blobs := []map[string]any{}
	for _, b := range m.blobs() {
		blobs = append(blobs, map[string]any{"digest": b.Digest, "compressed_size_bytes": b.Size})
	}
	return map[string]any{
		"registry_name": r.Name, "repository": m.Repository, "digest": m.Digest, "compressed_size_bytes": m.size(),
		"size_bytes": m.size(), "updated_at": stamp(m.UpdatedAt), "tags": append([]string{}, m.Tags...), "blobs": blobs,
	}
}

func (r *registry) tagJSON(m *imageManifest, tag string) map[string]any {
	return map[string]any{
		"registry_name": r.Name, "repository": m.Repository, "tag": tag, "manifest_digest": m.Digest,
		"compressed_size_bytes": m.size(), "size_bytes": m.size(), "updated_at": stamp(m.UpdatedAt),
	}
}

// storage is how many bytes the registry keeps: a blob counts once.
func (r *registry) storage() int64 {
	var sum int64
	seen := map[string]bool{}
	for _, m := range r.Manifests {
		for _, b := range m.blobs() {
			if !seen[b.Digest] {
				seen[b.Digest] = true
				sum += b.Size
			}
		}
	}
	return sum
}

// repositories are the names of the repositories, sorted.
func (r *registry) repositories() []string {
	var names []string
	for _, m := range r.Manifests {
		names = append(names, m.Repository)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// in are the manifests of a repository, the newest first.
func (r *registry) in(repository string) []*imageManifest {
	var all []*imageManifest
	for _, m := range r.Manifests {
		if m.Repository == repository {
			all = append(all, m)
		}
	}
	slices.SortStableFunc(all, func(a, b *imageManifest) int {
		return cmp.Or(b.UpdatedAt.Compare(a.UpdatedAt), cmp.Compare(a.Digest, b.Digest))
	})
	return all
}

// find is the manifest that a tag or a digest stands for; nil is none.
func (r *registry) find(repository, reference string) *imageManifest {
	for _, m := range r.in(repository) {
		if m.Digest == reference || slices.Contains(m.Tags, reference) {
			return m
		}
	}
	return nil
}

// keep takes in a manifest that was pushed to a tag or under its digest.
func (r *registry) keep(pushed *imageManifest, reference string) {
	kept := r.find(pushed.Repository, pushed.Digest)
	if kept == nil {
		kept = pushed
		r.Manifests = append(r.Manifests, kept)
	}
	kept.UpdatedAt = pushed.UpdatedAt
	if reference == kept.Digest {
		return
	}
	for _, m := range r.in(kept.Repository) {
		m.Tags = slices.DeleteFunc(m.Tags, func(t string) bool { return t == reference })
	}
	kept.Tags = append(kept.Tags, reference)
}

// registryOf is the account's registry if the call names it; otherwise it answers 404.
func (c *Cloud) registryOf(k *call) *registry {
	if c.state.Registry == nil || c.state.Registry.Name != k.path("registry") {
		k.notFound()
		return nil
	}
	return c.state.Registry
}

// listedRegistryOf is registryOf without what the API does not list yet.
func (c *Cloud) listedRegistryOf(k *call) *registry {
	r := c.registryOf(k)
	if r == nil || c.faults.RegistryListLag == 0 {
		return r
	}
	listed := *r
	listed.Manifests = slices.DeleteFunc(slices.Clone(r.Manifests), func(m *imageManifest) bool {
		return c.now().Before(m.UpdatedAt.Add(c.faults.RegistryListLag))
	})
	return &listed
}

func (c *Cloud) listRepositories(k *call) {
	r := c.listedRegistryOf(k)
	if r == nil {
		return
	}
	list := []map[string]any{}
	for _, name := range r.repositories() {
		list = append(list, map[string]any{"registry_name": r.Name, "name": name, "tag_count": len(r.tags(name))})
	}
	page(k, "repositories", list)
}

func (c *Cloud) listRepositoriesV2(k *call) {
	r := c.listedRegistryOf(k)
	if r == nil {
		return
	}
	list := []map[string]any{}
	for _, name := range r.repositories() {
		manifests := r.in(name)
		list = append(list, map[string]any{
			"registry_name": r.Name, "name": name, "tag_count": len(r.tags(name)), "manifest_count": len(manifests),
			"latest_manifest": r.manifestJSON(manifests[0]),
		})
	}
	page(k, "repositories", list)
}

// tags are the tags of a repository as the API shows them.
func (r *registry) tags(repository string) []map[string]any {
	list := []map[string]any{}
	for _, m := range r.in(repository) {
		for _, tag := range m.Tags {
			list = append(list, r.tagJSON(m, tag))
		}
	}
	return list
}

func (c *Cloud) listRepositoryTags(k *call) {
	r := c.listedRegistryOf(k)
	if r == nil {
		return
	}
	if len(r.in(k.path("repository"))) == 0 {
		k.notFound()
		return
	}
	page(k, "tags", r.tags(k.path("repository")))
}

func (c *Cloud) listRepositoryManifests(k *call) {
	r := c.listedRegistryOf(k)
	if r == nil {
		return
	}
	manifests := r.in(k.path("repository"))
	if len(manifests) == 0 {
		k.notFound()
		return
	}
	list := []map[string]any{}
	for _, m := range manifests {
		list = append(list, r.manifestJSON(m))
	}
	page(k, "manifests", list)
}

func (c *Cloud) deleteRepositoryTag(k *call) {
	r := c.registryOf(k)
	if r == nil {
		return
	}
	m := r.find(k.path("repository"), k.path("tag"))
	if m == nil {
		k.notFound()
		return
	}
	m.Tags = slices.DeleteFunc(m.Tags, func(t string) bool { return t == k.path("tag") })
	c.images.remove(r.Name, m.Repository, k.path("tag"))
	k.answer(http.StatusNoContent, nil)
}

func (c *Cloud) deleteRepositoryManifest(k *call) {
	r := c.registryOf(k)
	if r == nil {
		return
	}
	m := r.find(k.path("repository"), k.path("digest"))
	if m == nil || m.Digest != k.path("digest") {
		k.notFound()
		return
	}
	c.images.forget(r.Name, m)
	r.Manifests = slices.DeleteFunc(r.Manifests, func(o *imageManifest) bool { return o == m })
	k.answer(http.StatusNoContent, nil)
}

// hasImage tells whether a tag or a digest is in a repository of the account's registry.
func (c *Cloud) hasImage(repository, reference string) bool {
	return c.state.Registry != nil && c.state.Registry.find(repository, reference) != nil
}
