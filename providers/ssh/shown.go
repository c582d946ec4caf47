package ssh

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"time"

	"golang.org/x/crypto/ssh"

	"slipway/providers"
)

const dialTimeout = 10 * time.Second

// kinds are the algorithms of host keys, the best first. A server shows one key
// to each connection: the first of its own that is asked for.
var kinds = [][]string{
	{ssh.KeyAlgoED25519},
	{ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521},
	{ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256},
}

// kindsOf are the kinds of the known keys; all kinds if no key is known.
func kindsOf(known []ssh.PublicKey) [][]string {
	if len(known) == 0 {
		return kinds
	}
	var some [][]string
	for _, group := range kinds {
		if slices.ContainsFunc(known, func(k ssh.PublicKey) bool {
			return slices.Contains(group, k.Type()) || k.Type() == ssh.KeyAlgoRSA && group[0] == ssh.KeyAlgoRSASHA512
		}) {
			some = append(some, group)
		}
	}
	return some
}

var (
	// errSeen ends a handshake in which the host key was seen.
	errSeen = errors.New("the host key was seen, and nothing else was wanted")
	// errNoSuchKey says that the server has no host key of the kinds that were
	// offered.
	errNoSuchKey = errors.New("the server has no such host key")
)

// shownKey begins a handshake, takes the host key and hangs up: not even the
// user's name is sent.
func (p *Provider) shownKey(ctx context.Context, algorithms []string) (ssh.PublicKey, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, dialTimeout, fmt.Errorf("it did not answer within %s", dialTimeout))
	defer cancel()
	at := net.JoinHostPort(p.at.address, strconv.Itoa(p.at.port))
	raw, err := new(net.Dialer).DialContext(ctx, "tcp", at)
	if err != nil {
		return nil, p.unreachable(ctx, err)
	}
	defer raw.Close()
	stop := context.AfterFunc(ctx, func() { raw.Close() })
	defer stop()
	var shown ssh.PublicKey
	_, _, _, err = ssh.NewClientConn(raw, at, &ssh.ClientConfig{
		User: p.at.user, HostKeyAlgorithms: algorithms,
		HostKeyCallback: func(_ string, _ net.Addr, key ssh.PublicKey) error {
			shown = key
			return errSeen
		},
	})
	var negotiation *ssh.AlgorithmNegotiationError
	switch {
	case shown != nil:
		return shown, nil
	case errors.As(err, &negotiation):
		return nil, errNoSuchKey
	}
	return nil, p.unreachable(ctx, err)
}

func (p *Provider) unreachable(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	if errors.Is(err, context.Canceled) {
		return err
	}
	return &providers.Failed{Err: fmt.Errorf("%s can't be reached by SSH: %w", p.at, err),
		Next: "check that the server runs and that --host is right, then run the same command again"}
}
