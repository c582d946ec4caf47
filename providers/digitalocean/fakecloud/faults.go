package fakecloud

import (
	"net/http"
	"slipway/providers/simulation"
	"strings"
	"time"
)

// Faults are the delays and failures of the real API. The zero value has none. Some
// are set to a family of resources ("droplets", "firewalls", "tags", "account/keys",
// "reserved_ips", "domains", "registry", "databases") and strike only calls about it.
type Faults struct {
	// TagLag is for how long a new droplet shows no tags, neither by itself nor in a
	// list of droplets by tag.
	TagLag time.Duration
	// ListLag is for how long a new droplet or app is in no list at all.
	ListLag time.Duration
	// NotFoundReads is how often a GET of a new droplet or action answers 404.
	NotFoundReads int
	// NoIPv4For is for how long an active droplet has no public IPv4 address.
	NoIPv4For time.Duration
	// PrivateFirst puts the private address before the public one.
	PrivateFirst bool
	// DropAfter drops the connection of the next POST of this family after it
	// took effect; DropBefore drops it before. The update of an app is one of "apps" too.
	DropAfter, DropBefore string
	// ErrorAfter answers the next POST of this family with 500 after it took
	// effect; ErrorBefore before.
	ErrorAfter, ErrorBefore string
	// TornAfter cuts the answer to the next POST of this family in the middle.
	TornAfter string
	// TooMany is how many calls are answered with 429 before one is answered as
	// usual.
	TooMany int
	// TooManyOn limits TooMany to this method; empty is all methods.
	TooManyOn string
	// RetryAfter is the Retry-After of such a 429; 0 sends only ratelimit-reset.
	RetryAfter time.Duration
	// BrokenReads is how many GETs are answered with 503.
	BrokenReads int
	// DroppedReads is how many GETs lose their connection.
	DroppedReads int
	// Locked locks the account; Warned gives it the status "warning".
	Locked, Warned bool
	// MissingScope is a scope that the token lacks, like "droplet:create".
	MissingScope string
	// DropletLimit replaces the account's limit, if it is more than 0.
	DropletLimit int
	// HiddenDropletLimit refuses a create because of the droplet limit, though the
	// account's numbers allow it.
	HiddenDropletLimit bool
	// SoldOutSize is refused by the create call though the list says that it is on
	// sale; UnlistedSize is not on sale in the list either.
	SoldOutSize, UnlistedSize string
	// WithdrawnImage is not found; RefusedImage exists, but the create call refuses
	// it.
	WithdrawnImage, RefusedImage string
	// TryAgain refuses this many creates with a transient 422.
	TryAgain int
	// PendingOnDestroy is for how long a destroy is refused because of a pending event.
	PendingOnDestroy time.Duration
	// LingerAfterDestroy is for how long a destroyed droplet can still be read.
	LingerAfterDestroy time.Duration
	// ActionErrored ends create actions with status "errored".
	ActionErrored bool
	// StuckNew leaves new droplets at status "new" for ever.
	StuckNew bool
	// ShutdownHangs ends a shutdown with status "errored": the system does not listen.
	ShutdownHangs bool
	// ResizeErrored and PowerOnErrored are how many such actions end with status "errored".
	ResizeErrored, PowerOnErrored int
	// NoRoom refuses every resize: the droplet's own host is full.
	NoRoom bool
	// LostAction drops the connection of the next action of this type ("resize") after it
	// began; DeafAction before.
	LostAction, DeafAction string
	// ActionLag is for how long a new action of a droplet is in no list, and its droplet not
	// shown as locked.
	ActionLag time.Duration
	// SizeLag is for how long a resized droplet shows its old size.
	SizeLag time.Duration
	// PendingOnAction is for how long the first action of a droplet is refused because of
	// a pending event.
	PendingOnAction time.Duration
	// BackupsLag is for how long a droplet does not show that its backups were turned on
	// or off.
	BackupsLag time.Duration
	// FirewallFails gives new firewalls the status "failed".
	FirewallFails bool
	// SpacesKeyLag is for how long Spaces does not know a new key.
	SpacesKeyLag time.Duration
	// SpacesFull refuses everything that would be stored; SpacesDown answers every
	// request to Spaces with 503.
	SpacesFull, SpacesDown bool
	// PaymentRequired answers creates of this family with 402.
	PaymentRequired string
	// ClosedRegion is a region in which App Platform takes no new apps, AppLimit how many
	// apps the account may have.
	ClosedRegion string
	AppLimit     int
	// PendingFor is for how long a deployment of an app waits before it begins, if nothing
	// runs it.
	PendingFor time.Duration
	// ImageMissing is how many deployments of apps don't find their image, JobFails how many
	// fail in their first component, Unhealthy how many don't pass the health check and
	// Superseded how many are overtaken by another one.
	ImageMissing, JobFails, Unhealthy, Superseded int
	// SlowDatabase is how much longer a new managed database takes to be online, and
	// DatabaseListLag for how long it is in no list.
	SlowDatabase, DatabaseListLag time.Duration
	// RegistryListLag is for how long the API does not list what was pushed to the registry.
	RegistryListLag time.Duration
	// RegistryFull refuses everything that would be pushed; RegistryDown answers every
	// request to the registry with 503.
	RegistryFull, RegistryDown bool
	// Redirect answers every call with a redirect to this URL.
	Redirect string
	// EchoToken repeats the caller's token in error messages.
	EchoToken bool
}

