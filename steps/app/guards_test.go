package app

import (
	"slices"
	"strings"
	"testing"
)

// TestDjangoHosts has the hosts that each way to write ALLOWED_HOSTS lets in.
func TestDjangoHosts(t *testing.T) {
	for _, test := range []struct {
		line           string
		overlay        bool
		variable, form string
		names          string
	}{
		{`ALLOWED_HOSTS = []`, true, "", "", ""},
		{`OTHER = 1`, true, "", "", ""},
		{`ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", ".herokuapp.com"]`, true, "", "", "localhost 127.0.0.1 [::1] .herokuapp.com"},
		{`ALLOWED_HOSTS = ["*"]`, false, "", "", ""},
		{`ALLOWED_HOSTS = ["shop.example"]`, false, "", "", "shop.example"},
		{`ALLOWED_HOSTS = ["192.0.2.7"]`, false, "", "", "192.0.2.7"},
		{`ALLOWED_HOSTS = find_hosts()`, false, "", "", ""},
		{`ALLOWED_HOSTS = os.environ.get("HOSTS", "localhost,shop.example").split(",")`, false, "HOSTS", ",", "localhost shop.example"},
		{`ALLOWED_HOSTS = os.environ.get("HOSTS", "*").split(",")`, false, "", "", ""},
		{`ALLOWED_HOSTS = os.environ["HOSTS"].split()`, false, "HOSTS", " ", ""},
		{`ALLOWED_HOSTS = os.getenv("HOSTS", default="localhost").split(";")`, false, "HOSTS", ";", "localhost"},
		{`ALLOWED_HOSTS = [h.strip() for h in os.getenv("HOSTS", "").split(",") if h.strip()]`, false, "HOSTS", ",", ""},
		{`ALLOWED_HOSTS = os.getenv("HOSTS").split(",") if os.getenv("HOSTS") else []`, false, "HOSTS", ",", ""},
		{`ALLOWED_HOSTS = ["localhost"] + os.getenv("HOSTS", "").split(",")`, false, "HOSTS", ",", "localhost"},
		{`ALLOWED_HOSTS = config("HOSTS", default="localhost", cast=Csv())`, false, "HOSTS", ",", "localhost"},
		{`ALLOWED_HOSTS = config("HOSTS", cast=lambda v: [s.strip() for s in v.split(",")])`, false, "HOSTS", ",", ""},
		{`ALLOWED_HOSTS = env.list("HOSTS", default=["shop.example"])`, false, "HOSTS", ",", "shop.example"},
		{`ALLOWED_HOSTS = env("HOSTS")`, false, "HOSTS", ",", ""},
		{`ALLOWED_HOSTS = json.loads(os.environ.get("HOSTS", '["localhost"]'))`, false, "HOSTS", "json", "localhost"},
		{`ALLOWED_HOSTS = [os.environ.get("HOST", "localhost")]`, false, "HOST", "one", "localhost"},
		{`NAMES = os.environ.get("HOSTS")\nALLOWED_HOSTS = NAMES.split(",") if NAMES else []`, false, "HOSTS", ",", ""},
		{`if "X" in os.environ:\n    ALLOWED_HOSTS = ["*"]\nelse:\n    ALLOWED_HOSTS = ["localhost"]`, true, "", "", "localhost"},
		{`ALLOWED_HOSTS = []\nif os.environ.get("X"):\n    ALLOWED_HOSTS.append(os.environ["X"])`, true, "", "", ""},
		{`ALLOWED_HOSTS = [f"{NAME}.fly.dev"]`, true, "", "", "*.fly.dev"},
		{`ALLOWED_HOSTS = [f"{NAME}"]`, false, "", "", ""},
		{`if not DEBUG:\n    ALLOWED_HOSTS = ["shop.example"]`, false, "", "", ""},
		{`ALLOWED_HOSTS = os.environ.get("HOSTS")`, false, "", "", ""},
	} {
		t.Run(test.line, func(t *testing.T) {
			settings := strings.Replace(djangoSettings, `ALLOWED_HOSTS = ["shop.example", "127.0.0.1"]`, strings.ReplaceAll(test.line, `\n`, "\n"), 1)
			got, err := Detect(djangoFiles(settings), Settings{})
			if err != nil {
				t.Fatal(err)
			}
			h := got.Hosts
			if got.Overlay.Hosts != test.overlay || h.Variable != test.variable || h.Form != test.form || strings.Join(h.Names, " ") != test.names {
				t.Errorf("got %+v, overlay %+v", h, got.Overlay)
			}
			if test.variable != "" && slices.ContainsFunc(got.Needs, func(n Need) bool { return n.Name == test.variable }) {
				t.Errorf("%s is needed and supplied: %v", test.variable, got.Needs)
			}
		})
	}
}

