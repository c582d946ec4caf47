package fakeheroku

import (
	"fmt"
	"html"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"time"
)

// router answers at an app's address, as Heroku's router does.
type router struct {
	h    *Heroku
	app  *app
	live *live
}

// patience is how long a request waits for a dyno that starts.
const patience = 75 * time.Second

// ServeHTTP passes a request on to a web dyno that listens, or answers 503.
func (r *router) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	began := time.Now()
	to, code, reason := r.upstream(request)
	if code != "" {
		r.fail(w, request, code, reason)
		return
	}
	proxy := &httputil.ReverseProxy{
		FlushInterval: -1,
		Rewrite: func(p *httputil.ProxyRequest) {
			p.SetURL(&url.URL{Scheme: "http", Host: to.address})
			p.SetXForwarded()
			p.Out.Host = p.In.Host
			_, port, _ := net.SplitHostPort(p.In.Host)
			p.Out.Header.Set("X-Forwarded-Port", port)
			p.Out.Header.Set("X-Request-Id", idOf(fmt.Sprint(began.UnixNano(), rand.Int64()))) //nolint:gosec // nothing secret
			p.Out.Header.Set("Via", "1.1 heroku-router")
		},
		ModifyResponse: func(response *http.Response) error {
			r.log(request, "info", "", fmt.Sprintf("dyno=%s connect=0ms service=%dms status=%d", to.name, time.Since(began).Milliseconds(), response.StatusCode))
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, request *http.Request, _ error) {
			r.fail(w, request, "H13", "Connection closed without response")
		},
	}
	proxy.ServeHTTP(w, request)
}

// upstream is where a request goes: a dyno's name and its address of one boot. A dyno that
// boots again has another address, which Heroku.mu guards.
type upstream struct{ name, address string }

// upstream picks a dyno that listens, and waits for one that starts.
func (r *router) upstream(request *http.Request) (to *upstream, code, reason string) {
	for limit := time.Now().Add(patience); ; pause(request.Context(), 20*time.Millisecond) {
		to, starts, code, reason := r.look()
		switch {
		case to != nil, code != "" && !starts:
			return to, code, reason
		case time.Now().After(limit) || request.Context().Err() != nil || r.live.ctx.Err() != nil:
			return nil, "H20", "App boot timeout"
		}
	}
}

func (r *router) look() (to *upstream, starts bool, code, reason string) {
	r.h.mu.Lock()
	defer r.h.mu.Unlock()
	if r.app.Maintenance {
		return nil, false, "H80", "Maintenance mode"
	}
	if r.app.slugOf(r.app.current()) == nil {
		return nil, false, "H81", "Blank app"
	}
	var ready []*dyno
	code, reason = "H14", "No web processes running"
	for _, d := range r.live.dynos {
		if d.Type != "web" || !d.formation {
			continue
		}
		switch d.State {
		case up:
			ready = append(ready, d)
		case starting:
			starts = true
		case crashed:
			code, reason = "H10", "App crashed"
		}
	}
	if len(ready) == 0 {
		return nil, starts, code, reason
	}
	d := ready[rand.IntN(len(ready))] //nolint:gosec // nothing secret
	return &upstream{d.Name, d.address}, false, "", ""
}

func (r *router) fail(w http.ResponseWriter, request *http.Request, code, reason string) {
	status, title := http.StatusServiceUnavailable, "Application error"
	if code == "H81" {
		status, title = http.StatusBadGateway, "There's nothing here, yet."
	}
	r.log(request, "error", fmt.Sprintf("code=%s desc=%q ", code, reason), fmt.Sprintf("dyno= connect= service= status=%d", status))
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache, no-store")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, "<!DOCTYPE html><html><head><title>"+html.EscapeString(title)+"</title></head><body><h1>"+html.EscapeString(title)+"</h1></body></html>\n")
}

func (r *router) log(request *http.Request, at, code, rest string) {
	r.live.logs.heroku("router", "at=%s %smethod=%s path=%q host=%s fwd=%q %s", at, code, request.Method, request.URL.RequestURI(), request.Host, request.RemoteAddr, rest)
}
