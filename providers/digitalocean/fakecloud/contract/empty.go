package contract

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"testing"
)

// EmptyAnswers attacks who calls the API with answers that have nothing in them. begin
// makes a new world: where its API is, and a life that calls the API at the address that
// it is given. A life is lived once for each call that a whole one makes, without what
// that call's answer has. Errors are no matter; it fails if the life panics. With -short,
// only some of the calls are tried.
func EmptyAnswers(t *testing.T, begin func() (api string, life func(api string))) {
	t.Helper()
	whole, trouble := without(t, 0, begin)
	for at := int64(1); at <= whole && trouble == ""; at++ {
		if testing.Short() && at%4 != 0 {
			continue
		}
		if _, trouble = without(t, at, begin); trouble != "" {
			t.Errorf("without the answer of call %d of %d, %s", at, whole, trouble)
			trouble = ""
		}
	}
	if trouble != "" {
		t.Error(trouble)
	}
}

// without lives once, and takes all out of the answer of a call: a number from 1 on; 0 is
// none. trouble is the panic that came of it.
func without(t *testing.T, at int64, begin func() (string, func(string))) (calls int64, trouble string) {
	api, life := begin()
	to, err := url.Parse(api)
	if err != nil {
		t.Fatal(err)
	}
	var count atomic.Int64
	var call atomic.Value
	proxy := httputil.NewSingleHostReverseProxy(to)
	proxy.ModifyResponse = func(r *http.Response) error {
		if count.Add(1) == at && (r.StatusCode == http.StatusOK || r.StatusCode == http.StatusCreated || r.StatusCode == http.StatusAccepted) {
			call.Store(r.Request.Method + " " + r.Request.URL.Path)
			_ = r.Body.Close()
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader("{}")), 2
			r.Header.Set("Content-Length", "2")
		}
		return nil
	}
	server := httptest.NewServer(proxy)
	defer server.Close()
	defer func() {
		if r := recover(); r != nil {
			trouble = fmt.Sprintf("%v: %v\n%s", call.Load(), r, debug.Stack())
		}
		calls = count.Load()
	}()
	life(server.URL)
	return
}
