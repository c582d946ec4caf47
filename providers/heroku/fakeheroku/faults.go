package fakeheroku

import (
	"fmt"
	"net/http"
	"slices"
	"slipway/providers/simulation"
	"strconv"
	"time"
)

// Faults are the delays and failures of the real API and of what it runs. The zero
// value has none. Some are set to a family of calls ("apps", "config-vars", "sources",
// "builds", "releases", "formation", "addons", "dynos", "log-sessions", "slugs") and
// strike calls that change something of it, once.
type Faults struct {
	// DropAfter drops the connection of the next call of this family after it took
	// effect; DropBefore drops it before.
	DropAfter, DropBefore string
	// ErrorAfter answers the next call of this family with 500 after it took effect;
	// ErrorBefore with 503 before.
	ErrorAfter, ErrorBefore string
	// TornAfter cuts the answer to the next call of this family in the middle.
	TornAfter string
	// LateLookups is how often a GET of a new app, build or release answers 404, and a list
	// leaves out a new app.
	LateLookups int
	// TooMany is how many calls are answered with 429 before one is answered as usual.
	TooMany int
	// RetryAfter is the Retry-After of such a 429; 0 sends none.
	RetryAfter time.Duration
	// BrokenReads is how many GETs are answered with 503, DroppedReads how many lose their
	// connection.
	BrokenReads, DroppedReads int
	// Down answers every call with 503.
	Down bool
	// Unauthorized refuses every token, as after it was withdrawn.
	Unauthorized bool
	// Forbidden is a family of calls that the token may not make.
	Forbidden string
	// Unverified is an account without a payment method: it gets no app and no add-on.
	Unverified bool
	// Suspended is an account that Heroku has suspended.
	Suspended bool
	// Taken is a name of an app of somebody else's.
	Taken string
	// AppLimit refuses another app.
	AppLimit bool
	// NoEco is an account without the subscription that eco dynos need.
	NoEco bool
	// RefusedUpload refuses the source archive, as a URL that is too old does.
	RefusedUpload bool
	// SlowBuild is how long a build takes longer.
	SlowBuild time.Duration
	// FailBuild lets builds fail when their packages are installed.
	FailBuild bool
	// CutOutput cuts each stream of output after its first lines.
	CutOutput bool
	// SlowRelease is how long a release phase takes longer; FailRelease lets it fail.
	SlowRelease time.Duration
	FailRelease bool
	// SlowBoot is how long a web dyno takes longer until it starts.
	SlowBoot time.Duration
	// BootTimeout replaces the time that a web dyno has until it listens.
	BootTimeout time.Duration
	// SlowAddOn is how long an add-on takes until it is provisioned.
	SlowAddOn time.Duration
	// CutLogs ends each log that is followed after its first lines.
	CutLogs bool
	// NoAttach is a rendezvous that nobody answers.
	NoAttach bool
}

// strikes tells whether a fault that strikes limit times strikes now.
func (h *Heroku) strikes(name string, limit int) bool {
	if h.served[name] >= limit {
		return false
	}
	h.served[name]++
	return true
}

// refuses answers a call that is refused whatever it asks for.
func (h *Heroku) refuses(k *call) bool {
	k.w.Header().Set("RateLimit-Remaining", strconv.Itoa(h.remaining()))
	k.w.Header().Set("RateLimit-Multiplier", "1")
	return h.limited(k) || h.unauthorized(k) || h.broken(k)
}

func (h *Heroku) limited(k *call) bool {
	if !h.strikes("too-many", h.faults.TooMany) && h.recent() <= h.options.HourlyLimit {
		return false
	}
	k.w.Header().Set("RateLimit-Remaining", "0")
	if after := h.faults.RetryAfter; after > 0 {
		k.w.Header().Set("Retry-After", strconv.Itoa(int(after.Round(time.Second)/time.Second)))
	}
	k.fail(http.StatusTooManyRequests, "rate_limit", "Your account reached the API rate limit\nPlease wait a few minutes before making new requests")
	return true
}

