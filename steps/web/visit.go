package web

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
)

// Answer is what a visitor gets at a path, at the end of the redirects on the site.
type Answer struct {
	// Path is the one that was asked for first.
	Path string
	// Status is the last answer's.
	Status int
	// Body is the beginning of the last answer.
	Body string
	// To is where the last answer sends the visitor, on another site; nil if nowhere.
	To *url.URL
	// Circle is set if the redirects did not end.
	Circle bool
}

// maxRedirects is how many redirects in a row are followed, as a browser would many more.
const maxRedirects = 5

// Ask asks the site at a URL for a path, as a visitor does, and follows redirects on the
// same site. If address is not empty, it asks the server there, whatever host the URL
// has. host is sent as the Host header if it is not empty.
func Ask(ctx context.Context, site, address, host, path string) (Answer, error) {
	a := Answer{Path: path}
	client := visitor(address)
	client.Jar, _ = cookiejar.New(nil) // it never fails
	at, err := url.Parse(site + path)
	if err != nil {
		return a, fmt.Errorf("ask %s: %w", site, err)
	}
	for range maxRedirects + 1 {
		var to string
		if a.Status, a.Body, to, err = open(ctx, client, at, host); err != nil || to == "" {
			return a, err
		}
		next, err := at.Parse(to)
		if err != nil {
			return a, fmt.Errorf("follow the redirect of %s: %w", at, err)
		}
		if next.Scheme != at.Scheme || !strings.EqualFold(next.Host, at.Host) {
			if host == "" || !strings.EqualFold(next.Host, host) || next.Scheme != at.Scheme {
				a.To = next
				return a, nil
			}
			next.Host = at.Host
		}
		at = next
	}
	a.Circle = true
	return a, nil
}

// open asks for a page; to is where its answer sends the visitor, empty if nowhere.
func open(ctx context.Context, client *http.Client, at *url.URL, host string) (status int, body, to string, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return 0, "", "", fmt.Errorf("ask %s: %w", at, err)
	}
	request.Host = host
	request.Header.Set("Accept", "text/html,*/*;q=0.8")
	response, err := client.Do(request)
	if err != nil {
		return 0, "", "", err
	}
	defer response.Body.Close()
	if response.StatusCode >= 300 && response.StatusCode < 400 {
		to = response.Header.Get("Location")
	}
	text, _ := io.ReadAll(io.LimitReader(response.Body, 64<<10)) // the status was read: what the page says is only looked through
	return response.StatusCode, string(text), to, nil
}
