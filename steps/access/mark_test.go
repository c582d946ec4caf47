package access

import (
	"encoding/json"
	"strings"
	"testing"

	"slipway/steps/plan"
)

func TestCheckOwner(t *testing.T) {
	p := plan.Plan{Tag: "slipway-a-1"}
	if err := CheckOwner(p, "0123 644 root:root /etc/slipway/deployment.json\n{\"name\":\"a\",\"tag\":\"slipway-a-1\"}\n"); err != nil {
		t.Error(err)
	}
	if err := CheckOwner(p, "{\"name\":\"b\",\"tag\":\"slipway-b-2\"}\n"); err == nil || !strings.Contains(err.Error(), "slipway-b-2") {
		t.Errorf("another deployment's server was taken: %v", err)
	}
	if err := CheckOwner(p, ""); err != nil {
		t.Error(err)
	}
	if err := CheckOwner(p, `{"name":"b\u001b[2J","tag":"\u001b]0;x\u0007\nerror: all is well"}`); err == nil || strings.ContainsAny(err.Error(), "\x1b\x07\n") {
		t.Errorf("a mark reaches the terminal: %q", err)
	}
}

// forged are marks that root on a server can write and slipway never does.
var forged = map[string]Owner{
	"no name":            {Tag: "slipway-shop-0a1b2c3d4e5f"},
	"a path for a name":  {Name: "../../etc", Tag: "slipway-../../etc-0a1b2c3d4e5f"},
	"slipway's own name": {Name: "cache", Tag: "slipway-cache-0a1b2c3d4e5f"},
	"another's tag":      {Name: "shop", Tag: "slipway-other-0a1b2c3d4e5f"},
	"a longer name":      {Name: "shop", Tag: "slipway-shop-x-0a1b2c3d4e5f"},
	"a short tag":        {Name: "shop", Tag: "slipway-shop-0a1b2c"},
	"every droplet":      {Name: "shop", Tag: "slipway"},
	"a tag of two lines": {Name: "shop", Tag: "slipway-shop-0a1b2c3d4e5f\n"},
	"an escape sequence": {Name: "shop", Tag: "slipway-shop-0a1b2c3d4e5f\x1b[2J"},
	"root":               {Name: "shop", Tag: "slipway-shop-0a1b2c3d4e5f", Login: "root"},
	"an app's user":      {Name: "shop", Tag: "slipway-shop-0a1b2c3d4e5f", Login: "app-shop"},
	"an option":          {Name: "shop", Tag: "slipway-shop-0a1b2c3d4e5f", Login: "-oProxyCommand=x"},
}

// forgedSettings are settings that no deployment keeps on a server, as KEY=VALUE.
var forgedSettings = []string{
	"host=root@203.0.113.66", "identity=/home/me/.ssh/id_ed25519", "host-key-fingerprint=SHA256:x", "name=other", "on-failure=destroy", "grow-disk=true",
	"proxy-command=sh -c id", "ProxyCommand=x", "=x", "provider=heroku", "provider=", "region=../x", "size=S 1", "image=a\nb", "engine=sh",
	"hardening=none", "domain=localhost", "domain=a.example.com,-x", "domain=a.example.com; reboot", "email=a@b.example\x00", "email=A <a@b.example>",
	"acme-directory=file:///etc/passwd", "acme-directory=http://a.example", "health-path=x y", "health-status=1", "health-time=99999999",
	"test-command=x\x1b[2J", "test-command=a\x00b", "test-command=\u202eevil", "test-command=" + strings.Repeat("x", 9000), "region=\xff",
}

