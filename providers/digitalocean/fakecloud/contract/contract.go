// Package contract checks in a test every request to a handler, and every response
// of it, against DigitalOcean's published OpenAPI description. So neither the
// provider nor the simulated cloud can use a call, a field or an answer that the real
// API does not have.
//
// The description is not part of the repository. Where it is absent nothing is
// checked, and the test's log says so; under CI the test fails. Where the live API
// is known to differ from its description, [Exceptions] says how and why.
package contract

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

// Exception is a known difference between the description and the live API.
type Exception struct {
	// Name is a short name of the difference.
	Name string
	// Why is what the description says and what the live API does.
	Why string
	// mend rewrites a decoded body to what the description wants to see, so
	// that all else in the body is still checked.
	mend func(path string, body any)
}

// Exceptions are all known differences. Any other one fails the test.
var Exceptions = []Exception{
	{
		Name: "icmp rule without ports",
		Why:  "the description demands ports in every firewall rule; the live API accepts ICMP rules only without ports",
		mend: addPortsToICMP,
	},
	{
		Name: "next_backup_window is null",
		Why:  "the description makes only one half of its allOf nullable; the live API sends null for droplets without backups",
		mend: addBackupWindow,
	},
	{
		Name: "no project for a database",
		Why:  "the description demands a UUID; the live API takes the empty text that DigitalOcean's own client sends for the default project",
		mend: dropNoProject,
	},
	{
		Name: "read-only fields of trusted sources",
		Why:  "the description refuses them in a request; the live API takes rules as it listed them, and DigitalOcean's own client sends them always",
		mend: dropReadOnlyRules,
	},
}

func dropNoProject(path string, body any) {
	if node, ok := body.(map[string]any); ok && path == "/v2/databases" && node["project_id"] == "" {
		delete(node, "project_id")
	}
}

func dropReadOnlyRules(path string, body any) {
	node, ok := body.(map[string]any)
	if !ok || !strings.HasPrefix(path, "/v2/databases/") || !strings.HasSuffix(path, "/firewall") {
		return
	}
	rules, _ := node["rules"].([]any)
	for _, r := range rules {
		if rule, ok := r.(map[string]any); ok {
			delete(rule, "cluster_uuid")
			delete(rule, "created_at")
		}
	}
}

func addBackupWindow(path string, body any) {
	switch node := body.(type) {
	case []any:
		for _, item := range node {
			addBackupWindow(path, item)
		}
	case map[string]any:
		if window, has := node["next_backup_window"]; has && window == nil {
			node["next_backup_window"] = map[string]any{"start": "2026-01-01T00:00:00Z", "end": "2026-01-01T23:00:00Z"}
		}
		for _, item := range node {
			addBackupWindow(path, item)
		}
	}
}

func addPortsToICMP(path string, body any) {
	if !strings.HasPrefix(path, "/v2/firewalls") {
		return
	}
	switch node := body.(type) {
	case []any:
		for _, item := range node {
			addPortsToICMP(path, item)
		}
	case map[string]any:
		if _, has := node["ports"]; node["protocol"] == "icmp" && !has {
			node["ports"] = "0"
		}
		for _, item := range node {
			addPortsToICMP(path, item)
		}
	}
}

// mended is the body as the description wants it, after all exceptions; a body that is
// not JSON stays as it is.
func mended(path string, body []byte) []byte {
	var decoded any
	if json.Unmarshal(body, &decoded) != nil {
		return body
	}
	for _, e := range Exceptions {
		e.mend(path, decoded)
	}
	again, err := json.Marshal(decoded)
	if err != nil {
		return body
	}
	return again
}

// description is the path of the OpenAPI description, beside the repository.
func description() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			path := filepath.Join(dir, "..", "shared", "do-api", "digitalocean.openapi.json")
			_, err := os.Stat(path)
			return path, err
		}
	}
	return "", fs.ErrNotExist
}

