package fakecloud

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Faults are the delays and failures of the real API. The zero value has none. Some
// are set to a family of resources ("droplets", "firewalls", "tags", "account/keys",
// "reserved_ips", "domains") and strike only calls about it.
type Faults struct {
	// TagLag is for how long a new droplet shows no tags, neither by itself nor in a
	// list of droplets by tag.
	TagLag time.Duration
	// ListLag is for how long a new droplet is in no list at all.
	ListLag time.Duration
	// NotFoundReads is how often a GET of a new droplet or action answers 404.
	NotFoundReads int
	// NoIPv4For is for how long an active droplet has no public IPv4 address.
	NoIPv4For time.Duration
	// PrivateFirst puts the private address before the public one.
	PrivateFirst bool
	// DropAfter drops the connection of the next POST of this family after it
	// took effect; DropBefore drops it before.
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
	// FirewallFails gives new firewalls the status "failed".
	FirewallFails bool
	// Redirect answers every call with a redirect to this URL.
	Redirect string
	// EchoToken repeats the caller's token in error messages.
	EchoToken bool
}

// SetFault switches one fault on by its name: "tag-lag=30s", "locked". The command's
// --fault takes the same; FaultNames lists the names.
func (f *Faults) SetFault(setting string) error {
	name, value, _ := strings.Cut(setting, "=")
	set, ok := faultSetters[name]
	if !ok {
		return fmt.Errorf("there is no fault %q; there are: %s", name, strings.Join(FaultNames(), ", "))
	}
	if err := set(f, value); err != nil {
		return fmt.Errorf("fault %s: %w", name, err)
	}
	return nil
}

// FaultNames lists the names that SetFault knows, sorted.
func FaultNames() []string { return slices.Sorted(maps.Keys(faultSetters)) }

type faultSetter func(f *Faults, value string) error

var faultSetters = map[string]faultSetter{
	"tag-lag":              lasting(func(f *Faults) *time.Duration { return &f.TagLag }, 30*time.Second),
	"list-lag":             lasting(func(f *Faults) *time.Duration { return &f.ListLag }, 20*time.Second),
	"404-after-create":     counted(func(f *Faults) *int { return &f.NotFoundReads }, 3),
	"no-ipv4":              lasting(func(f *Faults) *time.Duration { return &f.NoIPv4For }, 15*time.Second),
	"private-first":        flagged(func(f *Faults) *bool { return &f.PrivateFirst }),
	"drop-after-create":    named(func(f *Faults) *string { return &f.DropAfter }, "droplets"),
	"drop-before-create":   named(func(f *Faults) *string { return &f.DropBefore }, "droplets"),
	"500-after-create":     named(func(f *Faults) *string { return &f.ErrorAfter }, "droplets"),
	"500-before-create":    named(func(f *Faults) *string { return &f.ErrorBefore }, "droplets"),
	"torn-create":          named(func(f *Faults) *string { return &f.TornAfter }, "droplets"),
	"429":                  counted(func(f *Faults) *int { return &f.TooMany }, 3),
	"retry-after":          lasting(func(f *Faults) *time.Duration { return &f.RetryAfter }, 5*time.Second),
	"503-reads":            counted(func(f *Faults) *int { return &f.BrokenReads }, 2),
	"dropped-reads":        counted(func(f *Faults) *int { return &f.DroppedReads }, 2),
	"locked":               flagged(func(f *Faults) *bool { return &f.Locked }),
	"warning":              flagged(func(f *Faults) *bool { return &f.Warned }),
	"missing-scope":        named(func(f *Faults) *string { return &f.MissingScope }, "droplet:create"),
	"droplet-limit":        counted(func(f *Faults) *int { return &f.DropletLimit }, 1),
	"hidden-droplet-limit": flagged(func(f *Faults) *bool { return &f.HiddenDropletLimit }),
	"sold-out":             named(func(f *Faults) *string { return &f.SoldOutSize }, "s-1vcpu-512mb-10gb"),
	"unlisted-size":        named(func(f *Faults) *string { return &f.UnlistedSize }, "s-1vcpu-512mb-10gb"),
	"withdrawn-image":      named(func(f *Faults) *string { return &f.WithdrawnImage }, "debian-13-x64"),
	"refused-image":        named(func(f *Faults) *string { return &f.RefusedImage }, "debian-13-x64"),
	"try-again":            counted(func(f *Faults) *int { return &f.TryAgain }, 1),
	"pending-on-destroy":   lasting(func(f *Faults) *time.Duration { return &f.PendingOnDestroy }, 10*time.Second),
	"linger":               lasting(func(f *Faults) *time.Duration { return &f.LingerAfterDestroy }, 10*time.Second),
	"action-errored":       flagged(func(f *Faults) *bool { return &f.ActionErrored }),
	"stuck-new":            flagged(func(f *Faults) *bool { return &f.StuckNew }),
	"firewall-fails":       flagged(func(f *Faults) *bool { return &f.FirewallFails }),
}

