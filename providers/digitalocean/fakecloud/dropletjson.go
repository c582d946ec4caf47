package fakecloud

import (
	"fmt"
	"time"
)

// shownTags are the tags that the API shows by now.
func (d *droplet) shownTags(now time.Time) []string {
	if now.Before(d.TaggedAt) {
		return []string{}
	}
	return append([]string{}, d.Tags...)
}

func (c *Cloud) dropletJSON(d *droplet) map[string]any {
	now := c.now()
	size, _ := c.sizeBySlug(d.shownSize(now))
	region, _ := regionBySlug(d.Region)
	image, _ := imageBySlug(d.Image)
	return map[string]any{
		"id": d.ID, "name": d.Name, "memory": size.Memory, "vcpus": size.VCPUs, "disk": d.disk(),
		"locked": c.busy(d) && !c.hidden(c.openAction(d)), "status": d.status(now), "kernel": nil, "created_at": stamp(d.CreatedAt),
		"features": d.shownFeatures(now), "backup_ids": []int{}, "next_backup_window": nil, "snapshot_ids": []int{},
		"image": image, "volume_ids": []string{}, "size": size, "size_slug": size.Slug,
		"networks": c.networksJSON(d, now), "region": region, "tags": d.shownTags(now), "vpc_uuid": d.VPC,
	}
}

func (c *Cloud) networksJSON(d *droplet, now time.Time) map[string]any {
	v4, v6 := []map[string]any{}, []map[string]any{}
	public := map[string]any{"ip_address": d.IPv4, "netmask": "255.255.240.0", "gateway": "203.0.113.1", "type": "public"}
	private := map[string]any{
		"ip_address": fmt.Sprintf("10.116.%d.%d", d.ID/250%16, d.ID%250+2), "netmask": "255.255.240.0", "gateway": "10.116.0.1", "type": "private",
	}
	active := d.status(now) != "new"
	ready := active && !now.Before(d.IPv4At) && d.IPv4 != ""
	if active && (d.PrivateFirst || !ready) {
		v4 = append(v4, private)
	}
	if ready {
		v4 = append(v4, public)
	}
	if ready && !d.PrivateFirst {
		v4 = append(v4, private)
	}
	if active && d.IPv6 != "" {
		v6 = append(v6, map[string]any{"ip_address": d.IPv6, "netmask": 64, "gateway": "2001:db8::1", "type": "public"})
	}
	return map[string]any{"v4": v4, "v6": v6}
}
