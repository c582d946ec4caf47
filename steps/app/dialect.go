package app

import "slices"

// dialects are SQLAlchemy's names of the drivers of a kind, in the order in which they are
// taken. The packages are those of one driver.
var dialects = map[string][]struct {
	scheme   string
	async    bool
	packages []string
}{
	Postgres: {
		{"", false, []string{"psycopg2", "psycopg2-binary", "psycopg2cffi"}},
		{"postgresql+psycopg", false, []string{"psycopg", "psycopg-binary", "psycopg-c"}},
		{"postgresql+pg8000", false, []string{"pg8000"}},
		{"postgresql+asyncpg", true, []string{"asyncpg"}},
		{"postgresql+psycopg", true, []string{"psycopg", "psycopg-binary", "psycopg-c"}},
	},
	MariaDB: {
		{"", false, []string{"mysqlclient", "flask-mysqldb"}},
		{"mysql+pymysql", false, []string{"pymysql"}},
		{"mysql+mysqlconnector", false, []string{"mysql-connector-python", "mysql-connector"}},
		{"mariadb+mariadbconnector", false, []string{"mariadb"}},
		{"mysql+aiomysql", true, []string{"aiomysql"}},
		{"mysql+asyncmy", true, []string{"asyncmy"}},
	},
}

// sqlAlchemy are the packages that read addresses as SQLAlchemy does.
var sqlAlchemy = []string{"sqlalchemy", "flask-sqlalchemy", "sqlmodel", "flask-sqlalchemy-lite", "advanced-alchemy"}

// dialect is the scheme that the address of a kind must have, because SQLAlchemy would take
// another driver than the app's; "" if the kind's own does. An app that puts the driver's
// name in front by itself is given the kind's own.
func (f *nameFinder) dialect(kind string) string {
	if f.found.Framework == Django || !f.usesSQLAlchemy() {
		return ""
	}
	for _, d := range dialects[kind] {
		if d.async == f.async && f.drives(d.packages...) {
			if slices.Contains(f.adds, d.scheme) {
				return ""
			}
			return d.scheme
		}
	}
	return ""
}

func (f *nameFinder) usesSQLAlchemy() bool {
	if f.drives(sqlAlchemy...) {
		return true
	}
	return slices.ContainsFunc([]string{"sqlalchemy", "flask_sqlalchemy", "sqlmodel"}, f.loadedImports)
}
