package rest

import (
	"errors"
	"fmt"
	"net/http"

	"slipway/providers"
)

// Again is what to do after a failure that another run may mend.
const Again = "run the same command again; it continues where it stopped"

// APIError is an answer of an API that is not a success. The errors of the providers
// wrap it if there was such an answer.
type APIError struct {
	// Method and Path are those of the call: "POST", "/v2/droplets".
	Method, Path string
	// Status is the HTTP status code.
	Status int
	// ID is the API's word for the kind of error: "invalid_params"; may be empty.
	ID string
	// Message is the API's own text.
	Message string
	// RequestID is what the cloud's support asks for; may be empty.
	RequestID string
}

// Error is one line with the status, the call, the API's text and the request id.
func (e *APIError) Error() string {
	text := fmt.Sprintf("the API answered %d to %s %s", e.Status, e.Method, e.Path)
	if e.Message != "" {
		text += ": " + e.Message
	}
	if e.RequestID != "" {
		text += " (request id " + e.RequestID + ")"
	}
	return text
}

// Plain is an error of a library without the request, which carried the token, and
// without the token.
func (s Secret) Plain(err error) error {
	err = WithoutAddress(err)
	if err == nil {
		return nil
	}
	if text := err.Error(); s.Redact(text) != text {
		return errors.New(s.Redact(text))
	}
	return err
}

// Status is the HTTP status of an answer that is not a success; 0 if there was no answer.
func Status(err error) int {
	if e, ok := errors.AsType[*APIError](err); ok {
		return e.Status
	}
	return 0
}

// IsNotFound tells whether the API answered that there is no such thing.
func IsNotFound(err error) bool { return Status(err) == http.StatusNotFound }

// IsUncertain tells whether a call that failed may have been carried out: its answer
// was lost, or something broke after the request had arrived.
func IsUncertain(err error) bool {
	status := Status(err)
	return err != nil && (status == 0 || status >= 500 || status == http.StatusRequestTimeout)
}

// Explained tells whether an error says already what to do next.
func Explained(err error) bool {
	var refused *providers.Refused
	var usage *providers.Usage
	var failed *providers.Failed
	return errors.As(err, &refused) || errors.As(err, &usage) || errors.As(err, &failed)
}

// NothingMade is the error of a create call whose answer was lost and that made
// nothing.
func NothingMade(what string, cause error) error {
	return &providers.Failed{Err: fmt.Errorf("the answer to creating %s was lost, and it was not made: %w", what, cause), Next: Again}
}
