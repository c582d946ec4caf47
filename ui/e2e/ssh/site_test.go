package ssh

import (
	"net/http"
	"strings"
	"testing"

	"slipway/providers/local/localtest"
	"slipway/ui/e2e"
)

// TestOperatorsSite is refused a server on which something answers at port 80, whatever
// it is, before anything is changed there.
func TestOperatorsSite(t *testing.T) {
	localtest.NeedMachines(t)
	t.Parallel()
	s := bootBare(t, "debian-13", map[string]any{"package_update": true, "packages": []string{"nginx-light"}})
	o := newOperator(t)
	o.aHome(t, nil)
	flags := s.flags("root", "--identity", s.identity, "--host-key-fingerprint", s.fingerprint())
	const page = "/etc/nginx/sites-available/default"
	const tree = `find /etc -printf '%p %s %T@ %m %l\n' | sort; nft list ruleset; curl -s http://127.0.0.1/ | sha256sum`
	s.root(t, "cp -a "+page+" /root/page")
	for name, c := range map[string]struct {
		own, undo, want string
		flags           []string
	}{
		"an edited default page": {"sed -i 's,root /var/www/html,root /srv/mine,' " + page, "cp -a /root/page " + page, "/etc/nginx/sites-enabled/default says default_server", nil},
		"another file": {"echo 'server { listen 80 default_server; }' >/etc/nginx/conf.d/mine.conf; rm /etc/nginx/sites-enabled/default",
			"rm /etc/nginx/conf.d/mine.conf; ln -s " + page + " /etc/nginx/sites-enabled/default", "port 80: /etc/nginx/conf.d/mine.conf says default_server", nil},
		"an included file": {"echo 'server { listen 80 default_server; }' >/etc/nginx/mine.inc; rm /etc/nginx/sites-enabled/default; echo 'include /etc/nginx/mine.inc;' >/etc/nginx/conf.d/a.conf",
			"rm /etc/nginx/conf.d/a.conf /etc/nginx/mine.inc; ln -s " + page + " /etc/nginx/sites-enabled/default", "/etc/nginx/mine.inc", nil},
		"settings that nginx can't read": {"echo 'lsten 80;' >/etc/nginx/conf.d/b.conf", "rm /etc/nginx/conf.d/b.conf", "/etc/nginx/conf.d/b.conf:1", nil},
		"a server for the next boot": {`printf '[Service]\nExecStart=/bin/sleep 9\n[Install]\nWantedBy=multi-user.target\n' >/etc/systemd/system/apache2.service
mkdir /etc/apache2; echo 'Listen 80' >/etc/apache2/ports.conf; systemctl --quiet enable apache2.service`,
			"systemctl --quiet disable apache2.service; rm -r /etc/apache2 /etc/systemd/system/apache2.service", "apache2.service does not run now, but the next boot starts it, and it listens on port 80, says /etc/apache2/ports.conf:1", nil},
		"a firewall of their own": {"nft 'table inet mine { chain input { type filter hook input priority 0; policy drop; iif lo accept; ct state established,related accept; tcp dport 22 accept; }; }'",
			"nft delete table inet mine", "lets nobody in at port 80: nftables' table inet mine", nil},
		"their domain": {"echo 'server { listen 80; server_name shop.example.com; }' >/etc/nginx/conf.d/c.conf", "rm /etc/nginx/conf.d/c.conf",
			"answers to shop.example.com on port 80: /etc/nginx/conf.d/c.conf", []string{"--domain", "shop.example.com"}},
	} {
		s.root(t, c.own)
		before := s.root(t, tree)
		r := o.Run(append(append([]string{"--yes"}, flags...), c.flags...)...)
		if r.Code != 1 || !strings.Contains(r.Stderr, c.want) || !strings.Contains(r.Stderr, "nothing was changed on the server") {
			t.Errorf("%s: exit %d, want %q:\n%s", name, r.Code, c.want, r.Stderr)
		}
		if after := s.root(t, tree); after != before {
			t.Errorf("%s: the server was changed:\n%s", name, differences(before, after))
		}
		if t.Failed() {
			return
		}
		s.root(t, c.undo+"; nginx -q -t")
	}
	first := o.Deploy(append(flags, "--domain", "")...)
	if status, body := e2e.Ask(t, first.URL); status != http.StatusOK || !strings.Contains(body, "Hello World") {
		t.Errorf("status %d: %s", status, body)
	}
	o.Must("destroy", "-y", "--lose-data")
	if page := s.root(t, "curl -s http://127.0.0.1/"); !strings.Contains(page, "Welcome to nginx") {
		t.Errorf("after destroy nginx serves\n%s", page)
	}
}
