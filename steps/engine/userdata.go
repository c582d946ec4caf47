package engine

import (
	"encoding/json"
	"fmt"

	"slipway/steps/access"
	"slipway/steps/fact"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

// userDataLimit is how many bytes of user data the clouds take.
const userDataLimit = 64 << 10

// userData is the cloud-config of the server's first boot: its name, a user who
// logs in with the deployment's key, a host key that is known here already, and what
// the facts begin there, unless it is too long. JSON is YAML, so no YAML has to be quoted.
func userData(p plan.Plan, k access.Keys, facts Facts) (string, error) {
	config := map[string]any{
		"hostname": p.ServerName(),
		"users": []any{map[string]any{
			"name":                p.LoginUser(),
			"shell":               "/bin/bash",
			"lock_passwd":         true,
			"sudo":                "ALL=(ALL:ALL) NOPASSWD: ALL",
			"ssh_authorized_keys": p.AuthorizedKeys(),
		}},
		"disable_root":    true,
		"ssh_pwauth":      false,
		"ssh_deletekeys":  true,
		"ssh_genkeytypes": []string{},
		"ssh_keys": map[string]string{
			"ed25519_private": string(k.Host.Private),
			"ed25519_public":  k.Host.Public(),
		},
	}
	plain, err := cloudConfig(config)
	if err != nil {
		return "", err
	}
	facts.beginAtFirstBoot(p, config)
	whole, err := cloudConfig(config)
	if err != nil || len(whole) > userDataLimit {
		return plain, err
	}
	return whole, nil
}

func cloudConfig(config map[string]any) (string, error) {
	text, err := json.MarshalIndent(config, "", "  ")
	if err != nil {
		return "", fmt.Errorf("write the cloud-config: %w", err)
	}
	return "#cloud-config\n" + string(text) + "\n", nil
}

// beginAtFirstBoot has the first boot run what the facts begin there, in a unit that
// nobody waits for: it starts as soon as cloud-init has set apt up and grown the disk, and
// never again.
func (s Facts) beginAtFirstBoot(p plan.Plan, config map[string]any) {
	var scripts []string
	for _, f := range s {
		if f.FirstBoot != nil {
			scripts = append(scripts, "(", f.FirstBoot(p), ")")
		}
	}
	if len(scripts) == 0 {
		return
	}
	config["write_files"] = []any{map[string]string{
		"path": fact.FirstBootScript, "permissions": "0600", "content": shell.Lines(scripts...) + "\n"}}
	config["bootcmd"] = []any{[]string{"cloud-init-per", "once", "slipway-first-boot",
		"systemd-run", "--no-block", "--collect", "--unit=" + fact.FirstBootUnit, "--description=slipway: what the first boot begins",
		"--property=Type=oneshot", "--property=After=cloud-config.service", "--property=TimeoutStartSec=15min",
		"/bin/sh", fact.FirstBootScript}}
}
