package digitalocean

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// secret returns the token. It is a function because fmt prints what a string
// holds in an unexported field, whatever methods its type has.
type secret func() string

func newSecret(token string) secret { return func() string { return token } }

// redact takes the token out of a text that came from elsewhere.
func (s secret) redact(text string) string { return strings.ReplaceAll(text, s(), "[token]") }

const (
	// refusedFor is how long a call that is answered with 429 or 5xx is
	// repeated: longer than the minute that a burst limit lasts.
	refusedFor = 2 * time.Minute
	// unreachableFor is the same for a connection that fails: a wrong address
	// or a missing network should show soon.
	unreachableFor = 30 * time.Second
	// answerWithin is the time for one call, its body included.
	answerWithin = time.Minute
	// longestBody is more than 200 droplets are.
	longestBody = 32 << 20
)

// transport signs each call and repeats those that may be repeated: what only
// reads, and what ends the same however often it is sent. A POST is sent once.
type transport struct {
	token secret
	clock Clock
	base  http.RoundTripper
}

func newTransport(token secret, clock Clock) *transport {
	base := http.DefaultTransport.(*http.Transport).Clone()
	base.IdleConnTimeout = 15 * time.Second
	return &transport{token: token, clock: clock, base: base}
}

// RoundTrip sends the request, again if need be.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if !repeatable(r.Method) {
		return t.once(r)
	}
	start := t.clock.Now()
	pauses := backoff.NewExponentialBackOff() // with its jitter of one half
	pauses.InitialInterval, pauses.MaxInterval = 500*time.Millisecond, 15*time.Second
	for {
		response, err := t.once(r)
		pause, again := t.pause(response, err, pauses.NextBackOff())
		if !again || r.Context().Err() != nil || t.clock.Now().Add(pause).Sub(start) > lasting(err) {
			return response, err
		}
		if err := t.clock.Sleep(r.Context(), pause); err != nil {
			return nil, err
		}
		if r, err = rewound(r); err != nil {
			return nil, err
		}
	}
}

func repeatable(method string) bool {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPut, http.MethodDelete:
		return true
	}
	return false
}

func lasting(err error) time.Duration {
	if err != nil {
		return unreachableFor
	}
	return refusedFor
}

// once sends the request and reads the whole answer, so that a connection that
// breaks in the middle of a body counts as broken.
func (t *transport) once(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeoutCause(r.Context(), answerWithin, fmt.Errorf("no answer within %s", answerWithin))
	defer cancel()
	signed := r.Clone(ctx)
	signed.Header.Set("Authorization", "Bearer "+t.token())
	response, err := t.base.RoundTrip(signed)
	if err != nil {
		return nil, t.lost(ctx, r, err)
	}
	// All of it has been read by then: closing has nothing left to tell.
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(response.Body, longestBody))
	if err != nil {
		return nil, t.lost(ctx, r, fmt.Errorf("the answer broke off: %w", err))
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	response.ContentLength = int64(len(body))
	response.Request = r // not the signed one
	return response, nil
}

// lost names the timeout as the cause, unless the caller's own context ended.
func (t *transport) lost(ctx context.Context, r *http.Request, err error) error {
	if r.Context().Err() == nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// pause tells whether to send again, and after how long: what the API asks
// for, but no sooner than the backoff.
func (t *transport) pause(response *http.Response, err error, next time.Duration) (time.Duration, bool) {
	if err != nil {
		return next, !hopeless(err)
	}
	switch response.StatusCode {
	case http.StatusTooManyRequests:
		return max(next, t.askedPause(response.Header)), true
	case http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return max(next, t.askedPause(response.Header)), true
	}
	return 0, false
}

// hopeless errors are the same at every try.
func hopeless(err error) bool {
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	var verify *tls.CertificateVerificationError
	return errors.As(err, &unknown) || errors.As(err, &host) || errors.As(err, &invalid) || errors.As(err, &verify)
}

// askedPause reads retry-after, which only burst limits send, else the time at
// which the oldest counted request expires.
func (t *transport) askedPause(header http.Header) time.Duration {
	if seconds, err := strconv.Atoi(header.Get("Retry-After")); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(header.Get("Retry-After")); err == nil {
		return at.Sub(t.clock.Now())
	}
	if header.Get("Ratelimit-Remaining") != "0" {
		return 0
	}
	reset, err := strconv.ParseInt(header.Get("Ratelimit-Reset"), 10, 64)
	if err != nil {
		return 0
	}
	return time.Unix(reset, 0).Sub(t.clock.Now())
}

// rewound is the request with its body at the beginning again.
func rewound(r *http.Request) (*http.Request, error) {
	again := r.Clone(r.Context())
	if r.GetBody == nil {
		return again, nil
	}
	body, err := r.GetBody()
	if err != nil {
		return nil, fmt.Errorf("send the request again: %w", err)
	}
	again.Body = body
	return again, nil
}