// TestOverlayIsRefused has no overlay where the app's settings would not be its.
func TestOverlayIsRefused(t *testing.T) {
	settings := strings.Replace(djangoSettings, `["shop.example", "127.0.0.1"]`, "[]", 1)
	for name, change := range map[string]func() (Found, error){
		"forced": func() (Found, error) {
			fsys := djangoFiles(settings)
			fsys["shop/wsgi.py"].Data = []byte(strings.Replace(djangoWSGI, `.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")`, `["DJANGO_SETTINGS_MODULE"] = "shop.settings"`, 1))
			return Detect(fsys, Settings{})
		},
		"given": func() (Found, error) {
			return Detect(djangoFiles(settings), Settings{Variables: map[string]string{"DJANGO_SETTINGS_MODULE": "shop.settings"}})
		},
		"dynaconf": func() (Found, error) { return Detect(djangoFiles(settings+"import dynaconf\n"), Settings{}) },
	} {
		got, err := change()
		if err != nil || got.Overlay != (Overlay{}) || got.Hosts.Setting != allowedHosts {
			t.Errorf("%s: got %+v, %+v, %v", name, got.Overlay, got.Hosts, err)
		}
	}
}

// TestServedSettings has the settings of the app that is served win over manage.py's.
func TestServedSettings(t *testing.T) {
	for _, test := range []struct{ wsgi, want string }{
		{djangoWSGI, "shop.settings"},
		{strings.Replace(djangoWSGI, "shop.settings", "shop.prod", 1), "shop.prod"},
		{strings.Replace(djangoWSGI, `"shop.settings"`, `"shop.prod" if "WEBSITE" in os.environ else "shop.dev"`, 1), "shop.dev"},
		{strings.Replace(djangoWSGI, `os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")`,
			`name = "shop.prod" if "WEBSITE" in os.environ else "shop.dev"\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", name)`, 1), "shop.dev"},
		{"from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n", "shop.settings"},
	} {
		fsys := djangoFiles(djangoSettings)
		fsys["shop/wsgi.py"].Data = []byte(strings.ReplaceAll(test.wsgi, `\n`, "\n"))
		got, err := Detect(fsys, Settings{})
		if err != nil || got.SettingsModule != test.want {
			t.Errorf("%s\ngot %q, want %q, %v", test.wsgi, got.SettingsModule, test.want, err)
		}
	}
}

// TestGuards has what other frameworks refuse visitors with.
func TestGuards(t *testing.T) {
	const fast = "from fastapi import FastAPI\nimport os\napp = FastAPI()\n"
	for _, test := range []struct {
		text, hosts, variable, https string
	}{
		{fast + `app.add_middleware(TrustedHostMiddleware, allowed_hosts=["shop.example", "*.shop.example"])`, "shop.example *.shop.example", "", ""},
		{fast + `app.add_middleware(TrustedHostMiddleware, allowed_hosts=["*"])`, "", "", ""},
		{fast + `HOSTS = ["localhost"]` + "\n" + `app.add_middleware(TrustedHostMiddleware, allowed_hosts=HOSTS, www_redirect=False)`, "localhost", "", ""},
		{fast + `app.add_middleware(TrustedHostMiddleware, allowed_hosts=os.environ.get("HOSTS", "localhost").split(","))`, "localhost", "HOSTS", ""},
		{fast + `app.add_middleware(HTTPSRedirectMiddleware)`, "", "", "HTTPSRedirectMiddleware"},
		{flaskApp + `app.config["TRUSTED_HOSTS"] = ["shop.example"]`, "shop.example", "", ""},
		{flaskApp + `app.config.from_mapping(A=1, TRUSTED_HOSTS=["shop.example"], B="b")`, "shop.example", "", ""},
		{flaskApp + `Talisman(app, content_security_policy=None)`, "", "", "Talisman"},
		{flaskApp + `Talisman(app, force_https=False)`, "", "", ""},
		{flaskApp + "if app.config['SSL']:\n    SSLify(app)", "", "", "SSLify sometimes"},
		{flaskApp, "", "", ""},
	} {
		got, err := Detect(files("requirements.txt", "", "a.py", test.text+"\n"), Settings{})
		if err != nil || strings.Join(got.Hosts.Names, " ") != test.hosts || got.Hosts.Variable != test.variable || https(got) != test.https {
			t.Errorf("%s\ngot %+v, %+v, %v", test.text, got.Hosts, got.HTTPSOnly, err)
		}
	}
}

