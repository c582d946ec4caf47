package local

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"slipway/providers"
	"slipway/state/durable"
	"slipway/state/regular"
)

// record is what machine.json keeps of a machine. It is on disk before anything of
// the machine is started.
type record struct {
	Tag string `json:"tag"`
	// Address is the machine's own loopback address.
	Address string `json:"address"`
	// SSHPort is where sshd answers: 22, unless that is taken on every address
	// of this computer.
	SSHPort int `json:"ssh_port"`
	// System is what the machine runs: "debian-13".
	System string `json:"system"`
	// Image is the path of the base image that the machine's disk lies over. The
	// disk can't be used with another one.
	Image string `json:"image"`
	// Seeded is true once the first boot's data has been written. It is never
	// written again: cloud-init would set the machine up as a new one.
	Seeded bool `json:"seeded"`
}

// errOtherTag says that a folder holds another deployment's machine.
var errOtherTag = errors.New("the folder holds the machine of another deployment")

// readRecord reads the machine's record. The error wraps os.ErrNotExist if there is
// none, and errOtherTag if it is another deployment's.
func readRecord(l layout, tag string) (record, error) {
	text, err := regular.Read(context.Background(), l.record(), regular.Small)
	if err != nil {
		return record{}, err
	}
	var r record
	if err := json.Unmarshal(text, &r); err != nil {
		return record{}, fmt.Errorf("read %s: %w", l.record(), err)
	}
	if r.Tag != tag {
		return record{}, fmt.Errorf("%w: %s has the tag %q", errOtherTag, l.record(), r.Tag)
	}
	return r, nil
}

// knownRecord is readRecord for a machine that may not be made yet: without a record
// it returns an empty one.
func knownRecord(l layout, tag string) (record, error) {
	r, err := readRecord(l, tag)
	if errors.Is(err, os.ErrNotExist) {
		return record{}, nil
	}
	if err != nil {
		return record{}, &providers.Failed{Err: err, Next: "choose another --name, or move " + l.dir + " away"}
	}
	return r, nil
}

// writeRecord replaces the record in one step and returns once it is on the disk.
func writeRecord(l layout, r record) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(l.dir, 0o700); err != nil {
		return fmt.Errorf("make the machine's folder: %w", err)
	}
	if err := durable.WriteFile(l.record(), append(text, '\n')); err != nil {
		return fmt.Errorf("remember the machine: %w", err)
	}
	return nil
}
