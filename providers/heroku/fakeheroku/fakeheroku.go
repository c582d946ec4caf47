// Package fakeheroku is a simulated Heroku for tests: an http.Handler that keeps one
// account with its apps, config vars, add-ons, builds and releases, and that runs what
// it is given. A build makes a virtual environment from the source that was uploaded;
// dynos are processes of this computer, each with a copy of the slug of its own, and an
// app answers at a loopback address.
//
// It has the delays and failures of the real API; each is one of [Faults] and can be
// switched on by itself, also by HTTP (see [ControlPath]). Its answers follow the schema
// that Heroku publishes, to which package contract holds them; where the schema says
// nothing, they follow Heroku's documentation and what its users report.
//
// It needs python3 and no root. What an app runs is not locked in: the tests' own apps
// are what it is for.
package fakeheroku

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// Options are what a Heroku is made with.
type Options struct {
	// Dir is the folder for its state, its slugs and its dynos. A later Heroku with the
	// same folder continues with what is there.
	Dir string
	// Cache is a folder that many may share: for uv and the packages that it fetches. Empty
	// is a folder in the user's cache.
	Cache string
	// Token is the only token that is accepted; empty accepts every token.
	Token string
	// Email is the account's; empty is [Email].
	Email string
	// Teams are the names of teams that the account is in.
	Teams []string
	// HourlyLimit is how many calls are answered in an hour; 0 is 4500, as at Heroku.
	HourlyLimit int
	// PageSize is how many items a list has if the call does not say; 0 is 200.
	PageSize int
	// BootTimeout is how long a web dyno may take until it listens; 0 is a minute.
	BootTimeout time.Duration
	// Grace is how long a dyno may take to end after SIGTERM; 0 is half a minute.
	Grace time.Duration
	// Databases makes a real database for each add-on heroku-postgresql, if this computer
	// has PostgreSQL (see HasPostgres).
	Databases bool
	// Faults are what goes wrong; SetFaults changes them later.
	Faults Faults
	// Log receives a line for each thing that happens. Several goroutines call it. It may
	// be nil.
	Log func(format string, args ...any)
}

// Email is the account's address if the options name none.
const Email = "operator@example.com"

// OutsidePath is the prefix of all paths that at Heroku are not the API's but other
// hosts': where a source is put, a build's output is read, a log is read. None of it is
// in the schema.
const OutsidePath = "/-/"

// Heroku is one simulated account. It is safe for concurrent use.
type Heroku struct {
	options Options
	mux     *http.ServeMux
	outside *http.ServeMux

	mu       sync.Mutex
	state    state
	faults   Faults
	requests []Request
	served   map[string]int // how often each fault that counts has struck
	misses   map[string]int // how many 404s reads of a new thing still get
	live     map[string]*live
	streams  map[string]*stream
	secrets  map[string]*attachment
	logPaths map[string]logQuery

	rendezvous net.Listener
	databases  *databases

	environments environments

	ctx  context.Context
	stop context.CancelFunc
	work sync.WaitGroup
}

