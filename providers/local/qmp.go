package local

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"time"
)

// qmpLimit is how long QEMU may take to answer. It answers between two steps of its
// other work, which takes a while on a busy computer.
const qmpLimit = 10 * time.Second

// qmpCall sends one command to the QEMU at the socket; answer may be nil.
func qmpCall(ctx context.Context, socket, execute string, answer any) error {
	ctx, cancel := context.WithTimeout(ctx, qmpLimit)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "unix", socket)
	if err != nil {
		return err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	if err := qmpConverse(conn, execute, answer); err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return fmt.Errorf("tell QEMU to %s: %w", execute, err)
	}
	return nil
}

// qmpConverse reads the greeting, accepts the offered capabilities and sends the
// command.
func qmpConverse(conn net.Conn, execute string, answer any) error {
	replies := json.NewDecoder(conn)
	var greeting struct {
		QMP json.RawMessage `json:"QMP"`
	}
	if err := replies.Decode(&greeting); err != nil {
		return err
	}
	if greeting.QMP == nil {
		return errors.New("what answers is not QEMU")
	}
	for _, command := range []string{"qmp_capabilities", execute} {
		if err := json.NewEncoder(conn).Encode(map[string]string{"execute": command}); err != nil {
			return err
		}
		result, err := qmpReply(replies)
		if err != nil {
			return err
		}
		if command == execute && answer != nil {
			return json.Unmarshal(result, answer)
		}
	}
	return nil
}

// qmpReply is the next reply. It skips events.
func qmpReply(replies *json.Decoder) (json.RawMessage, error) {
	for {
		var reply struct {
			Return json.RawMessage `json:"return"`
			Error  *struct {
				Desc string `json:"desc"`
			} `json:"error"`
		}
		if err := replies.Decode(&reply); err != nil {
			return nil, err
		}
		if reply.Error != nil {
			return nil, errors.New(reply.Error.Desc)
		}
		if reply.Return != nil {
			return reply.Return, nil
		}
	}
}