// SetFault switches one fault on by its name: "tag-lag=30s", "locked". The command's
// --fault takes the same; FaultNames lists the names.
func (f *Faults) SetFault(setting string) error {
	return faultSetters.Set(f, setting)
}

// FaultNames lists the names that SetFault knows, sorted.
func FaultNames() []string { return faultSetters.Names() }

var faultSetters = simulation.Setters[Faults]{
	"tag-lag":              simulation.Lasting(func(f *Faults) *time.Duration { return &f.TagLag }, 30*time.Second),
	"list-lag":             simulation.Lasting(func(f *Faults) *time.Duration { return &f.ListLag }, 20*time.Second),
	"404-after-create":     simulation.Counted(func(f *Faults) *int { return &f.NotFoundReads }, 3),
	"no-ipv4":              simulation.Lasting(func(f *Faults) *time.Duration { return &f.NoIPv4For }, 15*time.Second),
	"private-first":        simulation.Flagged(func(f *Faults) *bool { return &f.PrivateFirst }),
	"drop-after-create":    simulation.Named(func(f *Faults) *string { return &f.DropAfter }, "droplets"),
	"drop-before-create":   simulation.Named(func(f *Faults) *string { return &f.DropBefore }, "droplets"),
	"500-after-create":     simulation.Named(func(f *Faults) *string { return &f.ErrorAfter }, "droplets"),
	"500-before-create":    simulation.Named(func(f *Faults) *string { return &f.ErrorBefore }, "droplets"),
	"torn-create":          simulation.Named(func(f *Faults) *string { return &f.TornAfter }, "droplets"),
	"429":                  simulation.Counted(func(f *Faults) *int { return &f.TooMany }, 3),
	"retry-after":          simulation.Lasting(func(f *Faults) *time.Duration { return &f.RetryAfter }, 5*time.Second),
	"503-reads":            simulation.Counted(func(f *Faults) *int { return &f.BrokenReads }, 2),
	"dropped-reads":        simulation.Counted(func(f *Faults) *int { return &f.DroppedReads }, 2),
	"locked":               simulation.Flagged(func(f *Faults) *bool { return &f.Locked }),
	"warning":              simulation.Flagged(func(f *Faults) *bool { return &f.Warned }),
	"missing-scope":        simulation.Named(func(f *Faults) *string { return &f.MissingScope }, "droplet:create"),
	"droplet-limit":        simulation.Counted(func(f *Faults) *int { return &f.DropletLimit }, 1),
	"hidden-droplet-limit": simulation.Flagged(func(f *Faults) *bool { return &f.HiddenDropletLimit }),
	"sold-out":             simulation.Named(func(f *Faults) *string { return &f.SoldOutSize }, "s-1vcpu-512mb-10gb"),
	"unlisted-size":        simulation.Named(func(f *Faults) *string { return &f.UnlistedSize }, "s-1vcpu-512mb-10gb"),
	"withdrawn-image":      simulation.Named(func(f *Faults) *string { return &f.WithdrawnImage }, "debian-13-x64"),
	"refused-image":        simulation.Named(func(f *Faults) *string { return &f.RefusedImage }, "debian-13-x64"),
	"try-again":            simulation.Counted(func(f *Faults) *int { return &f.TryAgain }, 1),
	"pending-on-destroy":   simulation.Lasting(func(f *Faults) *time.Duration { return &f.PendingOnDestroy }, 10*time.Second),
	"linger":               simulation.Lasting(func(f *Faults) *time.Duration { return &f.LingerAfterDestroy }, 10*time.Second),
	"action-errored":       simulation.Flagged(func(f *Faults) *bool { return &f.ActionErrored }),
	"stuck-new":            simulation.Flagged(func(f *Faults) *bool { return &f.StuckNew }),
	"shutdown-hangs":       simulation.Flagged(func(f *Faults) *bool { return &f.ShutdownHangs }),
	"resize-errored":       simulation.Counted(func(f *Faults) *int { return &f.ResizeErrored }, 1),
	"power-on-errored":     simulation.Counted(func(f *Faults) *int { return &f.PowerOnErrored }, 1),
	"no-room":              simulation.Flagged(func(f *Faults) *bool { return &f.NoRoom }),
	"lost-action":          simulation.Named(func(f *Faults) *string { return &f.LostAction }, "resize"),
	"deaf-action":          simulation.Named(func(f *Faults) *string { return &f.DeafAction }, "resize"),
	"action-lag":           simulation.Lasting(func(f *Faults) *time.Duration { return &f.ActionLag }, 10*time.Second),
	"size-lag":             simulation.Lasting(func(f *Faults) *time.Duration { return &f.SizeLag }, 10*time.Second),
	"pending-on-action":    simulation.Lasting(func(f *Faults) *time.Duration { return &f.PendingOnAction }, 10*time.Second),
	"spaces-key-lag":       simulation.Lasting(func(f *Faults) *time.Duration { return &f.SpacesKeyLag }, 10*time.Second),
	"spaces-full":          simulation.Flagged(func(f *Faults) *bool { return &f.SpacesFull }),
	"spaces-down":          simulation.Flagged(func(f *Faults) *bool { return &f.SpacesDown }),
	"backups-lag":          simulation.Lasting(func(f *Faults) *time.Duration { return &f.BackupsLag }, 10*time.Second),
	"402":                  simulation.Named(func(f *Faults) *string { return &f.PaymentRequired }, "apps"),
	"closed-region":        simulation.Named(func(f *Faults) *string { return &f.ClosedRegion }, "fra"),
	"app-limit":            simulation.Counted(func(f *Faults) *int { return &f.AppLimit }, 1),
	"deploy-pending":       simulation.Lasting(func(f *Faults) *time.Duration { return &f.PendingFor }, 20*time.Second),
	"image-missing":        simulation.Counted(func(f *Faults) *int { return &f.ImageMissing }, 1),
	"job-fails":            simulation.Counted(func(f *Faults) *int { return &f.JobFails }, 1),
	"unhealthy":            simulation.Counted(func(f *Faults) *int { return &f.Unhealthy }, 1),
	"superseded":           simulation.Counted(func(f *Faults) *int { return &f.Superseded }, 1),
	"slow-database":        simulation.Lasting(func(f *Faults) *time.Duration { return &f.SlowDatabase }, 10*time.Minute),
	"database-list-lag":    simulation.Lasting(func(f *Faults) *time.Duration { return &f.DatabaseListLag }, 20*time.Second),
	"registry-list-lag":    simulation.Lasting(func(f *Faults) *time.Duration { return &f.RegistryListLag }, 10*time.Second),
	"registry-full":        simulation.Flagged(func(f *Faults) *bool { return &f.RegistryFull }),
	"registry-down":        simulation.Flagged(func(f *Faults) *bool { return &f.RegistryDown }),
	"firewall-fails":       simulation.Flagged(func(f *Faults) *bool { return &f.FirewallFails }),
}

