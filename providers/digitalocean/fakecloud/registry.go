package fakecloud

import (
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// registryTier is a tier of the container registry with what it includes; of repositories
// 0 is as many as one likes.
type registryTier struct {
	Name                string `json:"name"`
	Slug                string `json:"slug"`
	Repositories        int    `json:"included_repositories"`
	StorageBytes        int64  `json:"included_storage_bytes"`
	AllowOverage        bool   `json:"allow_storage_overage"`
	BandwidthBytes      int64  `json:"included_bandwidth_bytes"`
	MonthlyPriceCents   int    `json:"monthly_price_in_cents"`
	StorageOverageCents int    `json:"storage_overage_price_in_cents"`
}

var registryTiers = []registryTier{
	{"Starter", "starter", 1, 500 << 20, false, 500 << 20, 0, 0},
	{"Basic", "basic", 5, 5 << 30, true, 5 << 30, 500, 2},
	{"Professional", "professional", 0, 100 << 30, true, 100 << 30, 2000, 2},
}

// registry is the account's container registry; an account has one at most.
type registry struct {
	Name       string           `json:"name"`
	Region     string           `json:"region"`
	Tier       string           `json:"tier"`
	CreatedAt  string           `json:"created_at"`
	Subscribed string           `json:"subscribed"` // when the tier was chosen
	Manifests  []*imageManifest `json:"manifests"`
}

// registryLogin is what a client of the registry logs in with; the same word is the user
// and the password.
type registryLogin struct {
	Token   string     `json:"token"`
	Writes  bool       `json:"writes"`
	Expires *time.Time `json:"expires,omitempty"`
}

var (
	registryName    = regexp.MustCompile(`^[a-z0-9-]{1,63}$`)
	registryRegions = []string{"nyc3", "sfo3", "ams3", "sgp1", "fra1"}
)

// AddRegistry gives the account a registry that it has already. The tier is "starter",
// "basic" or "professional".
func (c *Cloud) AddRegistry(name, tier string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.state.Registry = c.newRegistry(name, tier, "fra1")
}

// AddForeignRegistry takes a registry's name for another account's.
func (c *Cloud) AddForeignRegistry(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.state.ForeignRegistries = append(c.state.ForeignRegistries, name)
}

func (c *Cloud) newRegistry(name, tier, region string) *registry {
	now := stamp(c.now())
	return &registry{Name: name, Region: region, Tier: tier, CreatedAt: now, Subscribed: now}
}

func tierBySlug(slug string) (registryTier, bool) {
	i := slices.IndexFunc(registryTiers, func(t registryTier) bool { return t.Slug == slug })
	if i < 0 {
		return registryTier{}, false
	}
	return registryTiers[i], true
}

func (r *registry) tier() registryTier {
	t, _ := tierBySlug(r.Tier)
	return t
}

func (r *registry) subscription() map[string]any {
	return map[string]any{"tier": r.tier(), "created_at": r.CreatedAt, "updated_at": r.Subscribed}
}

func (c *Cloud) registryJSON() map[string]any {
	r := c.state.Registry
	return map[string]any{
		"name": r.Name, "region": r.Region, "created_at": r.CreatedAt, "storage_usage_bytes": r.storage(),
		"storage_usage_bytes_updated_at": stamp(c.now()), "subscription": r.subscription(),
	}
}

func (c *Cloud) getRegistry(k *call) {
	if c.state.Registry == nil {
		k.notFound()
		return
	}
	k.answer(http.StatusOK, map[string]any{"registry": c.registryJSON()})
}

func (c *Cloud) createRegistry(k *call) {
	var ask struct {
		Name   string `json:"name"`
		Tier   string `json:"subscription_tier_slug"`
		Region string `json:"region"`
	}
	if !k.read(&ask) {
		return
	}
	if ask.Region == "" {
		ask.Region = "nyc3"
	}
	_, sold := tierBySlug(ask.Tier)
	switch {
	case !registryName.MatchString(ask.Name):
		k.unprocessable("invalid registry name")
	case !sold:
		k.unprocessable("invalid subscription tier")
	case !slices.Contains(registryRegions, ask.Region):
		k.unprocessable("invalid region")
	case c.state.Registry != nil:
		k.fail(http.StatusConflict, "conflict", "registry already exists")
	case slices.Contains(c.state.ForeignRegistries, ask.Name):
		k.fail(http.StatusConflict, "conflict", "name already exists")
	default:
		c.state.Registry = c.newRegistry(ask.Name, ask.Tier, ask.Region)
		k.answer(http.StatusCreated, map[string]any{"registry": c.registryJSON()})
	}
}

func (c *Cloud) deleteRegistry(k *call) {
	r := c.state.Registry
	if r == nil {
		k.notFound()
		return
	}
	for _, m := range r.Manifests {
		c.images.forget(r.Name, m)
	}
	c.state.Registry, c.state.RegistryLogins = nil, nil
	k.answer(http.StatusNoContent, nil)
}

func (c *Cloud) validateRegistryName(k *call) {
	var ask struct {
		Name string `json:"name"`
	}
	if !k.read(&ask) {
		return
	}
	own := c.state.Registry != nil && c.state.Registry.Name == ask.Name
	if own || slices.Contains(c.state.ForeignRegistries, ask.Name) {
		k.fail(http.StatusConflict, "conflict", "name already exists")
		return
	}
	k.answer(http.StatusNoContent, nil)
}

func (c *Cloud) getSubscription(k *call) {
	if c.state.Registry == nil {
		k.notFound()
		return
	}
	k.answer(http.StatusOK, map[string]any{"subscription": c.state.Registry.subscription()})
}

func (c *Cloud) updateSubscription(k *call) {
	var ask struct {
		Tier string `json:"tier_slug"`
	}
	if !k.read(&ask) {
		return
	}
	r := c.state.Registry
	if r == nil {
		k.notFound()
		return
	}
	tier, sold := tierBySlug(ask.Tier)
	if !sold {
		k.unprocessable("invalid subscription tier")
		return
	}
	repositories := len(r.repositories())
	if tier.Repositories > 0 && repositories > tier.Repositories || !tier.AllowOverage && r.storage() > tier.StorageBytes {
		k.fail(http.StatusPreconditionFailed, "precondition_failed",
			"registry has more repositories or storage than the "+tier.Name+" tier allows")
		return
	}
	r.Tier, r.Subscribed = tier.Slug, stamp(c.now())
	k.answer(http.StatusOK, map[string]any{"subscription": r.subscription()})
}

// registryHost is the registry's name in a Docker configuration, wherever it answers.
const registryHost = "registry.digitalocean.com"

func (c *Cloud) getDockerCredentials(k *call) {
	if c.state.Registry == nil {
		k.notFound()
		return
	}
	query := k.r.URL.Query()
	login := registryLogin{Token: "dop_v1_" + strings.ToLower(rand.Text()), Writes: query.Get("read_write") == "true"}
	if seconds, err := strconv.Atoi(query.Get("expiry_seconds")); err == nil && seconds > 0 {
		at := c.now().Add(time.Duration(seconds) * time.Second)
		login.Expires = &at
	}
	c.state.RegistryLogins = append(c.state.RegistryLogins, login)
	if err := c.save(); err != nil {
		k.fail(http.StatusInternalServerError, "server_error", "the simulated cloud can't save its state: "+err.Error())
		return
	}
	auth := base64.StdEncoding.EncodeToString([]byte(login.Token + ":" + login.Token))
	k.answer(http.StatusOK, map[string]any{"auths": map[string]any{registryHost: map[string]string{"auth": auth}}})
}
