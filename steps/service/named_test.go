package service

import (
	"testing"

	"slipway/steps/app"
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
