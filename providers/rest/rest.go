// Package rest is what the providers that call a cloud's API have in common: a token
// that shows nowhere, a transport that repeats only what may be repeated, and waits by
// a clock that tests can turn.
package rest

import (
	"fmt"
	"net"
	"net/url"
	"strings"
)

// Secret returns a token. It is a function, because fmt prints a string in an
// unexported field even if its type has a String method.
type Secret func() string

// NewSecret hides a token.
func NewSecret(token string) Secret { return func() string { return token } }

// Redact replaces the token in a text that came from elsewhere.
func (s Secret) Redact(text string) string { return strings.ReplaceAll(text, s(), "[token]") }

// CheckedURL is an API's address without a slash at its end. It refuses one that would
// send the token unencrypted over a network, and one with a path. of is whose API it
// is: "the DigitalOcean API".
func CheckedURL(raw, of string) (string, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", fmt.Errorf("the address of %s is not a plain URL", of)
	}
	if strings.Trim(u.Path, "/") != "" {
		return "", fmt.Errorf("the address of %s, %s, has a path", of, u)
	}
	if !Private(u) {
		return "", fmt.Errorf("the address of %s, %s, would send the token unencrypted", of, u)
	}
	return u.Scheme + "://" + u.Host, nil
}

// Private tells whether what is sent to an address can't be read on the way: it is
// https, or http on this computer's loopback addresses.
func Private(u *url.URL) bool {
	return u.Scheme == "https" || u.Scheme == "http" && isLoopback(u.Hostname())
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}

// longestText is how many bytes of a text of others people are shown.
const longestText = 300

// Shortened cuts a long answer, such as a web page, so that it does not fill the
// screen.
func Shortened(text string) string {
	if len(text) <= longestText {
		return text
	}
	return strings.ToValidUTF8(text[:longestText], "") + " …"
}