// TestForgedMark: what a server says of itself is a stranger's word.
func TestForgedMark(t *testing.T) {
	good := Owner{Name: "shop", Tag: "slipway-shop-0a1b2c3d4e5f", Settings: map[string]string{
		"app": "/home/ana/My Shop ü", "provider": "digitalocean", "region": "fra1", "size": "s-1vcpu-1gb", "image": "debian-13-x64", "hardening": "strict",
		"domain": "shop.example.com,www.shop.example.com", "email": "me@example.com", "acme-directory": "https://acme.example/directory",
		"test-command": "python -m pytest\n\techo 'fertig: äöü'", "health-path": "/healthz", "health-status": "204", "health-time": "90",
	}}
	if err := good.Check(); err != nil {
		t.Errorf("a good mark: %v", err)
	}
	good.Login, good.Settings = "slipway", nil
	if err := good.Check(); err != nil {
		t.Errorf("a good mark with a login of its own: %v", err)
	}
	for name, owner := range forged {
		err := owner.Check()
		if err == nil || strings.ContainsAny(err.Error(), "\x1b\x00\n") {
			t.Errorf("%s: got %q", name, err)
		}
	}
	for _, setting := range forgedSettings {
		key, value, _ := strings.Cut(setting, "=")
		owner := Owner{Name: "shop", Tag: "slipway-shop-0a1b2c3d4e5f", Settings: map[string]string{key: value}}
		err := owner.Check()
		if err == nil || len(err.Error()) > 500 || strings.ContainsAny(err.Error(), "\x1b\x00\u202e") {
			t.Errorf("%.80q: got %v", setting, err)
		}
	}
}

// TestMarkIsRead: what slipway writes it can read and takes, whatever the settings are.
func TestMarkIsRead(t *testing.T) {
	for _, login := range append([]string{""}, plan.Logins...) {
		p := plan.Plan{Name: "shop", Tag: "slipway-shop-0a1b2c3d4e5f", Login: login, Values: map[string]plan.NamedValue{}}
		for key, value := range map[string]string{"app": "/home/ana/shop", "host": "root@192.0.2.1", "identity": "/home/ana/.ssh/id", "on-failure": "keep", "provider": "ssh", "name": "shop"} {
			p.Values[key] = plan.NamedValue{Key: key, Value: value}
		}
		owner, ok := ReadOwner("0123  /etc/slipway/deployment.json\n600 root:root /etc/slipway/deployment.json\n" + markFile(p).Content)
		if err := owner.Check(); err != nil || !ok || LoginOf(owner, p) != p.LoginUser() {
			t.Errorf("as %q it reads %+v, %t, %v", login, owner, ok, err)
		}
		if len(owner.Settings) != 1 || owner.Settings["provider"] != "ssh" {
			t.Errorf("the mark tells of the operator's computer: %v", owner.Settings)
		}
	}
	if owner, ok := ReadOwner(`{"name":"shop","tag":"slipway-shop-0a1b2c3d4e5f","settings":{"region":"` + strings.Repeat("x", longestMark) + `"}}`); ok {
		t.Errorf("a mark without end was read: %.80v", owner)
	}
}

// FuzzMark: no mark brings the reader down, and what Check lets through is what flags
// would take.
func FuzzMark(f *testing.F) {
	f.Add(`{"name":"shop","tag":"slipway-shop-0a1b2c3d4e5f","login":"slipway","settings":{"provider":"digitalocean","region":"fra1","domain":"a.example.com"}}`)
	f.Add(`{"name":"shop","tag":"slipway-shop-0a1b2c3d4e5f","settings":{"test-command":"a\nb","app":"sample hello","health-time":"90"}}`)
	for _, owner := range forged {
		text, err := json.Marshal(owner)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	for _, setting := range forgedSettings {
		key, value, _ := strings.Cut(setting, "=")
		text, err := json.Marshal(Owner{Name: "shop", Tag: "slipway-shop-0a1b2c3d4e5f", Settings: map[string]string{key: value}})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Fuzz(func(t *testing.T, looked string) {
		owner, ok := ReadOwner(looked)
		if err := CheckOwner(plan.Plan{Tag: "slipway-a-1"}, looked); ok && owner.Tag != "slipway-a-1" && err == nil {
			t.Error("another deployment's server was taken")
		}
		if !ok || owner.Check() != nil {
			return
		}
		if plan.CheckName(owner.Name) != nil || !strings.HasPrefix(owner.Tag, "slipway-"+owner.Name+"-") || len(owner.Tag) != len("slipway-")+len(owner.Name)+13 {
			t.Errorf("taken: %q, %q", owner.Name, owner.Tag)
		}
		for key, value := range plan.WithoutFolder(owner.Settings) {
			s, known := plan.SettingOf(key)
			if key != plan.KeyApp && (!known || value == "" || s.Check != nil && s.Check(value) != nil) {
				t.Errorf("taken: %s %q", key, value)
			}
		}
	})
}
