package app

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Limits are how much and how long the app may take for a request. A field that is zero
// is not set.
type Limits struct {
	// Upload is how many bytes the body of a request may have.
	Upload int64
	// Request is how long the app may take to answer a request.
	Request time.Duration
	// Stop is how long the web app and its processes may take to end.
	Stop time.Duration
}

// killMargin is how much longer than it was told whatever ends may take. Celery's worker
// waits 30 seconds for its children's last results, now and then in vain, and only then gives
// back the tasks that it took: 33 to 34 seconds were seen. If it is killed before, nobody gets
// these tasks until the broker's visibility timeout is over, which is an hour.
const killMargin = 15 * time.Second

// Kill is how long after it was told to end the web app, or one of its processes, is killed.
func (l Limits) Kill() time.Duration { return l.InForce().Stop + killMargin }

// InForce are the limits that hold, each of them set.
func (l Limits) InForce() Limits {
	l.Upload = cmp.Or(l.Upload, DefaultUpload)
	l.Request = cmp.Or(l.Request, DefaultRequest)
	l.Stop = cmp.Or(l.Stop, DefaultStop)
	return l
}

// limitsTable is the table [limits] as it is written: upload = "100M", request = "10m",
// stop = "15m".
type limitsTable struct {
	Upload  string `toml:"upload"`
	Request string `toml:"request"`
	Stop    string `toml:"stop"`
}

// The limits that hold where neither slipway.toml nor the app sets another.
const (
	DefaultUpload  = int64(100) << 20
	DefaultRequest = time.Minute
	DefaultStop    = 30 * time.Second
)

const (
	maxUpload = int64(10) << 30
	maxTime   = 24 * time.Hour
)

func (t limitsTable) read() (l Limits, err error) {
	if l.Upload, err = readSize("limits.upload", t.Upload); err != nil {
		return Limits{}, err
	}
	if l.Request, err = readTime("limits.request", t.Request); err != nil {
		return Limits{}, err
	}
	l.Stop, err = readTime("limits.stop", t.Stop)
	return l, err
}

var sizeForm = regexp.MustCompile(`^([1-9][0-9]{0,9})([kKmMgG]?)[bB]?$`)

// readSize reads a size such as "100M"; the units are those of nginx, 1024 each.
func readSize(key, value string) (int64, error) {
	if value == "" {
		return 0, nil
	}
	parts := sizeForm.FindStringSubmatch(value)
	if parts == nil {
		return 0, appUsage(fmt.Sprintf("%s = %q is no size", key, value), `write it like "100M" or "2G" in `+SettingsFile)
	}
	size, _ := strconv.ParseInt(parts[1], 10, 64) // ten digits always fit
	switch parts[2] {
	case "k", "K":
		size <<= 10
	case "m", "M":
		size <<= 20
	case "g", "G":
		size <<= 30
	}
	if size > maxUpload {
		return 0, appUsage(fmt.Sprintf("%s = %q is more than 10G", key, value), "set a smaller one in "+SettingsFile)
	}
	return size, nil
}

func readTime(key, value string) (time.Duration, error) {
	if value == "" {
		return 0, nil
	}
	t, err := time.ParseDuration(value)
	if seconds, whole := strconv.Atoi(value); whole == nil {
		t, err = time.Duration(seconds)*time.Second, nil
	}
	if err != nil || t < time.Second || t > maxTime {
		return 0, appUsage(fmt.Sprintf("%s = %q is no time from 1s to 24h", key, value), `write it like "90s" or "10m" in `+SettingsFile)
	}
	return t.Truncate(time.Second), nil
}

// sizeInWords is a size as slipway.toml has it: "7M".
func sizeInWords(size int64) string {
	for _, unit := range []struct {
		shift int
		name  string
	}{{30, "G"}, {20, "M"}, {10, "K"}} {
		if size%(1<<unit.shift) == 0 {
			return fmt.Sprintf("%d%s", size>>unit.shift, unit.name)
		}
	}
	return strconv.FormatInt(size, 10)
}

// timeInWords is a time as slipway.toml has it: "2m", not "2m0s".
func timeInWords(t time.Duration) string {
	text := t.String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, zero) {
			text = text[:len(text)-2]
		}
	}
	return text
}
