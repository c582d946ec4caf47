package providers

import (
	"maps"
	"testing"
)

func TestAddressValue(t *testing.T) {
	a := Address{Scheme: "postgresql", User: "app", Password: "secret", Host: "db", Port: "5432", Name: "shop", Engine: "django.db.backends.postgresql"}
	for n, want := range map[ServiceName]string{
		{Part: PartURL}: "postgresql://app:secret@db:5432/shop", {Part: PartURL, Scheme: "postgresql+asyncpg"}: "postgresql+asyncpg://app:secret@db:5432/shop",
		{Part: PartHost}: "db", {Part: PartPort}: "5432", {Part: PartUser}: "app", {Part: PartPassword}: "secret", {Part: PartName}: "shop",
		{Part: PartEngine}: "django.db.backends.postgresql", {Part: PartBroker}: "postgresql://app:secret@db:5432/shop",
	} {
		if got := a.Value(n); got != want {
			t.Errorf("%+v: got %q, want %q", n, got, want)
		}
	}
}

func TestConnections(t *testing.T) {
	at := map[string]Address{
		"mariadb": {Scheme: "mysql", User: "app", Password: "m", Host: "maria", Port: "3306", Name: "app"},
		"redis":   {Scheme: "redis", Password: "r", Host: "redis", Port: "6379", Name: "0"},
	}
	names := []ServiceName{{"QUEUE", "redis", PartBroker, ""}, {"DB_URI", "mariadb", PartURL, "mysql+pymysql"}, {"DB_URI", "postgres", PartURL, "postgresql+psycopg"}, {"DB_HOST", "postgres", PartHost, ""}}
	mysql, redis := "mysql://app:m@maria:3306/app", "redis://:r@redis:6379/0"
	want := map[string]string{"DATABASE_URL": mysql, "MARIADB_URL": mysql, "MYSQL_URL": mysql, "REDIS_URL": redis, "QUEUE": redis, "DB_URI": "mysql+pymysql://app:m@maria:3306/app"}
	if got := Connections(at, names); !maps.Equal(got, want) {
		t.Errorf("got %v", got)
	}
	at["postgres"] = Address{Scheme: "postgresql", User: "app", Password: "p", Host: "pg", Port: "5432", Name: "app"}
	maps.Copy(want, map[string]string{
		"DATABASE_URL": "postgresql://app:p@pg:5432/app", "DB_URI": "postgresql+psycopg://app:p@pg:5432/app", "DB_HOST": "pg",
		"PGHOST": "pg", "PGPORT": "5432", "PGUSER": "app", "PGPASSWORD": "p", "PGDATABASE": "app",
	})
	if got := Connections(at, names); !maps.Equal(got, want) {
		t.Errorf("with PostgreSQL: got %v", got)
	}
}
