package fact

import (
	"errors"
	"os/exec"
	"strings"
	"testing"
	"time"

	"slipway/providers"
	"slipway/steps/plan"
)

// TestObstacles decides from what the look prints on servers of all sorts.
func TestObstacles(t *testing.T) {
	now := time.Unix(1_795_665_759, 0)
	for name, c := range map[string]struct {
		looked string
		domain bool
		// what and next are in the error and its hint; nothing wants no error.
		what, next string
	}{
		"nothing known":            {"", false, "", ""},
		"all is well":              {"free 9000000\ntime 1795665700\nshell \nlistens 80 nginx nginx.service\n", false, "", ""},
		"a full disk":              {"free 204800\ntime 1795665700\n", false, "200 MB free, and 500 are needed", "journalctl --vacuum-size"},
		"a clock":                  {"time 1795579359\n", false, "differ by 24h0m0s", "timedatectl"},
		"no systemd":               {"nosystemd\n", false, "systemd", "Docker"},
		"read-only":                {"readonly\n", false, "/etc can't be written to", "remount"},
		"no shell":                 {"shell /usr/sbin/nologin\n", false, "/usr/sbin/nologin", "usermod --shell /bin/bash deploy"},
		"sshd lets all in":         {"allowusers \nallowgroups | deploy\ndenyusers \nforcecommand none \n", false, "", ""},
		"sshd lets deploy in":      {"allowusers ana dep*@192.0.2.* \nallowgroups ssh deploy | deploy ssh\n", false, "", ""},
		"sshd lets some users in":  {"allowusers ana bob \n", false, "AllowUsers ana bob", "add deploy to AllowUsers"},
		"sshd lets some groups in": {"allowgroups admins | deploy sudo\n", false, "AllowGroups admins", "AllowGroups in /etc/ssh/sshd_config"},
		"sshd shuts deploy out":    {"denyusers deploy \n", false, "DenyUsers", "take deploy out"},
		"sshd runs a menu":         {"forcecommand /usr/local/bin/menu \n", false, "/usr/local/bin/menu in place of", "except deploy"},
		"a terminal for sudo":      {"requiretty /etc/sudoers.d/strict:Defaults    requiretty\n", false, "requiretty in /etc/sudoers.d/strict", "Defaults:deploy !requiretty"},
		"fish":                     {"shell /usr/bin/fish\n", false, "", ""},
		"another site":             {"T # configuration file /etc/nginx/sites-enabled/shop:\nT \tlisten 80 default_server;\n", false, "port 80: /etc/nginx/sites-enabled/shop says", "take the word default_server out of /etc/nginx/sites-enabled/shop"},
		"another site, IPv6":       {"T # configuration file /etc/nginx/conf.d/x.conf:\nT   listen [::]:80 default_server;\n", false, "/etc/nginx/conf.d/x.conf", "nginx -t"},
		"another site, one line":   {"T # configuration file /etc/nginx/conf.d/x.conf:\nT server { listen 80 default_server; }\n", false, "/etc/nginx/conf.d/x.conf", "nginx -t"},
		"another site, no port":    {"T # configuration file /etc/nginx/nginx.conf:\nT   listen default_server;\n", false, "port 80: /etc/nginx/nginx.conf", "nginx -t"},
		"a site of HTTPS":          {"T # configuration file /etc/nginx/conf.d/x.conf:\nT   listen 443 ssl default_server;\n", false, "", ""},
		"a site of HTTPS, domain":  {"T # configuration file /etc/nginx/conf.d/x.conf:\nT   listen 443 ssl default_server;\n", true, "port 443: /etc/nginx/conf.d/x.conf", "default_server"},
		"a site on another port":   {"T # configuration file /etc/nginx/conf.d/x.conf:\nT   listen 8080 default_server;\n", true, "", ""},
		"Apache":                   {"listens 80 apache2 apache2.service\n", false, "apache2 (apache2.service) listens on port 80", "systemctl disable --now apache2.service"},
		"Caddy on 443":             {"listens 443 caddy caddy.service\n", false, "", ""},
		"Caddy on 443, domain":     {"listens 443 caddy caddy.service\n", true, "caddy (caddy.service) listens on port 443", "caddy.service"},
		"Docker":                   {"listens 80 docker-proxy docker.service\n", false, "a Docker container listens on port 80", "docker ps --filter publish=80"},
		"a program by hand":        {"listens 80 python3 ?\n", false, "python3 listens on port 80", "stop python3"},
		"a dead source": {"dead /etc/apt/sources.list.d/gone.list  http://x.invalid/debian/dists/trixie/InRelease Failed to fetch http://x.invalid/debian/dists/trixie/InRelease 404 Not Found\n", false,
			"http://x.invalid/debian/dists/trixie/InRelease (404 Not Found), in /etc/apt/sources.list.d/gone.list", "correct or remove /etc/apt/sources.list.d/gone.list"},
		"a malformed source": {"source Malformed line 1 in source list /etc/apt/sources.list.d/bad.list (type)\nsource The list of sources could not be read.\n", false,
			"/etc/apt/sources.list.d/bad.list", "apt-get update must succeed"},
		"two at once": {"listens 80 apache2 apache2.service\nreadonly\n", false, "listens on port 80; /etc can't", "nothing was changed"},
		"nonsense":    {"free\ntime x\nlistens 80\nnginx\ndead\ndead ? x\nshell\n\x00\n", true, "", ""},
	} {
		p := plan.Plan{}
		if c.domain {
			p.Values = map[string]plan.NamedValue{plan.KeyDomain: {Value: "shop.example.com"}, plan.KeyProvider: {Value: "ssh"}}
		}
		err := CheckObstacles(p, c.looked, now)
		failed, ok := errors.AsType[*providers.Failed](err)
		switch {
		case c.what == "" && err != nil:
			t.Errorf("%s: got %v", name, err)
		case c.what != "" && (!ok || !strings.Contains(err.Error(), c.what) || !strings.Contains(failed.Next, c.next)):
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// TestLookObstacles has sh run the look where nothing of it need be there.
func TestLookObstacles(t *testing.T) {
	existing := plan.Plan{Values: map[string]plan.NamedValue{plan.KeyHost: {Value: "root@192.0.2.1"}}}
	for _, p := range []plan.Plan{{}, existing} {
		if out, err := exec.Command("sh", "-nc", LookObstacles(p, "/it's/none")).CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, out)
		}
	}
	out, err := exec.Command("sh", "-c", LookObstacles(plan.Plan{}, "/none")).Output()
	if err != nil || !strings.HasPrefix(string(out), "time ") {
		t.Errorf("got %q, %v", out, err)
	}
}
