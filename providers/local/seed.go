package local

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"slipway/state/durable"
)

// seedFolder is the first place in which cloud-init looks for its data.
const seedFolder = "var/lib/cloud/seed/nocloud"

// metaData is cloud-init's description of the machine. It is JSON, which is YAML
// too, so that no name can add a line.
func metaData(tag, name string) (string, error) {
	text, err := json.Marshal(map[string]string{"instance-id": tag, "local-hostname": name})
	return string(text) + "\n", err
}

// writeSeed writes the first boot's data, readable by this user only: the user
// data holds the machine's first host key.
func writeSeed(dir string, b boot) error {
	meta, err := metaData(b.tag, b.name)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the folder for the first boot's data: %w", err)
	}
	for name, text := range map[string]string{"meta-data": meta, "user-data": b.userData} {
		if err := durable.WriteFile(filepath.Join(dir, name), []byte(text)); err != nil {
			return fmt.Errorf("write the first boot's %s: %w", name, err)
		}
	}
	return nil
}
