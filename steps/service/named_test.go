package service

import (
	"slices"
	"testing"

	"slipway/steps/app"
	"slipway/steps/plan"
)

func TestNamed(t *testing.T) {
	for want, n := range map[string]app.ServiceName{
		"django.db.backends.postgresql":                          {Kind: app.Postgres, Part: app.PartEngine},
		"django.db.backends.mysql":                               {Kind: app.MariaDB, Part: app.PartEngine},
		"/run/slipway-postgres":                                  {Kind: app.Postgres, Part: app.PartHost},
		"localhost":                                              {Kind: app.Postgres, Part: app.PartHost, InAddress: true},
		"app-shop?host=/run/slipway-postgres":                    {Kind: app.Postgres, Part: app.PartName, InAddress: true},
		"app-shop?unix_socket=/run/slipway-mariadb/mariadb.sock": {Kind: app.MariaDB, Part: app.PartName, InAddress: true},
		"app-shop": {Kind: app.MariaDB, Part: app.PartName},
		"postgresql+asyncpg://app-shop@/app-shop?host=/run/slipway-postgres":                        {Kind: app.Postgres, Part: app.PartURL, Scheme: "postgresql+asyncpg"},
		"postgresql://app-shop@localhost/app-shop?host=/run/slipway-postgres":                       {Kind: app.Postgres, Part: app.PartURL, NeedsHost: true},
		"mysql+pymysql://app-shop@localhost/app-shop?unix_socket=/run/slipway-mariadb/mariadb.sock": {Kind: app.MariaDB, Part: app.PartURL, Scheme: "mysql+pymysql"},
		"rediscache:///run/slipway-redis/redis.sock?db=0":                                           {Kind: app.Redis, Part: app.PartURL, Scheme: "rediscache"},
	} {
		if got := named(n, "app-shop"); got != want {
			t.Errorf("%+v: got %s, want %s", n, got, want)
		}
	}
}

// TestInAddress: what the source puts into an address is set so that it leads to the
// socket, also where every app has the variable.
func TestInAddress(t *testing.T) {
	p := plan.Plan{Name: "shop", Values: map[string]plan.NamedValue{plan.KeyService: {Value: app.MariaDB}}}
	p.App.ServiceNames = []app.ServiceName{{Variable: "MYSQL_DATABASE", Kind: app.MariaDB, Part: app.PartName, InAddress: true}}
	if got := Variables(p); !slices.Contains(got, "MYSQL_DATABASE=app-shop?unix_socket=/run/slipway-mariadb/mariadb.sock") {
		t.Errorf("got %q", got)
	}
}
