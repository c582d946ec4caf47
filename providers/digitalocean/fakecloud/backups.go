package fakecloud

import (
	"cmp"
	"slices"
	"time"
)

// backupsFeature is the droplet's feature that shows that backups are on.
const backupsFeature = "backups"

// backupPolicy is how often backups are made.
type backupPolicy struct {
	Plan    string `json:"plan"`
	Weekday string `json:"weekday"`
	Hour    *int   `json:"hour"`
}

// turnBackups turns a droplet's backups on or off; the API shows it from a time on.
func (c *Cloud) turnBackups(d *droplet, on bool, policy backupPolicy) {
	d.Features = d.shownFeatures(c.now())
	d.BackupsOn, d.BackupsAt, d.BackupPlan = on, c.now().Add(c.faults.BackupsLag), ""
	if on {
		d.BackupPlan = cmp.Or(policy.Plan, "daily")
	}
}

// shownFeatures are the features that the API shows by now.
func (d *droplet) shownFeatures(now time.Time) []string {
	if d.BackupsAt.IsZero() || now.Before(d.BackupsAt) {
		return d.Features
	}
	shown := slices.DeleteFunc(slices.Clone(d.Features), func(f string) bool { return f == backupsFeature })
	if d.BackupsOn {
		shown = append(shown, backupsFeature)
	}
	slices.Sort(shown)
	return shown
}

// BackupPlan tells how often a droplet's backups are made: "daily", "weekly" or "" for
// none.
func (c *Cloud) BackupPlan(id int) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if d := c.dropletByID(id); d != nil {
		return d.BackupPlan
	}
	return ""
}
