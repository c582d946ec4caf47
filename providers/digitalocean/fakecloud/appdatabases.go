package fakecloud

import "github.com/digitalocean/godo"

// refusesDatabase says why a spec's database can't be attached; "" if it can.
func (c *Cloud) refusesDatabase(*godo.AppDatabaseSpec) string { return "" }

// databaseValues are what components can refer to of a database: HOSTNAME, PORT, USERNAME,
// PASSWORD, DATABASE, DATABASE_URL, CA_CERT.
func (c *Cloud) databaseValues(d *godo.AppDatabaseSpec) map[string]string {
	return map[string]string{"HOSTNAME": d.Name + ".db.ondigitalocean.com", "PORT": "25060"}
}