func https(found Found) string {
	if found.HTTPSOnly.Sometimes {
		return found.HTTPSOnly.Setting + " sometimes"
	}
	return found.HTTPSOnly.Setting
}

func TestDjangoSwitches(t *testing.T) {
	for _, test := range []struct{ line, https, debug string }{
		{`SECURE_SSL_REDIRECT = True`, "write SECURE_SSL_REDIRECT = False in shop/settings.py line 11", ""},
		{`SECURE_SSL_REDIRECT = env.bool("SSL", default=True)`, "give --env SSL=False", ""},
		{`SECURE_SSL_REDIRECT = not DEBUG`, "", ""},
		{`DEBUG = os.environ.get("DEBUG", "True") == "True"`, "", "DEBUG=False"},
		{`DEBUG = config("DEBUG", default=True, cast=bool)`, "", "DEBUG=False"},
		{`DEBUG = bool(int(os.environ.get("DEBUG", 1)))`, "", "DEBUG=0"},
		{`DEBUG = os.environ.get("DEBUG", True)`, "", "DEBUG="},
		{`DEBUG = "RENDER" not in os.environ`, "", "RENDER=1"},
		{`DEBUG = os.environ.get("DEBUG", "False") == "True"`, "", ""},
	} {
		settings := djangoSettings
		if strings.HasPrefix(test.line, "DEBUG") {
			settings = strings.Replace(settings, "DEBUG = False\n", "", 1)
		}
		settings += test.line + "\nMIDDLEWARE = ['django.middleware.security.SecurityMiddleware']\n"
		got, err := Detect(djangoFiles(settings), Settings{})
		if err != nil {
			t.Fatal(err)
		}
		https, debug := "", ""
		if got.HTTPSOnly.Setting != "" {
			https = got.HTTPSOnly.TurnOff()
		}
		if got.Debug.Variable != "" {
			debug = got.Debug.Variable + "=" + got.Debug.Value
		}
		if https != test.https || debug != test.debug {
			t.Errorf("%s: got %q and %q", test.line, https, debug)
		}
	}
}

func TestHostsValue(t *testing.T) {
	hosts := []string{"shop.example", "[2001:db8::7]"}
	for form, want := range map[string]string{
		",": "shop.example,[2001:db8::7],localhost", " ": "shop.example [2001:db8::7] localhost",
		"json": `["shop.example","[2001:db8::7]","localhost"]`, "one": "shop.example",
	} {
		if got := (Hosts{Names: []string{"localhost"}, Variable: "HOSTS", Form: form}).Value(hosts); got != want {
			t.Errorf("%q: got %s", form, got)
		}
	}
}

func TestHostsCovers(t *testing.T) {
	for name, hosts := range map[string][2]string{
		"shop.example": {"SHOP.example", "www.shop.example"}, ".shop.example": {"shop.example", "ashop.example"},
		"*.shop.example": {"www.shop.example", "shop.example"}, "*": {"a", ""}, "[::1]": {"[::1]", "::2"},
	} {
		h := Hosts{Names: []string{name}}
		if !h.Covers(hosts[0]) || hosts[1] != "" && h.Covers(hosts[1]) {
			t.Errorf("%s covers %s: %t, %s: %t", name, hosts[0], h.Covers(hosts[0]), hosts[1], h.Covers(hosts[1]))
		}
	}
}
