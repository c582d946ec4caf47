package local

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"slices"
	"time"
)

// hostForward is a forward as slirp4netns reads and writes it.
type hostForward struct {
	Proto     string `json:"proto"`
	HostAddr  string `json:"host_addr"`
	HostPort  int    `json:"host_port"`
	GuestAddr string `json:"guest_addr"`
	GuestPort int    `json:"guest_port"`
}

func (f forward) wire() hostForward {
	return hostForward{Proto: "tcp", HostAddr: f.Address, HostPort: f.Port, GuestAddr: guestAddress, GuestPort: f.Guest}
}

// slirpCall sends one command to the slirp4netns at the socket; arguments and answer
// may be nil.
func slirpCall(ctx context.Context, socket, execute string, arguments, answer any) error {
	conn, err := (&net.Dialer{Timeout: lookLimit}).DialContext(ctx, "unix", socket)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(lookLimit)); err != nil {
		return err
	}
	request := map[string]any{"execute": execute}
	if arguments != nil {
		request["arguments"] = arguments
	}
	if err := json.NewEncoder(conn).Encode(request); err != nil {
		return err
	}
	if unix, ok := conn.(*net.UnixConn); ok {
		if err := unix.CloseWrite(); err != nil {
			return err
		}
	}
	var reply json.RawMessage
	if err := json.NewDecoder(conn).Decode(&reply); err != nil {
		return fmt.Errorf("read the answer of slirp4netns: %w", err)
	}
	return slirpAnswer(reply, answer)
}

// slirpAnswer reads a reply. The manual says that answers are in "return", but the
// list of forwards is in the reply itself.
func slirpAnswer(reply []byte, answer any) error {
	var envelope struct {
		Return json.RawMessage `json:"return"`
		Error  *struct {
			Desc string `json:"desc"`
		} `json:"error"`
	}
	if err := json.Unmarshal(reply, &envelope); err != nil {
		return err
	}
	if envelope.Error != nil {
		return errors.New(envelope.Error.Desc)
	}
	if answer == nil {
		return nil
	}
	if envelope.Return != nil {
		reply = envelope.Return
	}
	return json.Unmarshal(reply, answer)
}

// forwarded tells whether slirp4netns answers and forwards all of these ports.
func forwarded(ctx context.Context, socket string, want []forward) bool {
	var list struct {
		Entries []hostForward `json:"entries"`
	}
	if err := slirpCall(ctx, socket, "list_hostfwd", nil, &list); err != nil {
		return false
	}
	return !slices.ContainsFunc(want, func(f forward) bool {
		return !slices.Contains(list.Entries, f.wire())
	})
}

// addForwards lets the machine's ports lead into it.
func addForwards(ctx context.Context, socket string, want []forward) error {
	for _, f := range want {
		err := slirpCall(ctx, socket, "add_hostfwd", f.wire(), nil)
		if err != nil && ctx.Err() == nil {
			return portTaken(f, err)
		}
		if err != nil {
			return context.Cause(ctx)
		}
	}
	return nil
}
