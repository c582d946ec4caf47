package releases

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"slipway/providers/local/localtest"
	"slipway/ui/e2e"
)

// TestServer looks at what surrounds the releases on one machine.
func TestServer(t *testing.T) {
	localtest.NeedMachines(t)
	s := newShop(t, "shop")
	s.redeploys()
	t.Run("memory", s.memory)
	t.Run("requests", s.requests)
	t.Run("rotation", s.rotation)
	t.Run("limits", s.limits)
	t.Run("health", s.health)
	t.Run("variables", s.variables)
}

// requests reads nginx's log as a program does.
func (s *shop) requests(t *testing.T) {
	e2e.Ask(t, s.url+"/odd%22path?token=a-secret")
	var line string
	e2e.Until(t, "the request to be logged", func() bool {
		// Each of nginx's workers writes what it keeps in its own time.
		line = s.Root("shop", "grep odd /var/log/nginx/app/requests.log || :")
		return line != ""
	})
	var logged struct {
		Method, Path, ID, Client, Time string
		Status                         int
		Seconds                        float64
	}
	if err := json.Unmarshal([]byte(line), &logged); err != nil {
		t.Fatalf("%v: %s", err, line)
	}
	if logged.Method != http.MethodGet || logged.Path != `/odd"path` || logged.Status != http.StatusNotFound || logged.ID == "" || logged.Time == "" {
		t.Errorf("logged %+v", logged)
	}
	if strings.Contains(line, "a-secret") {
		t.Errorf("what follows the question mark is in the log: %s", line)
	}
}

// rotation lets the log grow, and nginx go on in a new one.
func (s *shop) rotation(t *testing.T) {
	s.Root("shop", `head -c 11M /dev/zero >>/var/log/nginx/app/requests.log
systemctl start slipway-logrotate.service`)
	e2e.Ask(t, s.url+"/after-rotation")
	e2e.Until(t, "nginx to go on in a new log", func() bool {
		return s.Root("shop", "grep -c after-rotation /var/log/nginx/app/requests.log || :") == "1"
	})
	size, err := strconv.Atoi(s.Root("shop", "stat -c %s /var/log/nginx/app/requests.log"))
	if err != nil || size > 1<<20 {
		t.Errorf("the log has %d bytes, %v", size, err)
	}
	if mode := s.Root("shop", "stat -c '%a %U:%G' /var/log/nginx/app/requests.log"); mode != "640 www-data:adm" {
		t.Errorf("the log is %s", mode)
	}
	if state := s.Root("shop", "systemctl is-active slipway-logrotate.timer"); state != "active" {
		t.Errorf("the timer is %s", state)
	}
}

// limits looks at what the app may take of the server. Whether the kernel keeps
// to it can't be seen in a container without that part of control groups.
func (s *shop) limits(t *testing.T) {
	unit := s.Root("shop", "basename /etc/systemd/system/app-shop-*.service")
	shown := s.Root("shop", "systemctl show -p Slice -p OOMPolicy -p OOMScoreAdjust "+unit)
	for _, want := range []string{"Slice=slipway.slice", "OOMPolicy=continue", "OOMScoreAdjust=300"} {
		if !strings.Contains(shown, want) {
			t.Errorf("the app's unit lacks %s: %s", want, shown)
		}
	}
	most := s.Root("shop", "systemctl show -P MemoryMax slipway.slice")
	if bytes, err := strconv.ParseInt(most, 10, 64); err != nil || bytes <= 0 {
		t.Errorf("the app may take %s bytes", most)
	}
}

// health deploys with an expectation that the app does not meet, then with one
// that it does, which a rollback brings back too.
func (s *shop) health(t *testing.T) {
	first, err := s.State().Read("shop")
	if err != nil {
		t.Fatal(err)
	}
	settings := "[health]\npath = \"/up\"\nstatus = 204\ntime = 90\n"
	s.write("slipway.toml", settings)
	s.fails("", "status 404 at /up, and 204 is wanted")
	s.serves(s.version - 1)
	s.change("\n\n@app.get(\"/up\")\ndef up():\n    return \"\", 204\n")
	if plan := s.Must("--plan", s.folder); !strings.Contains(plan.Stderr, "once it answers at /up with status 204, within 90 s") {
		t.Errorf("the plan does not say how the release is asked:\n%s", plan.Stderr)
	}
	s.Deploy(s.folder)
	s.serves(s.version)
	if again := s.Deploy(s.folder); again.Changed {
		t.Errorf("a run without changes changed something: %v", again.Steps)
	}
	s.Must("rollback", "shop")
	after, err := s.State().Read("shop")
	if err != nil || after.Release != first.Release || after.Settings["health-path"] != "" || after.Settings["health-status"] != "" {
		t.Errorf("after the rollback: release %s with %v, %v", after.Release, after.Settings, err)
	}
}

// variables come back with the release that ran with them.
func (s *shop) variables(t *testing.T) {
	greeting := func() string {
		return s.Root("shop", `tr '\0' '\n' </proc/$(systemctl show -P MainPID app-shop-$(basename $(readlink /srv/app-shop/current)).service)/environ | sed -n 's/^GREETING=//p'`)
	}
	s.change("")
	s.Deploy(s.folder, "--health-path", "/", "--health-status", "200", "--env", "GREETING=hello")
	s.write("slipway.toml", "")
	s.change("")
	s.Deploy(s.folder, "--env", "GREETING=goodbye")
	if got := greeting(); got != "goodbye" {
		t.Errorf("the new release has GREETING=%s", got)
	}
	s.Must("rollback", "shop")
	if got := greeting(); got != "hello" {
		t.Errorf("the release that was rolled back to has GREETING=%s, it had hello", got)
	}
	s.serves(s.version - 1)
}