// refuses answers a call that is refused whatever it asks for.
func (c *Cloud) refuses(k *call, now time.Time) bool {
	if c.faults.Redirect != "" {
		http.Redirect(k.w, k.r, c.faults.Redirect+k.r.URL.Path, http.StatusTemporaryRedirect)
		return true
	}
	return c.limited(k, now) || c.unauthorized(k) || c.broken(k)
}

func (c *Cloud) unauthorized(k *call) bool {
	token, ok := strings.CutPrefix(k.r.Header.Get("Authorization"), "Bearer ")
	if !ok || token == "" || (c.options.Token != "" && token != c.options.Token) {
		message := "Unable to authenticate you"
		if c.faults.EchoToken {
			message += " with " + token
		}
		k.fail(http.StatusUnauthorized, "unauthorized", message)
		return true
	}
	if c.faults.MissingScope != "" && scope(k.r.Method, k.r.URL.Path) == c.faults.MissingScope {
		k.fail(http.StatusForbidden, "forbidden", "You are not authorized to perform this operation")
		return true
	}
	if c.faults.Locked && k.r.Method != http.MethodGet {
		k.fail(http.StatusForbidden, "forbidden", "Your account is locked. Please contact support.")
		return true
	}
	return false
}

// broken drops the connection or answers with 5xx before the call has taken effect.
func (c *Cloud) broken(k *call) bool {
	what := family(k.r.URL.Path)
	if k.r.Method == http.MethodGet {
		switch {
		case c.strikes("dropped-reads", c.faults.DroppedReads):
			simulation.Drop()
		case c.strikes("broken-reads", c.faults.BrokenReads):
			k.fail(http.StatusServiceUnavailable, "service_unavailable", "Service Unavailable")
			return true
		}
		return false
	}
	if !k.makes() {
		return false
	}
	switch {
	case c.faults.PaymentRequired == what:
		k.fail(http.StatusPaymentRequired, "payment_required", "A valid payment method is required to perform this action.")
		return true
	case c.faults.DropBefore == what && c.strikes("drop-before", 1):
		simulation.Drop()
	case c.faults.ErrorBefore == what && c.strikes("error-before", 1):
		k.fail(http.StatusInternalServerError, "server_error", "Unexpected server-side error")
		return true
	}
	return false
}

