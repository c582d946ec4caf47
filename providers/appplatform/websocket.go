package appplatform

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/coder/websocket"

	"slipway/providers/rest"
)

const (
	// connectWithin is how long a connection may take to be there.
	connectWithin = 30 * time.Second
	// longestMessage is how many bytes one message of App Platform's may have.
	longestMessage = 1 << 20
)

// connect opens the websocket of an address that the API named.
// own is the API's own address.
func connect(ctx context.Context, own, raw string) (*websocket.Conn, error) {
	u, err := rest.Outside(raw, own)
	if err != nil {
		return nil, err
	}
	dialing, cancel := context.WithTimeoutCause(ctx, connectWithin, fmt.Errorf("no answer within %s", connectWithin))
	defer cancel()
	connection, response, err := websocket.Dial(dialing, u.String(), &websocket.DialOptions{HTTPClient: openClient()}) //nolint:bodyclose // the connection has it, or it was read
	if err != nil {
		if response != nil && response.StatusCode != http.StatusSwitchingProtocols {
			return nil, fmt.Errorf("%s answered with status %d", u.Host, response.StatusCode)
		}
		if ctx.Err() == nil && dialing.Err() != nil {
			err = context.Cause(dialing)
		}
		return nil, silent(u, err)
	}
	connection.SetReadLimit(longestMessage)
	return connection, nil
}

// openClient sends no token, and goes nowhere else than it is told: a redirect would tell
// another host the address, which is secret.
func openClient() *http.Client {
	return &http.Client{Transport: rest.NewBase(), CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// silent is the error about an address that gave no answer that makes sense.
func silent(u *url.URL, err error) error {
	return fmt.Errorf("%s does not answer: %w", u.Host, rest.Brief(rest.WithoutAddress(err)))
}

// message is what App Platform sends: a piece of a log, or of what a command prints.
type message struct {
	Data string `json:"data"`
}

// receive waits for the next piece of text.
func receive(ctx context.Context, connection *websocket.Conn) (string, error) {
	_, body, err := connection.Read(ctx)
	if err != nil {
		return "", err
	}
	var m message
	if err := json.Unmarshal(body, &m); err == nil {
		return m.Data, nil
	}
	return string(body), nil // a line as it is
}

// typed is what is sent as if it were typed.
type typed struct {
	Operation string `json:"op"`
	Data      string `json:"data"`
}

// send types a text.
func send(ctx context.Context, connection *websocket.Conn, text string) error {
	body, err := json.Marshal(typed{Operation: "stdin", Data: text})
	if err != nil {
		return err
	}
	return connection.Write(ctx, websocket.MessageText, body)
}

// goneAway tells whether a connection ended as one does when there is nothing more to say.
func goneAway(err error) bool {
	status := websocket.CloseStatus(err)
	return status == websocket.StatusNormalClosure || status == websocket.StatusGoingAway || status == websocket.StatusNoStatusRcvd
}
