package remote

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"
)

const (
	dialTimeout       = 10 * time.Second
	keepaliveInterval = 10 * time.Second
	keepaliveTimeout  = 20 * time.Second
	closeTimeout      = 2 * time.Second
)

// Target says where and as whom to log in, and which host keys are the
// server's own.
type Target struct {
	Address  string
	Port     int
	User     string
	HostKeys []ssh.PublicKey
	Signers  []ssh.Signer
	// SudoPassword is what the user gives to sudo; empty where it asks for none.
	// It travels on standard input only.
	SudoPassword string
}

func (t Target) hostPort() string { return net.JoinHostPort(t.Address, strconv.Itoa(t.Port)) }

// Client is a connection that is made again when it drops. It is safe for
// concurrent use. Close it.
type Client struct {
	// Patience is how long a dropped connection is tried again: a server that
	// reboots, a laptop that slept. It is set before the first use.
	Patience time.Duration

	mu sync.Mutex
	// targets are tried in this order when a connection is made.
	targets    []Target
	as         Target // whom the connection was last made as
	conn       *ssh.Client
	shown      ssh.PublicKey // by the server, when the connection was made
	stopAlive  context.CancelFunc
	alive      sync.WaitGroup
	roundTrips int
	sessions   int // that are open now
}

// Dial logs in once. The error is *Unreachable, *WrongHostKey or *LoginRefused.
func Dial(ctx context.Context, target Target) (*Client, error) {
	c := &Client{targets: []Target{target}, as: target, Patience: 5 * time.Minute}
	if _, err := c.connected(ctx); err != nil {
		return nil, err
	}
	return c, nil
}

// Again says as whom to log in when a dropped connection is made again: as the first of
// these that the server lets in. The present connection stays as it is.
func (c *Client) Again(targets ...Target) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.targets = slices.Clone(targets)
}

// HostKey is the key that the server showed when the connection was last made.
func (c *Client) HostKey() ssh.PublicKey {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.shown
}

// Trust has connections from now on take these host keys, and no others.
func (c *Client) Trust(keys ...ssh.PublicKey) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range c.targets {
		c.targets[i].HostKeys = keys
	}
}

// User is the login in use.
func (c *Client) User() string { return c.Target().User }

// Target is whom the connection was last made as.
func (c *Client) Target() Target {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.as
}

// RoundTrips is how many commands were sent so far.
func (c *Client) RoundTrips() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.roundTrips
}

// Close ends the connection.
func (c *Client) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.drop()
}

// drop ends the present connection; c.mu is held.
func (c *Client) drop() error {
	if c.conn == nil {
		return nil
	}
	err := c.conn.Close()
	c.stopAlive()
	c.alive.Wait()
	c.conn = nil
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// connected returns the present connection or makes one.
func (c *Client) connected(ctx context.Context) (*ssh.Client, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.conn != nil {
		return c.conn, nil
	}
	conn, shown, err := c.dialAny(ctx)
	if err != nil {
		return nil, err
	}
	aliveCtx, stop := context.WithCancel(context.Background())
	c.conn, c.shown, c.stopAlive = conn, shown, stop
	c.alive.Go(func() { keepAlive(aliveCtx, conn) })
	return conn, nil
}

// dialAny logs in as the first of the targets that the server lets in; c.mu is held. If
// it lets none in, the error is the first one's.
func (c *Client) dialAny(ctx context.Context) (*ssh.Client, ssh.PublicKey, error) {
	conn, shown, as, err := dialFirst(ctx, c.targets)
	if err == nil {
		c.as = as
	}
	return conn, shown, err
}

// dialFirst is dialAny for these targets. It tells which one let it in.
func dialFirst(ctx context.Context, targets []Target) (*ssh.Client, ssh.PublicKey, Target, error) {
	var refused error
	for _, t := range targets {
		conn, shown, err := dial(ctx, t)
		if err == nil {
			return conn, shown, t, nil
		}
		refused = cmp.Or(refused, err)
		if _, ok := errors.AsType[*LoginRefused](err); !ok {
			return nil, nil, Target{}, err
		}
	}
	return nil, nil, Target{}, refused
}

// forget drops conn, if it is still the present one, so that the next command
// makes a new one.
func (c *Client) forget(conn *ssh.Client) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.conn == conn {
		c.drop() //nolint:errcheck // it is broken already
	}
}

