package steps

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"slipway/steps/fact"
	"slipway/steps/layout"
	"slipway/steps/release"
	"slipway/steps/web"
)

func TestReadCondition(t *testing.T) {
	got := readCondition(map[string]string{
		fact.SectionSystem: "system debian 13\ncpus 2\nup 7201\nload 0.25\nMemTotal 524288\nMemAvailable 262144\nSwapTotal 0\nSwapFree 0\ndisk 10485760 5242880\nlisted 1700000000\n",
		"units": "Id=app-shop-ba9876543210.service\nActiveState=inactive\nMemoryMax=infinity\nNRestarts=0\nResult=success\nStateChangeTimestamp=\n\n" +
			"Id=app-shop-0123456789ab.service\nActiveState=active\nMemoryMax=209715200\nNRestarts=2\nResult=oom-kill\nStateChangeTimestamp=@1700000100\n",
		"unit memory": "app-shop-0123456789ab.service 20480\napp-shop-0123456789ab.service 10240\n",
		"failed":      "other.service\n",
		"releases":    "current /srv/app-shop/releases/0123456789ab\n1700000050.5 /srv/app-shop/releases/0123456789ab\n1600000000.5 /srv/app-shop/releases/ba9876543210\n",
		"updates": "Inst libssl3 [3.0.1] (3.0.2 Debian-Security:12/stable-security [amd64])\n" +
			"Inst nginx [1.1] (1.2 Debian:12.5/stable [amd64])\n",
		"reboot": "the kernel 6.2 is installed and 6.1 runs\n",
	})
	at := func(seconds int64) time.Time { return time.Unix(seconds, 0).UTC() }
	want := ServerCondition{System: "debian 13", Up: 7201, Load: 0.25, CPUs: 2, Memory: Space{512, 256}, Disk: Space{10240, 5120},
		Units: []UnitCondition{
			{Name: "app-shop-0123456789ab.service", State: "active", Since: at(1700000100), Memory: 30, Limit: 200, Restarts: 2, Result: "oom-kill"},
			{Name: "app-shop-ba9876543210.service", State: "inactive"},
		},
		Failed:   []string{"other.service"},
		Releases: []release.Kept{{Name: "0123456789ab", Current: true, Served: at(1700000050)}, {Name: "ba9876543210", Served: at(1600000000)}},
		Updates:  2, Security: 1, Listed: at(1700000000), Reboot: "the kernel 6.2 is installed and 6.1 runs", Jobs: []string{}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v, want\n%+v", got, want)
	}
	if none := readCondition(nil); len(none.Units) > 0 || none.Updates > 0 || none.Reboot != "" || !none.Listed.IsZero() {
		t.Errorf("of nothing it reads %+v", none)
	}
}

func TestLookConditionIsWellFormed(t *testing.T) {
	cmd := exec.Command("sh", "-n")
	cmd.Stdin = strings.NewReader(lookCondition(layout.Layout{User: "app-shop"}))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

// TestRequestsScript reads a log of which parts were rotated away.
func TestRequestsScript(t *testing.T) {
	dir := t.TempDir()
	line := func(day int) string {
		return fmt.Sprintf(`{"time":"2026-01-%02dT10:00:00+00:00","path":"/"}`+"\n", day)
	}
	log := filepath.Join(dir, "requests.log")
	for name, content := range map[string]string{"requests.log": line(12) + line(13), "requests.log.1": line(11), "requests.log.2": line(10), "requests.log.10": line(2)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.Command("gzip", filepath.Join(dir, "requests.log.2"), filepath.Join(dir, "requests.log.10")).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, c := range []struct {
		logs Logs
		want string
	}{
		{Logs{Lines: 1}, line(13)},
		{Logs{Lines: 3}, line(11) + line(12) + line(13)},
		{Logs{Lines: 9}, line(2) + line(10) + line(11) + line(12) + line(13)},
		{Logs{Lines: 1, Since: "2026-01-11 10:00"}, line(11) + line(12) + line(13)},
	} {
		script := strings.ReplaceAll(requestsScript(c.logs), web.RequestsLog, log)
		cmd := exec.Command("sh", "-c", script)
		cmd.Env = append(os.Environ(), "TZ=UTC")
		if out, err := cmd.CombinedOutput(); err != nil || string(out) != c.want {
			t.Errorf("%+v: %v\n%s", c.logs, err, out)
		}
	}
}
