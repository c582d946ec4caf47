package fakecloud

import (
	"fmt"

	"github.com/digitalocean/godo"
)

// refusesDatabase says why a spec's database can't be attached; "" if it can.
func (c *Cloud) refusesDatabase(d *godo.AppDatabaseSpec) string {
	if d.Production && c.databaseBinding(d.ClusterName, d.DBUser, d.DBName) == nil {
		return fmt.Sprintf("field \"databases\": cluster %q is not online, or it has no database %q or user %q", d.ClusterName, d.DBName, d.DBUser)
	}
	return ""
}

// databaseValues are what components can refer to of a database: HOSTNAME, PORT, USERNAME,
// PASSWORD, DATABASE, DATABASE_URL, CA_CERT. What no cluster is behind has made-up ones.
func (c *Cloud) databaseValues(d *godo.AppDatabaseSpec) map[string]string {
	if d.ClusterName != "" {
		return c.databaseBinding(d.ClusterName, d.DBUser, d.DBName)
	}
	return map[string]string{
		"HOSTNAME": d.Name + ".db.example", "PORT": "25060", "USERNAME": d.Name, "PASSWORD": "made-up", "DATABASE": d.Name,
		"DATABASE_URL": "postgresql://" + d.Name + ":made-up@" + d.Name + ".db.example:25060/" + d.Name + "?sslmode=require", "CA_CERT": "made-up",
	}
}
