package steps

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"

	"slipway/providers"
)

// verifyLimit is how long the release may take to answer from outside.
const verifyLimit = 60 * time.Second

// verify is that the release answers, as the world sees it: over HTTPS once
// there is a certificate, whose chain must then be one that this computer trusts.
type verify struct{}

func (verify) Name() string           { return "verify" }
func (verify) Title() string          { return "the app answers from outside" }
func (verify) Phase() providers.Phase { return providers.PhaseOther }

func (verify) Look(ctx context.Context, run *Run) (providers.Finding, error) {
	url, address := site(run)
	if !run.Connected() || run.onlyLooks() && address == "" {
		return providers.Finding{Changes: []providers.Change{{What: "ask for " + run.Plan.Health().Path + " from here"}}}, nil
	}
	status, err := checkSite(ctx, url, address, run.Plan.Release, run.Plan.Health())
	if err != nil {
		return providers.Finding{Changes: []providers.Change{{What: "wait until the release answers", Why: err.Error()}}}, ctx.Err()
	}
	return providers.Finding{Holds: true, Detail: fmt.Sprintf("%s answers with status %d", url, status), Notes: seenCertificate(run).notes(run.Plan)}, nil
}

// Apply only waits: everything that makes the app answer was done before.
func (verify) Apply(ctx context.Context, run *Run) error {
	url, address := site(run)
	attempt := func() (int, error) { return checkSite(ctx, url, address, run.Plan.Release, run.Plan.Health()) }
	_, err := backoff.Retry(ctx, attempt, backoff.WithBackOff(backoff.NewConstantBackOff(200*time.Millisecond)),
		backoff.WithMaxElapsedTime(verifyLimit))
	if err != nil && ctx.Err() == nil {
		return &providers.Failed{Err: fmt.Errorf("%s did not answer from here within %s: %w", url, verifyLimit, err),
			Next: "see what stands between this computer and the server, then run the same command again"}
	}
	return err
}

// site is the URL that the app answers at and the address of its server, as far
// as was seen.
func site(r *Run) (url, address string) {
	address = r.Record().Server.Address
	if names := r.Plan.domains(); seenCertificate(r).covers(names) {
		return "https://" + names[0], address
	}
	return webURL(address), address
}

// seenCertificate is the one that was last seen on the server.
func seenCertificate(r *Run) certificate { return readCertificate(r.looked(certify)) }

// CheckRelease asks a server which release it serves and whether the app answers
// at /; it returns that answer's status. Any status below 500 is an answer.
// release may be empty, then any will do.
func CheckRelease(ctx context.Context, url, release string) (int, error) {
	return checkSite(ctx, url, "", release, Plan{}.Health())
}

// checkSite asks for what a healthy release answers, at the server at an address,
// wherever the URL's name leads from here; with an empty address, at the one that
// the name leads to.
func checkSite(ctx context.Context, url, address, release string, health Health) (int, error) {
	client := &http.Client{
		Timeout:       10 * time.Second,
		Transport:     &http.Transport{DisableKeepAlives: true, DialContext: dialAt(address)},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	status, body, err := get(ctx, client, url+releasePath)
	if err != nil {
		return 0, err
	}
	if got := strings.TrimSpace(body); status != http.StatusOK || release != "" && got != release {
		return 0, fmt.Errorf("release %s is not the one that is served (status %d)", release, status)
	}
	status, _, err = get(ctx, client, url+health.Path)
	if err != nil {
		return 0, err
	}
	if !health.Takes(status) {
		return 0, fmt.Errorf("the app answers with status %d at %s", status, health.Path)
	}
	return status, nil
}

// dialAt connects to an address, whatever host the URL has.
func dialAt(address string) func(ctx context.Context, network, hostPort string) (net.Conn, error) {
	return func(ctx context.Context, network, hostPort string) (net.Conn, error) {
		if _, port, err := net.SplitHostPort(hostPort); err == nil && address != "" {
			hostPort = net.JoinHostPort(address, port)
		}
		return (&net.Dialer{}).DialContext(ctx, network, hostPort)
	}
}

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

// webURL is where an address serves the web.
func webURL(address string) string {
	if ip := net.ParseIP(address); ip != nil && ip.To4() == nil {
		return "http://[" + address + "]"
	}
	return "http://" + address
}
