package e2e

import (
	"bytes"
	_ "embed" // the script
	"fmt"
	"maps"
	"slices"
	"strings"

	"slipway/steps/shell"
)

//go:embed inventory.sh
var inventoryScript string

// File is what a server's disk has at a path.
type File struct {
	// Kind is find's letter: "f", "d", "l", "s" and others.
	Kind string
	// Mode is octal, Owner "UID:GID".
	Mode, Owner string
	// Links counts the hard links of a regular file, so that a second name for one shows.
	Links string
	// Target is where a symbolic link leads.
	Target string
	// Sum is the SHA-256 of a regular file outside /run.
	Sum string
}

// Inventory is what is on a server's disk, by path, but for /proc, /sys and /dev.
type Inventory map[string]File

// Rules is the path in an Inventory of the firewall's rules as they run. They are no
// file: their text is in Sum.
const Rules = "(the rules of nftables)"

// Inventory looks at every file of a deployment's server.
func (o *Operator) Inventory(name string) Inventory {
	o.T.Helper()
	cmd := o.Command("ssh", name, "--", "sudo sh -c "+shell.Quote(inventoryScript))
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		o.T.Fatalf("the inventory of %s: %v\n%s", name, err, stderr.String())
	}
	inventory, err := readInventory(stdout.String())
	if err != nil {
		o.T.Fatalf("the inventory of %s: %v\n%s", name, err, stderr.String())
	}
	return inventory
}

// readInventory reads what the script printed.
func readInventory(text string) (Inventory, error) {
	const fields = 6
	inventory := Inventory{}
	all := strings.Split(text, "\x00")
	for ; len(all) > fields && all[0] != ""; all = all[fields:] {
		f := File{Kind: all[1], Mode: all[2], Owner: all[3], Target: all[5]}
		if f.Kind == "f" {
			f.Links = all[4]
		}
		inventory[all[0]] = f
	}
	if len(all) < 3 || all[0] != "" || all[len(all)-1] != "" {
		return nil, fmt.Errorf("it ends early, after %d files", len(inventory))
	}
	for _, line := range all[1 : len(all)-2] {
		sum, path, _ := strings.Cut(line, "  ")
		if f, ok := inventory[path]; ok { // else it came meanwhile
			f.Sum = sum
			inventory[path] = f
		}
	}
	inventory[Rules] = File{Kind: "rules", Sum: all[len(all)-2]}
	return inventory, nil
}

// Difference is a path at which two inventories differ.
type Difference struct {
	Path string
	// Was and Is are zero where there was, or is, nothing.
	Was, Is File
}

func (d Difference) String() string {
	switch {
	case d.Was == File{}:
		return fmt.Sprintf("%q is new: %+v", d.Path, d.Is)
	case d.Is == File{}:
		return fmt.Sprintf("%q is gone: %+v", d.Path, d.Was)
	}
	return fmt.Sprintf("%q was %+v and is %+v", d.Path, d.Was, d.Is)
}

// Since is in what a server's disk differs from an earlier inventory, by path.
func (i Inventory) Since(before Inventory) []Difference {
	paths := maps.Clone(i)
	maps.Copy(paths, before)
	var all []Difference
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		if i[path] != before[path] {
			all = append(all, Difference{path, before[path], i[path]})
		}
	}
	return all
}
