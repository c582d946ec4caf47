package engine

import (
	"encoding/json"
	"fmt"

	"slipway/steps/access"
	"slipway/steps/plan"
)

// userData is the cloud-config of the server's first boot: its name, a user who
// logs in with the deployment's key, and a host key that is known here already.
// JSON is YAML, so no YAML has to be quoted.
func userData(p plan.Plan, k access.Keys) (string, error) {
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
	text, err := json.MarshalIndent(config, "", "  ")
	if err != nil {
		return "", fmt.Errorf("write the cloud-config: %w", err)
	}
	return "#cloud-config\n" + string(text) + "\n", nil
}