// dial logs in and tells which of the pinned keys the server showed.
func dial(ctx context.Context, t Target) (*ssh.Client, ssh.PublicKey, error) {
	var wrongKey *WrongHostKey
	var shown ssh.PublicKey
	config := &ssh.ClientConfig{
		User:              t.User,
		Auth:              []ssh.AuthMethod{ssh.PublicKeys(t.Signers...)},
		HostKeyAlgorithms: algorithms(t.HostKeys),
		HostKeyCallback: func(_ string, _ net.Addr, key ssh.PublicKey) error {
			for _, pinned := range t.HostKeys {
				if bytes.Equal(pinned.Marshal(), key.Marshal()) {
					shown = key
					return nil
				}
			}
			wrongKey = &WrongHostKey{Address: t.Address, Got: ssh.FingerprintSHA256(key)}
			return wrongKey
		},
	}
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	raw, err := knock(ctx, t.hostPort())
	if err != nil {
		return nil, nil, &Unreachable{Address: t.Address, Err: err}
	}
	stop := context.AfterFunc(ctx, func() { raw.Close() })
	conn, channels, requests, err := ssh.NewClientConn(raw, t.hostPort(), config)
	if !stop() && err == nil {
		conn.Close()
		return nil, nil, &Unreachable{Address: t.Address, Err: ctx.Err()}
	}
	if err == nil {
		return ssh.NewClient(conn, channels, requests), shown, nil
	}
	raw.Close()
	return nil, nil, refusal(t, wrongKey, err)
}

// knock connects. A server that boots drops what comes too early, and TCP asks again ever
// more seldom: a new try each second finds it as soon as it is up. The first to get
// through counts.
func knock(ctx context.Context, address string) (net.Conn, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type outcome struct {
		conn net.Conn
		err  error
	}
	outcomes := make(chan outcome)
	try := func() {
		var dialer net.Dialer
		conn, err := dialer.DialContext(ctx, "tcp", address)
		select {
		case outcomes <- outcome{conn, err}:
		case <-ctx.Done():
			if err == nil {
				conn.Close()
			}
		}
	}
	again := time.NewTicker(time.Second)
	defer again.Stop()
	for {
		go try()
		select {
		case o := <-outcomes:
			return o.conn, o.err
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-again.C:
		}
	}
}

// refusal tells why a handshake failed.
func refusal(t Target, wrongKey *WrongHostKey, err error) error {
	if wrongKey != nil {
		return wrongKey
	}
	if none, ok := errors.AsType[*ssh.AlgorithmNegotiationError](err); ok && none.What == "host key" {
		return &WrongHostKey{Address: t.Address, Got: "of another type"}
	}
	var auth *ssh.ServerAuthError
	if errors.As(err, &auth) || isAuthFailure(err) {
		return &LoginRefused{User: t.User, Address: t.Address, Err: err}
	}
	return &Unreachable{Address: t.Address, Err: err}
}

// isAuthFailure tells whether a handshake came as far as the login. The ssh
// package gives no type for it.
func isAuthFailure(err error) bool {
	return bytes.Contains([]byte(err.Error()), []byte("unable to authenticate"))
}

// algorithms restricts the handshake to the kinds of the pinned keys, so that
// the server shows the key that is known.
func algorithms(keys []ssh.PublicKey) []string {
	var names []string
	for _, k := range keys {
		if k.Type() == ssh.KeyAlgoRSA {
			names = append(names, ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256)
			continue
		}
		names = append(names, k.Type())
	}
	return names
}

// keepAlive closes a connection whose server no longer answers, so that what
// waits on it ends. It returns when the connection ends or ctx does.
func keepAlive(ctx context.Context, conn *ssh.Client) {
	ticker := time.NewTicker(keepaliveInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		timer := time.AfterFunc(keepaliveTimeout, func() { conn.Close() })
		_, _, err := conn.SendRequest("keepalive@openssh.com", true, nil)
		timer.Stop()
		if err != nil {
			return
		}
	}
}

// errDropped marks an attempt that failed because the connection did.
var errDropped = errors.New("the connection dropped")

// maxDrops is how often one command is tried again: a connection that drops more
// often will not hold either.
const maxDrops = 200

// acrossDrops runs attempt, on a new connection each time the old one dropped,
// until it gives an answer, ctx ends, or no connection could be made for as long
// as the client's patience.
func acrossDrops[T any](ctx context.Context, c *Client, attempt func(conn *ssh.Client, first bool) (T, error)) (T, error) {
	var none T
	for n := range maxDrops {
		conn, err := c.reconnected(ctx)
		if err != nil {
			return none, err
		}
		out, err := attempt(conn, n == 0)
		if !errors.Is(err, errDropped) || ctx.Err() != nil {
			return out, err
		}
		c.forget(conn)
	}
	return none, &Unreachable{Address: c.Target().Address, Err: fmt.Errorf("the connection dropped %d times", maxDrops)}
}

// reconnected returns the present connection, or makes one, patiently.
func (c *Client) reconnected(ctx context.Context) (*ssh.Client, error) {
	conn, err := DialPatiently(ctx, c.Patience, c.connected)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return conn, err
}
