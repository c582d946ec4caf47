package rest

import (
	"errors"
	"net/netip"
	"net/url"
)

// Outside is an address of another host that an API names: of a log, a console, a place
// for a file. What goes there must not be read on the way, so it is https. Addresses of
// this computer and of its own network are followed only if api, the API's own address, is
// one too: nobody else is to say what is asked there. A websocket's address becomes that
// of its handshake.
//
// Such an address is mostly secret: whoever has it may read or write there. It is in no
// error; nor is the token ever sent there.
func Outside(raw, api string) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return nil, errors.New("an address that the API names is no address")
	}
	switch u.Scheme {
	case "wss":
		u.Scheme = "https"
	case "ws":
		u.Scheme = "http"
	}
	if !Private(u) {
		return nil, errors.New("an address that the API names is not encrypted")
	}
	if own, err := url.Parse(api); isNear(u.Hostname()) && (err != nil || !isNear(own.Hostname())) {
		return nil, errors.New("an address that the API names is one of this computer or of its own network")
	}
	return u, nil
}

// isNear tells whether a host is this computer, or has an address of its own network.
func isNear(host string) bool {
	at, err := netip.ParseAddr(host)
	if err != nil {
		return isLoopback(host)
	}
	at = at.Unmap()
	return at.IsLoopback() || at.IsPrivate() || at.IsLinkLocalUnicast() || at.IsUnspecified()
}

// WithoutAddress is an error of a connection without the address, which may be secret.
func WithoutAddress(err error) error {
	if lost, ok := errors.AsType[*url.Error](err); ok {
		return lost.Err
	}
	return err
}

// Brief is an error without most of its text, if that is long: what answered wrote it.
func Brief(err error) error {
	if text := err.Error(); len(text) > longestText {
		return errors.New(Shortened(text))
	}
	return err
}