// makes tells whether a call makes something: a POST, or the update of an app, which makes
// a deployment.
func (k *call) makes() bool {
	return k.r.Method == http.MethodPost || k.r.Method == http.MethodPut && family(k.r.URL.Path) == "apps"
}

// losesAnswer drops, cuts or replaces the answer to a POST that has taken effect.
func (k *call) losesAnswer() bool {
	if !k.makes() {
		return false
	}
	c, what := k.c, family(k.r.URL.Path)
	switch {
	case c.faults.DropAfter == what && c.strikes("drop-after", 1):
		simulation.Drop()
	case c.faults.TornAfter == what && c.strikes("torn-after", 1):
		simulation.Tear(k.w, http.StatusAccepted, `{"droplet":{"id":`)
	case c.faults.ErrorAfter == what && c.strikes("error-after", 1):
		k.fail(http.StatusInternalServerError, "server_error", "Unexpected server-side error")
		return true
	}
	return false
}

// strikes tells whether a fault that strikes limit times strikes now.
func (c *Cloud) strikes(name string, limit int) bool {
	if c.served[name] >= limit {
		return false
	}
	c.served[name]++
	return true
}

// scope is the token scope that a call needs.
func scope(method, path string) string {
	nouns := map[string]string{
		"account": "account", "account/keys": "ssh_key", "droplets": "droplet", "actions": "actions",
		"firewalls": "firewall", "tags": "tag", "images": "image", "regions": "regions", "sizes": "sizes",
		"domains": "domain", "reserved_ips": "reserved_ip", "projects": "project", "vpcs": "vpc",
		"spaces": "spaces_key", "apps": "app", "registry": "registry", "databases": "database",
	}
	verbs := map[string]string{
		http.MethodGet: "read", http.MethodPost: "create", http.MethodPut: "update", http.MethodDelete: "delete",
	}
	kind, _, below := strings.Cut(family(path), "/")
	if kind != "apps" {
		kind = family(path)
	}
	noun, verb := nouns[kind], verbs[method]
	if kind == "apps" && below && method == http.MethodPost {
		verb = "update"
	}
	if method == http.MethodPost && (strings.HasSuffix(path, "/resources") || strings.HasSuffix(path, "/actions")) {
		verb = "update"
	}
	if noun == "spaces_key" && method == http.MethodPost {
		verb = "create_credentials"
	}
	return noun + ":" + verb
}