// load parses the description once for all tests of a package.
var load = sync.OnceValues(func() (routers.Router, error) {
	path, err := description()
	if err != nil {
		return nil, err
	}
	openapi3.DefineIPv4Format()
	openapi3.DefineIPv6Format()
	openapi3.DefineStringFormatValidator("uuid", openapi3.NewRegexpFormatValidator(openapi3.FormatOfStringForUUIDOfRFC4122))
	doc, err := openapi3.NewLoader().LoadFromFile(path)
	if err != nil {
		return nil, err
	}
	// The tests call another host than the description names.
	doc.Servers = nil
	return gorillamux.NewRouter(doc)
})

// Held wraps next so that t fails on every request and response that breaks the
// description. Without the description it returns next as it is and says so in t's
// log; under CI t fails.
func Held(t testing.TB, next http.Handler) http.Handler {
	t.Helper()
	router, err := load()
	if errors.Is(err, fs.ErrNotExist) {
		if os.Getenv("CI") != "" {
			t.Fatal("DigitalOcean's API description is not at ../shared/do-api beside the repository")
		}
		t.Log("not checked against DigitalOcean's API description: ../shared/do-api is not there")
		return next
	}
	if err != nil {
		t.Fatalf("DigitalOcean's API description can't be read: %v", err)
	}
	return &held{t: t, next: next, router: router}
}

type held struct {
	t      testing.TB
	next   http.Handler
	router routers.Router
}

// streams is what the URLs of logs and consoles in answers lead to: no part of the API,
// and open for long.
const streams = "/streams/"

func (h *held) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, streams) {
		h.next.ServeHTTP(w, r)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		h.t.Errorf("%s %s: read the request: %v", r.Method, r.URL, err)
	}
	input := h.request(r, body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	answer := httptest.NewRecorder()
	defer func() {
		// The handler drops the connection: only what it sent before arrives.
		if reason := recover(); reason != nil {
			if answer.Flushed {
				h.forward(w, answer)
			}
			panic(reason)
		}
	}()
	h.next.ServeHTTP(answer, r)
	h.response(input, r, answer)
	h.forward(w, answer)
}

func (h *held) request(r *http.Request, body []byte) *openapi3filter.RequestValidationInput {
	copied := r.Clone(context.Background())
	body = mended(r.URL.Path, body)
	copied.Body, copied.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	route, params, err := h.router.FindRoute(copied)
	if err != nil {
		h.t.Errorf("%s %s is not in DigitalOcean's API description: %v", r.Method, r.URL, err)
		return nil
	}
	input := &openapi3filter.RequestValidationInput{
		Request: copied, PathParams: params, Route: route,
		Options: &openapi3filter.Options{
			MultiError: true, IncludeResponseStatus: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc,
			SchemaValidationOptions: []openapi3.SchemaValidationOption{openapi3.DisableSchemaErrorDetails()},
		},
	}
	h.judge(r, "the request", openapi3filter.ValidateRequest(copied.Context(), input))
	return input
}

func (h *held) response(input *openapi3filter.RequestValidationInput, r *http.Request, answer *httptest.ResponseRecorder) {
	if input == nil || answer.Code >= 300 && answer.Code < 400 {
		return // the real API does not redirect
	}
	h.judge(r, "the response", openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: answer.Code, Header: answer.Header(),
		Body: io.NopCloser(bytes.NewReader(mended(r.URL.Path, answer.Body.Bytes()))), Options: input.Options,
	}))
}

func (h *held) judge(r *http.Request, what string, err error) {
	if err == nil {
		return
	}
	h.t.Errorf("%s %s: %s breaks DigitalOcean's API description: %v", r.Method, r.URL, what, err)
}

func (h *held) forward(w http.ResponseWriter, answer *httptest.ResponseRecorder) {
	maps.Copy(w.Header(), answer.Header())
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes()) // it is no error of the handler if the client has gone
	if f, ok := w.(http.Flusher); ok && answer.Flushed {
		f.Flush()
	}
}

// Server serves handler, checked by Held, until the test ends and returns its URL.
func Server(t testing.TB, handler http.Handler) *url.URL {
	t.Helper()
	server := httptest.NewServer(Held(t, handler))
	t.Cleanup(server.Close)
	u, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
