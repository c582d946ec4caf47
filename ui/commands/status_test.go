package commands

import (
	"bytes"
	"testing"
	"time"

	"slipway/providers"
	"slipway/steps"
	"slipway/steps/cpython"
	"slipway/steps/engine"
	"slipway/steps/release"
	"slipway/steps/web"
	"slipway/ui/golden"
)

// inUTC has times shown as they are in the golden files.
func inUTC(t *testing.T) {
	was := time.Local
	time.Local = time.UTC
	t.Cleanup(func() { time.Local = was })
}

func TestStatus(t *testing.T) {
	inUTC(t)
	at := func(hour int) time.Time { return time.Date(2026, 1, 2, hour, 4, 5, 0, time.UTC) }
	summary := steps.Summary{Name: "shop", Provider: "digitalocean", App: "/home/ana/shop", URL: "https://shop.example.org", Release: "0123456789ab", Finished: at(3)}
	holdings := []providers.Holding{{Kind: "droplet", ID: "7", Detail: "s-1vcpu-512mb-10gb", Monthly: 4}}
	cost, inAll := 4.00, steps.Total{Deployments: 3, Monthly: 13.80, Shared: map[string]float64{"spaces": 5}}
	summary.Monthly = &cost
	bucket := []providers.Holding{{Kind: "spaces", ID: "fra1/shop", Detail: "paid once for all buckets of the account", Monthly: 5}}
	for name, c := range map[string]steps.Condition{
		"status.txt": {Summary: summary, Holdings: holdings, Uses: bucket, Total: inAll, Answers: true, HTTPStatus: 200,
			Certificates: []web.ShownCertificate{
				{Domain: "shop.example.org", Until: at(3).AddDate(0, 2, 0), Days: 59, Issuer: "E7"},
				{Domain: "www.example.org", Trouble: "there is none to see: connection refused"}},
			Server: &steps.ServerCondition{System: "debian 13", Up: 93 * 60, Load: 0.25, CPUs: 1,
				Memory: steps.Space{Total: 481, Free: 212}, Swap: steps.Space{Total: 1024, Free: 1000}, Disk: steps.Space{Total: 9800, Free: 7100},
				Units: []steps.UnitCondition{
					{Name: "app-shop-0123456789ab.service", State: "active", Since: at(3), Memory: 88, Limit: 231, Restarts: 1, Result: "oom-kill"},
					{Name: "app-shop-0123456789ab-worker.service", State: "active", Since: at(3), Memory: 31}},
				Failed: []string{"certbot.service"}, Updates: 3, Security: 1, Listed: at(1), Reboot: "the kernel 6.2 is installed and 6.1 runs",
				Python:   &cpython.Condition{Version: "3.12.3", Managed: true, Newer: "3.12.16"},
				Releases: []release.Kept{{Name: "0123456789ab", Current: true, Served: at(3)}, {Name: "ba9876543210", Served: at(2)}}}},
		"status-unserved.txt": {Summary: summary, Answers: true, HTTPStatus: 400,
			Visitors: &engine.Visitors{Path: "/", Status: 400, Cause: "every page answers 400", Next: "give --domain shop.example"}},
		"status-instances.txt": {Summary: summary, Answers: true, HTTPStatus: 200,
			Instances: []providers.Instance{{Process: "mailer", Name: "mailer-6c9f-x2", State: "0 of 1 ready"}, {Process: "web", Name: "web-5d4f-a1", State: "healthy"}, {Process: "web", Name: "web-5d4f-b2"}},
			Releases:  []release.Kept{{Name: "0123456789ab", Current: true, Served: at(3)}}},
		"status-no-instances.txt": {Summary: summary, Answers: true, HTTPStatus: 200, InstancesReason: "no answer from DigitalOcean's API"},
		"status-down.txt":         {Summary: summary, Holdings: holdings, Reason: "connection refused", ServerReason: "203.0.113.7 can't be reached by SSH: connection refused"},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			printStatus(&out, c)
			golden.Same(t, name, out.String())
		})
	}
}
