package app

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

func TestPlatformTables(t *testing.T) {
	for text, want := range map[string]File{
		"":                         {},
		"[services]":               {Services: []string{NoServices}},
		"[services]\nredis = true": {Services: []string{Redis}},
		"[services]\nredis = true\npostgres = true\nmariadb = false": {Services: []string{Postgres, Redis}},
		"[services]\nnames = {DB_URI = 'postgres:url'}":              {},
		"[services]\nredis = true\nnames = {Q = 'redis:broker'}":     {Services: []string{Redis}},
		"[services]\nredis = false\nnames = {Q = 'redis:broker'}":    {Services: []string{NoServices}},
		"[heroku]\nweb = 2\nworker = 0":                              {Heroku: Heroku{Counts: map[string]int{"web": 2, "worker": 0}}},
		"[heroku]\nteam = 'shop'":                                    {Heroku: Heroku{Team: "shop"}},
		"[heroku]\nteam = 2":                                         {Heroku: Heroku{Counts: map[string]int{"team": 2}}},
	} {
		got, err := ReadSettings(files("slipway.toml", text))
		if err != nil || !slices.Equal(got.Services, want.Services) || got.Heroku.Team != want.Heroku.Team || !maps.Equal(got.Heroku.Counts, want.Heroku.Counts) {
			t.Errorf("%q: got %v, %+v, %v", text, got.Services, got.Heroku, err)
		}
	}
}

func TestPlatformTablesWrong(t *testing.T) {
	for text, want := range map[string]string{
		"[services]\nmysql = true":                      "slipway.toml line 2: there is no key services.mysql",
		"[services]\npostgres = '17'":                   "slipway.toml line 2: services.postgres: ",
		"[services.names]\nDB_URI = 'mysql:url'":        `slipway.toml: services.names.DB_URI = "mysql:url" names no database: write it like "postgres:url"`,
		"[services.names]\nDB_URI = ''":                 `slipway.toml: services.names.DB_URI = "" names no database`,
		"[services.names]\nDB_URI = 'postgres'":         `slipway.toml: services.names.DB_URI = "postgres" names no part of an address: write one of url, host, port, user, password, name, engine after postgres:`,
		"[services.names]\nDB_URI = 'postgres:broker'":  `slipway.toml: services.names.DB_URI = "postgres:broker" names no part`,
		"[services.names]\nDB_URI = 'postgres:host:x'":  `slipway.toml: services.names.DB_URI = "postgres:host:x" can't be used: write it like "postgres:url:postgresql+asyncpg"`,
		"[services.names]\nDB_URI = 'postgres:url:x y'": `slipway.toml: services.names.DB_URI = "postgres:url:x y" can't be used`,
		"[services.names]\n'DB URI' = 'postgres:url'":   `slipway.toml: services.names."DB URI" is no name of a variable`,
		"[services.names]\nPATH = 'postgres:url'":       `slipway.toml: services.names.PATH is no name of a variable`,
		"[services.names]\nDB_URI = 2":                  "slipway.toml line 2: services.names",
		"services = ['postgres']":                       "slipway.toml line 1: services: ",
		"[heroku]\nweb = 0":                             "slipway.toml: heroku.web = 0 leaves nobody to answer: write 1 or more",
		"[heroku]\nworker = 101":                        "slipway.toml: heroku.worker = 101 is no number of dynos: write a number up to 100",
		"[heroku]\nworker = -1":                         "slipway.toml: heroku.worker = -1 is no number of dynos",
		"[heroku]\nworker = 1.5":                        "slipway.toml: heroku.worker is neither a number nor a text: write a number of dynos",
		"[heroku]\nstack = 'cnb'":                       `slipway.toml: heroku.stack can't be "cnb": write a number of dynos`,
		"[heroku]\nteam = ''":                           `slipway.toml: heroku.team can't be ""`,
		"[heroku]\n\"a\\nb\" = 2":                       `slipway.toml: heroku."a\nb" is no process: a name is made of`,
		"[heroku]\n\"a\\u001bb\" = 'x'":                 `slipway.toml: heroku."a\x1bb" can't be "x"`,
		"heroku = 2":                                    "slipway.toml line 1: heroku: ",
	} {
		_, err := ReadSettings(files("slipway.toml", text))
		if err == nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
}
