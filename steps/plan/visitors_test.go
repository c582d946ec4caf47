package plan

import (
	"strings"
	"testing"

	"slipway/steps/app"
)

func TestWarnOfVisitors(t *testing.T) {
	listed := app.Hosts{Setting: "ALLOWED_HOSTS", Names: []string{"shop.example"}, Source: "s.py line 3"}
	supplied := listed
	supplied.Variable, supplied.Form = "HOSTS", ","
	redirect := app.Switch{Setting: "SECURE_SSL_REDIRECT", Off: "SECURE_SSL_REDIRECT = False", Source: "s.py line 4"}
	variable := redirect
	variable.Variable, variable.Value = "SSL", "False"
	debug := app.Switch{Setting: "DEBUG", Variable: "DEBUG", Value: "False", Source: "s.py line 5"}
	for _, test := range []struct {
		name   string
		found  app.Found
		domain string
		env    map[string]string
		want   string
	}{
		{"address", app.Found{Hosts: listed}, "", nil, "every page answers 400 for the host that is the server's address: ALLOWED_HOSTS in s.py line 3 lists only shop.example; give --domain shop.example, or add the server's address there"},
		{"its domain", app.Found{Hosts: listed}, "shop.example", nil, ""},
		{"another domain", app.Found{Hosts: listed}, "www.shop.example", nil, `every page answers 400 for the host www.shop.example: ALLOWED_HOSTS in s.py line 3 lists only shop.example; add "www.shop.example" there`},
		{"supplied", app.Found{Hosts: supplied}, "", nil, ""},
		{"overlay", app.Found{Hosts: listed, Overlay: app.Overlay{Hosts: true}}, "", nil, ""},
		{"redirect", app.Found{HTTPSOnly: redirect}, "", nil, "SECURE_SSL_REDIRECT in s.py line 4 redirects every visitor to HTTPS, which is served only with a --domain; without one, write SECURE_SSL_REDIRECT = False in s.py line 4"},
		{"redirect with a domain", app.Found{HTTPSOnly: redirect}, "shop.example", nil, ""},
		{"redirect by a variable", app.Found{HTTPSOnly: variable}, "", nil, "give --env SSL=False"},
		{"redirect that is off", app.Found{HTTPSOnly: variable}, "", map[string]string{"SSL": "False"}, ""},
		{"debug", app.Found{Debug: debug}, "", nil, "give --env DEBUG=False"},
		{"debug that is off", app.Found{Debug: debug}, "", map[string]string{"DEBUG": "False"}, ""},
	} {
		p := Plan{App: test.found, Env: test.env, Values: map[string]NamedValue{KeyDomain: {Value: test.domain}, KeyProvider: {Value: ProviderSSH}}}
		p.warnOfVisitors()
		got := strings.Join(p.App.Warnings, "\n")
		if test.want == "" && got != "" || !strings.Contains(got, test.want) {
			t.Errorf("%s: got %q", test.name, got)
		}
	}
}

// TestWarnOfVisitorsOnPlatform speaks of the address and of HTTPS as the platform has them.
func TestWarnOfVisitorsOnPlatform(t *testing.T) {
	listed := app.Hosts{Setting: "ALLOWED_HOSTS", Names: []string{"shop.example"}, Source: "s.py line 3"}
	atHeroku := listed
	atHeroku.Names = []string{"shop.example", ".herokuapp.com"}
	redirect := app.Switch{Setting: "SECURE_SSL_REDIRECT", Off: "SECURE_SSL_REDIRECT = False", Source: "s.py line 4"}
	for _, test := range []struct {
		provider string
		found    app.Found
		want     string
	}{
		{ProviderDocker, app.Found{Hosts: listed}, "every page answers 400 for the host that is the app's address on this computer: ALLOWED_HOSTS in s.py line 3 lists only shop.example; add the app's address on this computer there"},
		{ProviderHeroku, app.Found{Hosts: listed}, "lists only shop.example; add the app's address at Heroku there"},
		{ProviderHeroku, app.Found{Hosts: atHeroku}, ""},
		{ProviderDocker, app.Found{HTTPSOnly: redirect}, "redirects every visitor to HTTPS, which is not served on this computer; here, write SECURE_SSL_REDIRECT = False in s.py line 4"},
		{ProviderHeroku, app.Found{HTTPSOnly: redirect}, ""},
		{ProviderAppPlatform, app.Found{HTTPSOnly: redirect}, ""},
		{ProviderAppPlatform, app.Found{Hosts: listed}, "give --domain shop.example, or add the app's address at App Platform there"},
	} {
		p := Plan{App: test.found, Values: map[string]NamedValue{KeyProvider: {Value: test.provider}}}
		p.warnOfVisitors()
		got := strings.Join(p.App.Warnings, "\n")
		if test.want == "" && got != "" || !strings.Contains(got, test.want) {
			t.Errorf("%s: got %q", test.provider, got)
		}
	}
}