func (h *Heroku) unauthorized(k *call) bool {
	if token := k.token(); token == "" || h.options.Token != "" && token != h.options.Token || h.faults.Unauthorized {
		k.fail(http.StatusUnauthorized, "unauthorized", "Invalid credentials provided.")
		return true
	}
	if h.faults.Suspended {
		k.fail(http.StatusForbidden, "suspended", "You are not authorized to perform this action as your account has been suspended. Contact support.")
		return true
	}
	if h.faults.Forbidden != "" && changes(k.r.Method) && h.faults.Forbidden == family(k.r.URL.Path) {
		k.fail(http.StatusForbidden, "forbidden", "You do not have permission to perform this action.")
		return true
	}
	return false
}

// token is what the call proves its account with: a bearer's token, or the password of
// HTTP's basic login, as ~/.netrc gives it.
func (k *call) token() string {
	if _, password, ok := k.r.BasicAuth(); ok {
		return password
	}
	const bearer = "Bearer "
	if header := k.r.Header.Get("Authorization"); len(header) > len(bearer) && header[:len(bearer)] == bearer {
		return header[len(bearer):]
	}
	return ""
}

// broken drops the connection or answers with 5xx before the call has taken effect.
func (h *Heroku) broken(k *call) bool {
	what, f := family(k.r.URL.Path), h.faults
	switch read := !changes(k.r.Method); {
	case f.Down, read && h.strikes("broken-reads", f.BrokenReads), !read && f.ErrorBefore == what && h.strikes("error-before", 1):
		k.fail(http.StatusServiceUnavailable, "service_unavailable", "Heroku API is temporarily unavailable.\nFor more information, visit: https://status.heroku.com")
		return true
	case read && h.strikes("dropped-reads", f.DroppedReads), !read && f.DropBefore == what && h.strikes("drop-before", 1):
		simulation.Drop()
	}
	return false
}

// losesAnswer drops, cuts or replaces the answer to a call that has taken effect.
func (k *call) losesAnswer() bool {
	if !changes(k.r.Method) {
		return false
	}
	h, what := k.h, family(k.r.URL.Path)
	switch {
	case h.faults.DropAfter == what && h.strikes("drop-after", 1):
		simulation.Drop()
	case h.faults.TornAfter == what && h.strikes("torn-after", 1):
		simulation.Tear(k.w, http.StatusCreated, `{"app":{"id":`)
	case h.faults.ErrorAfter == what && h.strikes("error-after", 1):
		k.fail(http.StatusInternalServerError, "internal_server_error", "Internal server error.")
		return true
	}
	return false
}

// isNew makes later reads of a thing late, if they are to be.
func (h *Heroku) isNew(id string) {
	if h.faults.LateLookups > 0 {
		h.misses[id] = h.faults.LateLookups
	}
}

// notYet tells whether a read of a thing does not find it yet.
func (h *Heroku) notYet(k *call, id string) bool {
	if k.r.Method != http.MethodGet || h.misses[id] == 0 {
		return false
	}
	h.misses[id]--
	return true
}

// othersApps are names that are always somebody else's.
var othersApps = []string{"hello", "example", "demo", "test", "app", "shop", "blog", "accounts", "slipway"}

func (h *Heroku) taken(name string) bool {
	return name != "" && (name == h.faults.Taken || slices.Contains(othersApps, name))
}

// unverified refuses what needs a payment method.
func (h *Heroku) unverified(k *call, message string) bool {
	if !h.faults.Unverified {
		return false
	}
	k.send(http.StatusPaymentRequired, object{
		"id": "verification_required", "url": "https://devcenter.heroku.com/articles/account-verification",
		"message": fmt.Sprintf("%s Verify now at https://heroku.com/verify", message),
	})
	return true
}
