package fact

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"slipway/steps/plan"
)

// site is a file of nginx's as the look prints it.
func site(path, text string) string {
	return "T # configuration file " + path + ":\nT " + strings.ReplaceAll(text, "\n", "\nT ") + "\n"
}

// TestOperatorsSite finds what answers where the app is to answer, by its file and port.
func TestOperatorsSite(t *testing.T) {
	const file, ssl = "/etc/nginx/sites-enabled/shop", "listen 443 ssl; server_name "
	for name, c := range map[string]struct {
		looked string
		domain bool
		want   string // in the error; nothing wants none
	}{
		"an edited default page":  {site("/etc/nginx/sites-enabled/default", "server {\n\tlisten 80 default_server;\n\tserver_name _;\n}"), false, "port 80: /etc/nginx/sites-enabled/default says default_server"},
		"the package's own":       {site("/etc/nginx/sites-enabled/default", "server { listen 80 default_server; }") + "stock /etc/nginx/sites-enabled/default\n", false, ""},
		"another beside it":       {site("/etc/nginx/sites-enabled/default", "server { listen 80 default_server; }") + "stock /etc/nginx/sites-enabled/default\n" + site(file, "server { listen 80 default; }"), false, file},
		"an old word":             {site(file, "server { listen *:80 default; }"), false, file + " says default_server"},
		"a name of its own":       {site(file, "server { listen 80; listen [::]:80; server_name blog.example.com; }"), true, ""},
		"our name":                {site(file, "server { listen 80; server_name blog.example.com SHOP.example.com; }"), true, "answers to shop.example.com on port 80: " + file},
		"our name, HTTPS":         {site(file, "server { "+ssl+"shop.example.com; }"), true, "answers to shop.example.com on port 443: " + file},
		"our name, no domain":     {site(file, "server { "+ssl+"shop.example.com; }"), false, ""},
		"no name":                 {site(file, "server {\n listen 80;\n root /var/www;\n}"), false, "all names on port 80: " + file + " has no server_name"},
		"no listen":               {site(file, "server { root /var/www; }"), false, file},
		"any name":                {site(file, `server { listen 80; server_name "" _; }`), false, file},
		"an address of its own":   {site(file, "server { listen 203.0.113.7:80; server_name x.example.com; }"), false, "port 80 of the address 203.0.113.7"},
		"an address of IPv6":      {site(file, "server { listen [2001:db8::7]:80; server_name x.example.com; }"), false, "2001:db8::7"},
		"loopback":                {site(file, "server { listen 127.0.0.1:80 default_server; listen [::1]:80; }"), false, ""},
		"a socket":                {site(file, "server { listen unix:/run/x.sock default_server; }"), false, ""},
		"another port":            {site(file, "server { listen 8080 default_server; }"), true, ""},
		"a comment":               {site(file, "# server { listen 80 default_server; }\nserver { listen 81; # listen 80 default_server;\n}"), false, ""},
		"quotes and variables":    {site(file, "log_format x '$a {';\nserver { set $b \"${c};\"; listen 81; }\nserver { listen 80 default_server; }"), false, file},
		"an included file":        {site("/etc/nginx/snippets/listen.conf", "listen 80 default_server;"), false, "/etc/nginx/snippets/listen.conf"},
		"a stream":                {site("/etc/nginx/nginx.conf", "stream { server { listen 80; proxy_pass 192.0.2.1:80; } }"), false, "passes port 80 on"},
		"an upstream":             {site(file, "upstream a { server 127.0.0.1:80; }\nserver { listen 80; server_name b.example.com; location / { proxy_pass http://a; } }"), false, ""},
		"unreadable":              {"nginxbroken unknown directive \"lsten\" in /etc/nginx/conf.d/x.conf:1\n", false, "lsten"},
		"Apache, stopped":         {"starts 80 apache2.service /etc/apache2/ports.conf:5\n", false, "apache2.service does not run now, but the next boot starts it, and it listens on port 80, says /etc/apache2/ports.conf:5"},
		"Apache, stopped, 443":    {"starts 443 apache2.service /etc/apache2/ports.conf:8\n", false, ""},
		"a socket unit":           {"starts 80 web.socket web.socket\n", false, "web.socket does not run now"},
		"Docker passes it on":     {"passes tcp 80\n", false, "passes port 80 on to a container"},
		"Docker passes others on": {"passes tcp 8080\npasses udp 80\n", false, ""},
		"a program named nginx":   {"listens 80 nginx docker-1234.scope\n", false, "nginx (docker-1234.scope) listens on port 80"},
		"cut short":               {site(file, "server { listen 80 default_server; {"), false, file},
		"unbalanced":              {site(file, "}}}\nserver { listen 80 default_server; }"), false, file},
	} {
		p := plan.Plan{}
		if c.domain {
			p.Values = map[string]plan.NamedValue{plan.KeyDomain: {Value: "shop.example.com"}, plan.KeyProvider: {Value: "ssh"}}
		}
		err := CheckObstacles(p, c.looked, time.Now())
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// TestAnotherFirewall finds a firewall that lets no visitor in, where that is certain.
func TestAnotherFirewall(t *testing.T) {
	rules := func(lines ...string) string {
		return "N table inet mine {\nN \tchain input {\nN \t\ttype filter hook input priority filter; policy drop;\nN \t\tct state established,related accept\nN \t\tiif \"lo\" accept\n" +
			"N \t\tmeta l4proto icmp accept\nN \t\ttcp dport 22 accept\nN \t\t" + strings.Join(lines, "\nN \t\t") + "\nN \t}\nN }\n"
	}
	const ufw = "ufw Status: active\nufw Logging: on (low)\nufw Default: deny (incoming), allow (outgoing), disabled (routed)\nufw 22/tcp                     ALLOW IN    Anywhere\n"
	for name, c := range map[string]struct{ looked, want string }{
		"only SSH":               {rules("counter"), "port 80: nftables' table inet mine"},
		"port 80":                {rules("tcp dport 80 accept"), ""},
		"a list":                 {rules("tcp dport { 80, 443 } ct state new accept"), ""},
		"a range":                {rules("tcp dport 1-1024 accept"), ""},
		"another list":           {rules("tcp dport { 25, 8000-9000 } accept"), "inet mine"},
		"an interface":           {rules(`iifname "eth0" accept`), ""},
		"only some addresses":    {rules("ip saddr 192.0.2.0/24 accept"), "inet mine"},
		"a map":                  {rules("tcp dport vmap @ports"), ""},
		"our own table":          {strings.ReplaceAll(rules("counter"), "inet mine", "inet slipway"), ""},
		"a policy that lets in":  {strings.ReplaceAll(rules("counter"), "policy drop", "policy accept"), ""},
		"ufw":                    {ufw, "ufw, its firewall, lets nobody in at port 80"},
		"ufw with the web":       {ufw + "ufw 80,443/tcp (Nginx Full)    ALLOW IN    Anywhere\n", ""},
		"ufw with a range":       {ufw + "ufw 1:1000/tcp    LIMIT IN    Anywhere\n", ""},
		"ufw for some addresses": {ufw + "ufw 80/tcp    ALLOW IN    192.0.2.1\n", "ufw"},
		"ufw for UDP":            {ufw + "ufw 80/udp    ALLOW IN    Anywhere\n", "ufw"},
		"ufw off":                {"ufw Status: inactive\n", ""},
		"firewalld":              {"firewalld 80 http\nfirewalld 443 https\n", "firewalld, its firewall, lets nobody in at port 80"},
	} {
		err := CheckObstacles(plan.Plan{}, c.looked, time.Now())
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// TestSocketsAreNotText has a program with a name that looks like a line of the look.
func TestSocketsAreNotText(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("there is no python3")
	}
	ready := filepath.Join(t.TempDir(), "ready")
	cmd := exec.Command(python, "-c", `import ctypes, socket, sys
ctypes.CDLL(None).prctl(15, b"x\ntcp 0A:50 9", 0, 0, 0)
s = socket.socket(); s.bind(("0.0.0.0", 0)); s.listen()
open(sys.argv[1], "w").write("%d" % s.getsockname()[1])
sys.stdin.read()`, ready)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait() //nolint:errcheck // it ends with its input
	defer stdin.Close()
	port := ""
	for end := time.Now().Add(20 * time.Second); port == "" && time.Now().Before(end); {
		text, _ := os.ReadFile(ready) // it is not there at first
		port = string(text)
	}
	out, err := exec.Command("sh", "-c", Sockets+"\nlistening").Output()
	if err != nil || !strings.Contains(string(out), " "+port+" xtcp0A:509 ") {
		t.Errorf("port %s: %v\n%s", port, err, out)
	}
	for line := range strings.Lines(string(out)) {
		if len(strings.Fields(line)) != 5 {
			t.Errorf("a line of another form: %q", line)
		}
	}
}