// New makes a Heroku and runs the dynos that options.Dir remembers. It and all that it
// has started end with ctx, or with Close.
func New(ctx context.Context, options Options) (*Heroku, error) {
	withDefaults(&options)
	if options.Dir == "" {
		return nil, errors.New("a simulated Heroku needs a folder: set Options.Dir")
	}
	dir, err := filepath.Abs(options.Dir)
	if err != nil {
		return nil, err
	}
	options.Dir = dir
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	h := &Heroku{
		options: options, faults: options.Faults, state: newState(options),
		served: map[string]int{}, misses: map[string]int{}, live: map[string]*live{},
		streams: map[string]*stream{}, secrets: map[string]*attachment{}, logPaths: map[string]logQuery{},
	}
	if err := h.load(); err != nil {
		return nil, err
	}
	h.ctx, h.stop = context.WithCancel(ctx)
	h.databases = &databases{h: h}
	if options.Databases {
		h.databases.programs = postgresPrograms()
	}
	h.mux, h.outside = h.routes(), h.outsideRoutes()
	if err := h.openRendezvous(); err != nil {
		h.stop()
		return nil, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, a := range h.state.Apps {
		if err := h.revive(a); err != nil {
			h.stop()
			return nil, err
		}
		h.reviveAddOns(a)
	}
	return h, nil
}

func withDefaults(o *Options) {
	if o.Cache == "" {
		dir, err := os.UserCacheDir()
		if err != nil {
			dir = os.TempDir()
		}
		o.Cache = filepath.Join(dir, "slipway", "fakeheroku")
	}
	if o.Email == "" {
		o.Email = Email
	}
	if o.HourlyLimit == 0 {
		o.HourlyLimit = 4500
	}
	if o.PageSize == 0 {
		o.PageSize = 200
	}
	if o.BootTimeout == 0 {
		o.BootTimeout = time.Minute
	}
	if o.Grace == 0 {
		o.Grace = 30 * time.Second
	}
	if o.Log == nil {
		o.Log = func(string, ...any) {}
	}
}

// Close ends all that runs and waits for it. What is in the folder stays.
func (h *Heroku) Close() {
	h.stop()
	h.work.Wait()
}

// SetFaults replaces the faults from now on.
func (h *Heroku) SetFaults(f Faults) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.faults = f
	clear(h.served)
	clear(h.misses)
}

func (h *Heroku) routes() *http.ServeMux {
	mux := http.NewServeMux()
	for pattern, handle := range h.handlers() {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { handle(&call{w: w, r: r, h: h}) })
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		(&call{w: w, r: r, h: h}).fail(http.StatusNotFound, "not_found", "The requested API endpoint was not found. Are you using the right HTTP verb (i.e. `GET` vs. `POST`), and did you specify your intended version with the `Accept` header?")
	})
	return mux
}

// ServeHTTP answers one call. Calls of the API are answered one at a time.
func (h *Heroku) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, OutsidePath) {
		h.outside.ServeHTTP(w, r)
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.requests = append(h.requests, Request{Method: r.Method, Path: r.URL.Path, Time: time.Now()})
	k := &call{w: w, r: r, h: h}
	w.Header().Set("Request-Id", h.nextID())
	if h.refuses(k) {
		return
	}
	h.mux.ServeHTTP(w, r)
}

// call is one request and where its answer is written.
type call struct {
	w http.ResponseWriter
	r *http.Request
	h *Heroku
}

// object is an answer's body, with the names that the schema gives.
type object map[string]any

func (k *call) path(name string) string { return k.r.PathValue(name) }

// read decodes the request's body. If it can't, it answers 400 and returns false.
func (k *call) read(into any) bool {
	if k.r.Body == nil || k.r.ContentLength == 0 {
		return true
	}
	if err := json.NewDecoder(k.r.Body).Decode(into); err != nil {
		k.fail(http.StatusBadRequest, "bad_request", "Unable to parse JSON: "+err.Error())
		return false
	}
	return true
}

// answer saves what the call changed and sends a body.
func (k *call) answer(status int, body any) {
	if k.r.Method != http.MethodGet {
		if err := k.h.save(); err != nil {
			k.fail(http.StatusInternalServerError, "internal_server_error", "the simulated Heroku can't save its state: "+err.Error())
			return
		}
	}
	if k.losesAnswer() {
		return
	}
	k.send(status, body)
}

func (k *call) send(status int, body any) {
	k.w.Header().Set("Content-Type", "application/json")
	k.w.WriteHeader(status)
	// It is no error of Heroku's if the client has gone.
	_ = json.NewEncoder(k.w).Encode(body)
}

// fail answers with an error body like the real API's.
func (k *call) fail(status int, id, message string) {
	k.send(status, object{"id": id, "message": message})
}

func (k *call) notFound(what string) {
	k.send(http.StatusNotFound, object{"resource": strings.ReplaceAll(what, " ", "_"), "id": "not_found", "message": fmt.Sprintf("Couldn't find that %s.", what)})
}

func (k *call) invalid(format string, args ...any) {
	k.fail(http.StatusUnprocessableEntity, "invalid_params", fmt.Sprintf(format, args...))
}

// address is the URL of a path outside of the API.
func (k *call) address(path string) string {
	scheme := "http"
	if k.r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + k.r.Host + OutsidePath + path
}
