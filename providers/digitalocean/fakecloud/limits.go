package fakecloud

import (
	"net/http"
	"strconv"
	"time"
)

// Limits are how many calls are answered in a time; 0 is no limit.
type Limits struct {
	// PerHour and PerMinute are the limits of all calls together.
	PerHour, PerMinute int
	// KeysPerMinute is the limit of GET /v2/account/keys alone.
	KeysPerMinute int
}

// RealLimits are the limits of the real API.
var RealLimits = Limits{PerHour: 5000, PerMinute: 250, KeysPerMinute: 10}

// limited answers 429 to a call that is over a limit.
func (c *Cloud) limited(k *call, now time.Time) bool {
	hourly, oldest := c.since(now.Add(-time.Hour), "")
	limit := c.options.Limits.PerHour
	if limit == 0 {
		limit = RealLimits.PerHour
	}
	reset := oldest.Add(time.Hour)
	header := k.w.Header()
	header.Set("Ratelimit-Limit", strconv.Itoa(limit))
	header.Set("Ratelimit-Remaining", strconv.Itoa(max(limit-hourly, 0)))
	header.Set("Ratelimit-Reset", strconv.FormatInt(reset.Unix(), 10))
	wait, over := c.overLimit(k, now)
	if !over {
		return false
	}
	if wait > 0 {
		header.Set("Retry-After", strconv.Itoa(int(wait.Round(time.Second)/time.Second)))
	}
	k.fail(http.StatusTooManyRequests, "too_many_requests", "API Rate limit exceeded.")
	return true
}

func (c *Cloud) overLimit(k *call, now time.Time) (wait time.Duration, over bool) {
	on := c.faults.TooManyOn
	if (on == "" || on == k.r.Method) && c.strikes("too-many", c.faults.TooMany) {
		if c.faults.RetryAfter == 0 {
			header := k.w.Header()
			header.Set("Ratelimit-Remaining", "0")
			header.Set("Ratelimit-Reset", strconv.FormatInt(now.Add(10*time.Second).Unix(), 10))
		}
		return c.faults.RetryAfter, true
	}
	limits := c.options.Limits
	if n, _ := c.since(now.Add(-time.Hour), ""); limits.PerHour > 0 && n > limits.PerHour {
		return 0, true
	}
	if n, oldest := c.since(now.Add(-time.Minute), ""); limits.PerMinute > 0 && n > limits.PerMinute {
		return oldest.Add(time.Minute).Sub(now) + time.Second, true
	}
	if k.r.Method != http.MethodGet || k.r.URL.Path != "/v2/account/keys" || limits.KeysPerMinute == 0 {
		return 0, false
	}
	n, oldest := c.since(now.Add(-time.Minute), "/v2/account/keys")
	return oldest.Add(time.Minute).Sub(now) + time.Second, n > limits.KeysPerMinute
}

// since counts the calls after a time, those of one path or all, and returns the time
// of the oldest.
func (c *Cloud) since(from time.Time, path string) (n int, oldest time.Time) {
	oldest = c.now()
	for i := len(c.requests) - 1; i >= 0 && c.requests[i].Time.After(from); i-- {
		r := c.requests[i]
		if path != "" && (r.Path != path || r.Method != http.MethodGet) {
			continue
		}
		n, oldest = n+1, r.Time
	}
	return n, oldest
}
