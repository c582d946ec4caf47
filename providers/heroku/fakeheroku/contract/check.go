package contract

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

func (h *held) say(r *http.Request, format string, args ...any) {
	h.broken(fmt.Sprintf("%s %s: ", r.Method, r.URL.Path) + fmt.Sprintf(format, args...))
}

// request checks the call itself: that there is one, its version and its body.
func (h *held) request(r *http.Request, body []byte, links []link) {
	if len(links) == 0 {
		h.say(r, "this call is not in Heroku's schema")
		return
	}
	if accept := r.Header.Get("Accept"); !strings.HasPrefix(accept, "application/vnd.heroku+json; version=3") {
		h.say(r, "the Accept header does not ask for version 3 of the API: %q", accept)
	}
	if len(body) == 0 {
		return
	}
	if kind := r.Header.Get("Content-Type"); !strings.HasPrefix(kind, "application/json") {
		h.say(r, "the request's Content-Type is %q and not application/json", kind)
	}
	decoded, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		h.say(r, "the request is not JSON: %v", err)
		return
	}
	var all []error
	for _, l := range links {
		err := l.takes(decoded)
		if err == nil {
			return
		}
		all = append(all, err)
	}
	h.say(r, "the request breaks Heroku's schema: %v", errors.Join(all...))
}

// takes tells why a link does not take a request's body. Fields that the schema does not
// name are refused, though the schema itself says nothing about them.
func (l link) takes(decoded any) error {
	if object, ok := decoded.(map[string]any); ok && l.fields != nil {
		for name := range object {
			if !l.fields[name] {
				return fmt.Errorf("there is no field %q", name)
			}
		}
	}
	if l.request == nil {
		return nil
	}
	return l.request.Validate(decoded)
}

// answer checks what a call that succeeded is answered with, and the form of an error.
func (h *held) answer(r *http.Request, answer *httptest.ResponseRecorder, links []link) {
	body := answer.Body.Bytes()
	decoded, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		h.say(r, "the answer (%d) is not JSON: %v", answer.Code, err)
		return
	}
	if answer.Code >= http.StatusBadRequest {
		object, _ := decoded.(map[string]any)
		for _, name := range []string{"id", "message"} {
			if _, ok := object[name].(string); !ok {
				h.say(r, "the error (%d) has no %s", answer.Code, name)
			}
		}
		return
	}
	decoded = mended(decoded)
	var all []error
	for _, l := range links {
		if l.answer == nil {
			return
		}
		err := errors.Join(l.answer.Validate(decoded), l.whole(decoded))
		if err == nil {
			return
		}
		all = append(all, err)
	}
	if len(all) > 0 {
		h.say(r, "the answer (%d) breaks Heroku's schema: %v", answer.Code, errors.Join(all...))
	}
}

// whole tells which fields of the schema an answer lacks and which it has besides: the
// real API always sends all of them, and no other.
func (l link) whole(decoded any) error {
	properties, has := l.definition["properties"].(map[string]any)
	if !has {
		return nil
	}
	items, list := decoded.([]any)
	if !list {
		items = []any{decoded}
	}
	var all []error
	for _, item := range items {
		object, ok := item.(map[string]any)
		if !ok {
			continue
		}
		for _, name := range sorted(properties) {
			if _, has := object[name]; !has {
				all = append(all, fmt.Errorf("the field %q is missing", name))
			}
		}
		for _, name := range sorted(object) {
			if _, has := properties[name]; !has {
				all = append(all, fmt.Errorf("there is no field %q", name))
			}
		}
	}
	return errors.Join(all...)
}

func sorted(object map[string]any) []string {
	var names []string
	for name := range object {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// mended is the body as the schema wants it, after all exceptions.
func mended(body any) any {
	switch node := body.(type) {
	case []any:
		for _, item := range node {
			mended(item)
		}
	case map[string]any:
		for _, e := range Exceptions {
			e.mend(node)
		}
	}
	return body
}
