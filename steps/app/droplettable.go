package app

import "strconv"

// DigitalOcean is the table [digitalocean]. A field that is empty is not set; package
// plan checks them.
type DigitalOcean struct {
	// Backups tells whether DigitalOcean makes weekly backups of the droplet, ReservedIP
	// whether the droplet has a reserved address: "true" or "false".
	Backups, ReservedIP string
	// VPC is the UUID of the droplet's private network.
	VPC string
	// Project is the name or the UUID of the droplet's project.
	Project string
}

// dropletTable is [digitalocean] as it is written: what is not there is told from false.
type dropletTable struct {
	Backups    *bool  `toml:"backups"`
	ReservedIP *bool  `toml:"reserved-ip"`
	VPC        string `toml:"vpc"`
	Project    string `toml:"project"`
}

func (t dropletTable) read() DigitalOcean {
	said := func(on *bool) string {
		if on == nil {
			return ""
		}
		return strconv.FormatBool(*on)
	}
	return DigitalOcean{Backups: said(t.Backups), ReservedIP: said(t.ReservedIP), VPC: t.VPC, Project: t.Project}
}