func lasting(field func(*Faults) *time.Duration, usual time.Duration) faultSetter {
	return func(f *Faults, value string) error {
		*field(f) = usual
		if value == "" {
			return nil
		}
		d, err := time.ParseDuration(value)
		*field(f) = d
		return err
	}
}

func counted(field func(*Faults) *int, usual int) faultSetter {
	return func(f *Faults, value string) error {
		*field(f) = usual
		if value == "" {
			return nil
		}
		n, err := strconv.Atoi(value)
		*field(f) = n
		return err
	}
}

func flagged(field func(*Faults) *bool) faultSetter {
	return func(f *Faults, value string) error {
		*field(f) = true
		if value != "" {
			return fmt.Errorf("takes no value, got %q", value)
		}
		return nil
	}
}

func named(field func(*Faults) *string, usual string) faultSetter {
	return func(f *Faults, value string) error {
		*field(f) = usual
		if value != "" {
			*field(f) = value
		}
		return nil
	}
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
			drop()
		case c.strikes("broken-reads", c.faults.BrokenReads):
			k.fail(http.StatusServiceUnavailable, "service_unavailable", "Service Unavailable")
			return true
		}
		return false
	}
	if k.r.Method != http.MethodPost {
		return false
	}
	switch {
	case c.faults.DropBefore == what && c.strikes("drop-before", 1):
		drop()
	case c.faults.ErrorBefore == what && c.strikes("error-before", 1):
		k.fail(http.StatusInternalServerError, "server_error", "Unexpected server-side error")
		return true
	}
	return false
}

// losesAnswer drops, cuts or replaces the answer to a POST that has taken effect.
func (k *call) losesAnswer() bool {
	if k.r.Method != http.MethodPost {
		return false
	}
	c, what := k.c, family(k.r.URL.Path)
	switch {
	case c.faults.DropAfter == what && c.strikes("drop-after", 1):
		drop()
	case c.faults.TornAfter == what && c.strikes("torn-after", 1):
		k.w.Header().Set("Content-Type", "application/json; charset=utf-8")
		k.w.Header().Set("Content-Length", "4096")
		k.w.WriteHeader(http.StatusAccepted)
		_, _ = k.w.Write([]byte(`{"droplet":{"id":`))
		if f, ok := k.w.(http.Flusher); ok {
			f.Flush()
		}
		drop()
	case c.faults.ErrorAfter == what && c.strikes("error-after", 1):
		k.fail(http.StatusInternalServerError, "server_error", "Unexpected server-side error")
		return true
	}
	return false
}

// drop ends the connection without an answer.
func drop() { panic(http.ErrAbortHandler) }

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
	}
	verbs := map[string]string{
		http.MethodGet: "read", http.MethodPost: "create", http.MethodPut: "update", http.MethodDelete: "delete",
	}
	noun, verb := nouns[family(path)], verbs[method]
	if method == http.MethodPost && (strings.HasSuffix(path, "/resources") || strings.HasSuffix(path, "/actions")) {
		verb = "update"
	}
	return noun + ":" + verb
}
