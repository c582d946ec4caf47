// Package contract checks in a test every request to a handler, and every answer of it,
// against the schema of its Platform API that Heroku publishes. So neither the provider
// nor the simulated Heroku can use a call, a field or an answer that the real API does
// not have.
//
// schema.json is the schema of Heroku's Go client (heroku/heroku-go v6, whose MIT
// licence is beside it), with the definitions that a deployer may touch. Where the
// simulation has to differ from it, [Exceptions] says how and why.
package contract

import (
	"bytes"
	_ "embed"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

//go:embed schema.json
var schema []byte

// Exception is a known difference between the schema and what is checked.
type Exception struct {
	// Name is a short name of the difference.
	Name string
	// Why is what the schema says and why it does not hold.
	Why string
	// mend rewrites an object of a decoded body to what the schema wants to see, so that
	// all else in the body is still checked.
	mend func(object map[string]any)
}

// Exceptions are all known differences. Any other one fails the test.
var Exceptions = []Exception{{
	Name: "web_url on this computer",
	Why:  "the schema wants a name below herokuapp.com; a simulated app answers at a loopback address",
	mend: func(object map[string]any) {
		if address, ok := object["web_url"].(string); ok && strings.HasPrefix(address, "http://127.0.0.1:") {
			object["web_url"] = "https://simulated.herokuapp.com/"
		}
	},
}}

// outside is the prefix of what is not the API's: at Heroku it is on other hosts.
const outside = "/-/"

// link is one call of the schema.
type link struct {
	method          string
	path            *regexp.Regexp
	request, answer *jsonschema.Schema
	fields          map[string]bool // those of the request; nil takes any
	definition      map[string]any  // what the answer is one of, or a list of
	given           int             // how many parts of the path are not fixed
}

type description struct {
	links []link
}

var load = sync.OnceValues(func() (*description, error) {
	decoded, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		return nil, err
	}
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft4)
	compiler.AssertFormat()
	compiler.UseRegexpEngine(lenient)
	if err := compiler.AddResource("heroku.json", withoutMeta(decoded)); err != nil {
		return nil, err
	}
	d := &description{}
	for name, definition := range decoded.(map[string]any)["definitions"].(map[string]any) {
		links, _ := definition.(map[string]any)["links"].([]any)
		for i, raw := range links {
			l, err := d.read(compiler, decoded.(map[string]any), raw.(map[string]any), fmt.Sprintf("heroku.json#/definitions/%s/links/%d", name, i))
			if err != nil {
				return nil, err
			}
			d.links = append(d.links, l)
		}
	}
	// A path with fewer free parts is the closer one.
	slices.SortStableFunc(d.links, func(a, b link) int { return a.given - b.given })
	return d, nil
})

// withoutMeta takes away the names of the meta schema for links, which is not draft 4's
// own.
func withoutMeta(node any) any {
	switch node := node.(type) {
	case []any:
		for _, item := range node {
			withoutMeta(item)
		}
	case map[string]any:
		delete(node, "$schema")
		for _, item := range node {
			withoutMeta(item)
		}
	}
	return node
}

// lenient takes the one pattern that Go's regular expressions can't say as any text.
func lenient(pattern string) (jsonschema.Regexp, error) {
	if strings.Contains(pattern, "(?!") {
		pattern = ""
	}
	compiled, err := regexp.Compile(pattern)
	if err != nil {
		return nil, err
	}
	return compiled, nil
}

var free = regexp.MustCompile(`\{[^}]*\}`)

func (d *description) read(compiler *jsonschema.Compiler, root, raw map[string]any, at string) (link, error) {
	href := raw["href"].(string)
	parts := free.Split(href, -1)
	for i, part := range parts {
		parts[i] = regexp.QuoteMeta(part)
	}
	l := link{method: raw["method"].(string), path: regexp.MustCompile("^" + strings.Join(parts, `[^/]+`) + "$"), given: len(parts) - 1}
	var err error
	if request, has := raw["schema"].(map[string]any); has {
		if l.request, err = compiler.Compile(at + "/schema"); err != nil {
			return l, err
		}
		l.fields = fieldsOf(request)
	} else {
		l.fields = map[string]bool{}
	}
	if target, has := raw["targetSchema"].(map[string]any); has {
		if l.answer, err = compiler.Compile(at + "/targetSchema"); err != nil {
			return l, err
		}
		if items, list := target["items"].(map[string]any); list {
			target = items
		}
		l.definition = resolve(root, target)
	}
	return l, nil
}

// fieldsOf are the fields that a request may have; nil if its names are free.
func fieldsOf(request map[string]any) map[string]bool {
	properties, has := request["properties"].(map[string]any)
	if !has {
		return nil
	}
	fields := map[string]bool{}
	for name := range properties {
		fields[name] = true
	}
	return fields
}

func resolve(root, schema map[string]any) map[string]any {
	reference, has := schema["$ref"].(string)
	if !has {
		return schema
	}
	var node any = root
	for part := range strings.SplitSeq(strings.TrimPrefix(reference, "#/"), "/") {
		node = node.(map[string]any)[part]
	}
	return node.(map[string]any)
}

// find lists the links of a call; several may share a path and a method.
func (d *description) find(method, path string) []link {
	var found []link
	for _, l := range d.links {
		if l.method == method && l.path.MatchString(path) && (len(found) == 0 || found[0].given == l.given) {
			found = append(found, l)
		}
	}
	return found
}

// Held wraps next so that t fails on every request and answer that breaks the schema.
// Paths below /-/ are not the API's and pass as they are.
func Held(t testing.TB, next http.Handler) http.Handler {
	t.Helper()
	held, err := Checked(next, func(violation string) { t.Error(violation) })
	if err != nil {
		t.Fatalf("Heroku's schema can't be read: %v", err)
	}
	return held
}

// Checked is Held for where there is no test: broken is called with what breaks the
// schema, by several goroutines.
func Checked(next http.Handler, broken func(violation string)) (http.Handler, error) {
	d, err := load()
	if err != nil {
		return nil, err
	}
	return &held{next: next, broken: broken, description: d}, nil
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

type held struct {
	next        http.Handler
	broken      func(string)
	description *description
}

// ServeHTTP passes a call on and checks both ways.
func (h *held) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, outside) {
		h.next.ServeHTTP(w, r)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		// A client that was killed in the middle of a request breaks no schema.
		panic(http.ErrAbortHandler)
	}
	links := h.description.find(r.Method, r.URL.Path)
	h.request(r, body, links)
	r.Body = io.NopCloser(bytes.NewReader(body))
	answer := httptest.NewRecorder()
	defer func() {
		// The handler drops the connection: only what it sent before arrives.
		if reason := recover(); reason != nil {
			if answer.Flushed {
				forward(w, answer)
			}
			panic(reason)
		}
	}()
	h.next.ServeHTTP(answer, r)
	h.answer(r, answer, links)
	forward(w, answer)
}

func forward(w http.ResponseWriter, answer *httptest.ResponseRecorder) {
	maps.Copy(w.Header(), answer.Header())
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes()) // it is no error of the handler if the client has gone
	if f, ok := w.(http.Flusher); ok && answer.Flushed {
		f.Flush()
	}
}
