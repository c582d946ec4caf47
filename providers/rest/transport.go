package rest

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strconv"
	"time"

	"github.com/cenkalti/backoff/v5"
)

const (
	// refusedFor is how long a call is repeated that is answered with 429 or 5xx:
	// longer than the minute that a burst limit lasts.
	refusedFor = 2 * time.Minute
	// unreachableFor is how long a call is repeated whose connection fails. It is
	// short, so that a wrong address or a missing network is reported soon.
	unreachableFor = 30 * time.Second
	// answerWithin is how long one call may take, with its body.
	answerWithin = time.Minute
	// longestBody is how much of an answer is read: 200 droplets are less.
	longestBody = 32 << 20
)

// Transport adds the token to each call and repeats the calls that may be repeated:
// those that only read, and those that end the same however often they are sent. A
// POST and a PATCH are sent once.
type Transport struct {
	token   Secret
	clock   Clock
	base    http.RoundTripper
	options Options
}

// Options say how an API differs from others.
type Options struct {
	// Header is added to each call.
	Header http.Header
	// RefusedAgain has each call repeated that is answered with 429, whatever its method:
	// an API that answers so has not carried it out.
	RefusedAgain bool
}

// NewTransport makes a transport that sends the token as a bearer's.
func NewTransport(token Secret, clock Clock, o Options) *Transport {
	return &Transport{token: token, clock: clock, base: NewBase(), options: o}
}

// NewBase makes a transport of the kind below each [Transport], which sends no token
// and repeats nothing.
func NewBase() *http.Transport {
	base := http.DefaultTransport.(*http.Transport).Clone()
	base.IdleConnTimeout = 15 * time.Second
	return base
}

// RoundTrip sends the request, and sends it again if that may help.
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	start := t.clock.Now()
	pauses := backoff.NewExponentialBackOff()
	pauses.InitialInterval, pauses.MaxInterval = 500*time.Millisecond, 15*time.Second
	for {
		response, err := t.once(r)
		pause, again := t.pause(response, err, pauses.NextBackOff())
		again = again && t.repeatable(r.Method, response)
		if !again || r.Context().Err() != nil || t.clock.Now().Add(pause).Sub(start) > repeatedFor(err) {
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

// repeatable tells whether a call may be sent again after its answer, which is nil if
// it was lost.
func (t *Transport) repeatable(method string, answer *http.Response) bool {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPut, http.MethodDelete:
		return true
	}
	return t.options.RefusedAgain && answer != nil && answer.StatusCode == http.StatusTooManyRequests
}

// repeatedFor is how long a call is repeated; err is nil if it was answered.
func repeatedFor(err error) time.Duration {
	if err != nil {
		return unreachableFor
	}
	return refusedFor
}

// once sends the request and reads the whole answer, so that it notices a connection
// that breaks in the middle of a body.
func (t *Transport) once(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeoutCause(r.Context(), answerWithin, fmt.Errorf("no answer within %s", answerWithin))
	defer cancel()
	signed := r.Clone(ctx)
	maps.Copy(signed.Header, t.options.Header)
	signed.Header.Set("Authorization", "Bearer "+t.token())
	response, err := t.base.RoundTrip(signed)
	if err != nil {
		return nil, t.lost(ctx, r, err)
	}
	// All of it has been read by then, so an error of Close does not matter.
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

// lost is the error of a call without an answer. It names the timeout as the cause,
// unless the caller's own context ended.
func (t *Transport) lost(ctx context.Context, r *http.Request, err error) error {
	if r.Context().Err() == nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// pause tells whether to send the call again, and after how long: after the time
// that the API asks for, and at least after next.
func (t *Transport) pause(response *http.Response, err error, next time.Duration) (time.Duration, bool) {
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

// hopeless tells errors that another try can't change.
func hopeless(err error) bool {
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	var verify *tls.CertificateVerificationError
	return errors.As(err, &unknown) || errors.As(err, &host) || errors.As(err, &invalid) || errors.As(err, &verify)
}

// askedPause is how long the API asks to wait: Retry-After, which only burst limits
// send, else until the oldest counted request expires.
func (t *Transport) askedPause(header http.Header) time.Duration {
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
