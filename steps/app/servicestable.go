package app

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// The kinds of databases that run beside an app, as the keys of [services] name them.
const (
	MariaDB  = "mariadb"
	Postgres = "postgres"
	Redis    = "redis"
)

// NoServices stands in File.Services for a table [services] in which nothing is true.
const NoServices = "none"

// servicesTable is the table [services].
type servicesTable struct {
	MariaDB  *bool `toml:"mariadb"`
	Postgres *bool `toml:"postgres"`
	Redis    *bool `toml:"redis"`
	// Names are variables that get a part of a database's address, as "KIND:PART" or
	// "KIND:PART:SCHEME".
	Names map[string]string `toml:"names"`
}

// list are the kinds that are true, sorted; NoServices alone if none is, and nil if the
// table says of none whether it is wanted.
func (t *servicesTable) list() []string {
	if t == nil {
		return nil
	}
	var kinds []string
	said := false
	for kind, wanted := range map[string]*bool{MariaDB: t.MariaDB, Postgres: t.Postgres, Redis: t.Redis} {
		said = said || wanted != nil
		if wanted != nil && *wanted {
			kinds = append(kinds, kind)
		}
	}
	switch {
	case kinds == nil && !said && len(t.Names) > 0:
		return nil
	case kinds == nil:
		return []string{NoServices}
	}
	slices.Sort(kinds)
	return kinds
}

// partsOf are the parts that the address of a kind has.
func partsOf(kind string) []string {
	parts := []string{PartURL, PartHost, PartPort, PartUser, PartPassword, PartName}
	switch kind {
	case Redis:
		return append(parts, PartBroker, PartResult)
	case Postgres, MariaDB:
		return append(parts, PartEngine)
	}
	return nil
}

// names are the variables of services.names, sorted. What can't be used is refused with
// its key.
func (t *servicesTable) names() ([]ServiceName, error) {
	if t == nil {
		return nil, nil
	}
	var all []ServiceName
	for _, variable := range slices.Sorted(maps.Keys(t.Names)) {
		key := "services.names." + shownKey(variable)
		if !environmentForm.MatchString(variable) || suppliedVariables[variable] {
			return nil, appUsage(fmt.Sprintf("%s: %s is no name of a variable that the app may be given", SettingsFile, key), "write letters, digits and _, such as DB_URI")
		}
		kind, rest, _ := strings.Cut(t.Names[variable], ":")
		part, scheme, schemed := strings.Cut(rest, ":")
		parts := partsOf(kind)
		switch {
		case parts == nil:
			return nil, appUsage(fmt.Sprintf("%s: %s = %s names no database", SettingsFile, key, shownName(t.Names[variable])), `write it like "postgres:url", with postgres, mariadb or redis in front`)
		case !slices.Contains(parts, part):
			return nil, appUsage(fmt.Sprintf("%s: %s = %s names no part of an address", SettingsFile, key, shownName(t.Names[variable])), fmt.Sprintf("write one of %s after %s:", strings.Join(parts, ", "), kind))
		case schemed && (part != PartURL || !schemeForm.MatchString(scheme)):
			return nil, appUsage(fmt.Sprintf("%s: %s = %s can't be used", SettingsFile, key, shownName(t.Names[variable])), `write it like "postgres:url:postgresql+asyncpg"`)
		}
		all = append(all, ServiceName{Variable: variable, Kind: kind, Part: part, Scheme: scheme, Source: "services.names in " + SettingsFile})
	}
	return all, nil
}
