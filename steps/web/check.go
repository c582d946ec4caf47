package web

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"slipway/steps/plan"
)

// CheckRelease checks that a server serves a release, any if it is empty, and that the
// app answers at / with a status below 500, which it returns.
func CheckRelease(ctx context.Context, url, release string) (int, error) {
	return CheckSite(ctx, url, "", release, plan.Plan{}.Health())
}

// CheckSite checks that the site at a URL serves a release, any if it is empty, and
// that the app answers as health wants it; it returns the status of that answer. It
// asks the server at address, whatever the URL's host leads to from here; if address
// is empty, the server that the host leads to.
func CheckSite(ctx context.Context, url, address, release string, health plan.Health) (int, error) {
	client := visitor(address)
	status, body, err := get(ctx, client, url+releasePath)
	if err != nil {
		return 0, err
	}
	if got := strings.TrimSpace(body); status != http.StatusOK || release != "" && got != release {
		return 0, fmt.Errorf("release %s is not the one that is served (status %d)", release, status)
	}
	return checkHealth(ctx, client, url, health)
}

// CheckHealth checks that an app answers as health wants it, wherever it runs, and
// returns the status of that answer.
func CheckHealth(ctx context.Context, url string, health plan.Health) (int, error) {
	return checkHealth(ctx, visitor(""), url, health)
}

func checkHealth(ctx context.Context, client *http.Client, url string, health plan.Health) (int, error) {
	status, _, err := get(ctx, client, url+health.Path)
	if err != nil {
		return 0, err
	}
	if !health.Takes(status) {
		return 0, fmt.Errorf("the app answers with status %d at %s", status, health.Path)
	}
	return status, nil
}

// visitor is a client that follows no redirect and makes a new connection each time.
// If address is not empty, it connects there, whatever host a URL has.
func visitor(address string) *http.Client {
	return &http.Client{
		Timeout:       10 * time.Second,
		Transport:     &http.Transport{DisableKeepAlives: true, DialContext: dialAt(address)},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// dialAt connects to an address, whatever host the URL has; if it is empty, to the
// host.
func dialAt(address string) func(ctx context.Context, network, hostPort string) (net.Conn, error) {
	return func(ctx context.Context, network, hostPort string) (net.Conn, error) {
		if _, port, err := net.SplitHostPort(hostPort); err == nil && address != "" {
			hostPort = net.JoinHostPort(address, port)
		}
		return (&net.Dialer{}).DialContext(ctx, network, hostPort)
	}
}

// get returns the status and at most 64 KiB of the body.
func get(ctx context.Context, client *http.Client, url string) (int, string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, "", fmt.Errorf("ask %s: %w", url, err)
	}
	response, err := client.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 64<<10))
	return response.StatusCode, string(body), err
}
