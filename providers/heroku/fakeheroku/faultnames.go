package fakeheroku

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// SetFault switches one fault on by its name: "slow-build=3s", "unverified". The
// command's --fault and ControlPath's faults take the same; FaultNames lists the names.
func (f *Faults) SetFault(setting string) error {
	name, value, _ := strings.Cut(setting, "=")
	set, ok := faultSetters[name]
	if !ok {
		return fmt.Errorf("there is no fault %q; there are: %s", name, strings.Join(FaultNames(), ", "))
	}
	if err := set(f, value); err != nil {
		return fmt.Errorf("fault %s: %w", name, err)
	}
	return nil
}

// FaultNames lists the names that SetFault knows, sorted.
func FaultNames() []string { return slices.Sorted(maps.Keys(faultSetters)) }

type faultSetter func(f *Faults, value string) error

var faultSetters = map[string]faultSetter{
	"drop-after":     named(func(f *Faults) *string { return &f.DropAfter }, "apps"),
	"drop-before":    named(func(f *Faults) *string { return &f.DropBefore }, "apps"),
	"error-after":    named(func(f *Faults) *string { return &f.ErrorAfter }, "apps"),
	"error-before":   named(func(f *Faults) *string { return &f.ErrorBefore }, "apps"),
	"torn-after":     named(func(f *Faults) *string { return &f.TornAfter }, "apps"),
	"late-lookups":   counted(func(f *Faults) *int { return &f.LateLookups }),
	"too-many":       counted(func(f *Faults) *int { return &f.TooMany }),
	"retry-after":    lasting(func(f *Faults) *time.Duration { return &f.RetryAfter }, time.Second),
	"broken-reads":   counted(func(f *Faults) *int { return &f.BrokenReads }),
	"dropped-reads":  counted(func(f *Faults) *int { return &f.DroppedReads }),
	"down":           flagged(func(f *Faults) *bool { return &f.Down }),
	"unauthorized":   flagged(func(f *Faults) *bool { return &f.Unauthorized }),
	"forbidden":      named(func(f *Faults) *string { return &f.Forbidden }, "apps"),
	"unverified":     flagged(func(f *Faults) *bool { return &f.Unverified }),
	"suspended":      flagged(func(f *Faults) *bool { return &f.Suspended }),
	"taken":          named(func(f *Faults) *string { return &f.Taken }, "hello"),
	"app-limit":      flagged(func(f *Faults) *bool { return &f.AppLimit }),
	"no-eco":         flagged(func(f *Faults) *bool { return &f.NoEco }),
	"refused-upload": flagged(func(f *Faults) *bool { return &f.RefusedUpload }),
	"slow-build":     lasting(func(f *Faults) *time.Duration { return &f.SlowBuild }, 5*time.Second),
	"fail-build":     flagged(func(f *Faults) *bool { return &f.FailBuild }),
	"cut-output":     flagged(func(f *Faults) *bool { return &f.CutOutput }),
	"slow-release":   lasting(func(f *Faults) *time.Duration { return &f.SlowRelease }, 5*time.Second),
	"fail-release":   flagged(func(f *Faults) *bool { return &f.FailRelease }),
	"slow-boot":      lasting(func(f *Faults) *time.Duration { return &f.SlowBoot }, 5*time.Second),
	"boot-timeout":   lasting(func(f *Faults) *time.Duration { return &f.BootTimeout }, 3*time.Second),
	"slow-addon":     lasting(func(f *Faults) *time.Duration { return &f.SlowAddOn }, 3*time.Second),
	"cut-logs":       flagged(func(f *Faults) *bool { return &f.CutLogs }),
	"no-attach":      flagged(func(f *Faults) *bool { return &f.NoAttach }),
}

func lasting(field func(*Faults) *time.Duration, usual time.Duration) faultSetter {
	return func(f *Faults, value string) error {
		*field(f) = usual
		if value == "" {
			return nil
		}
		d, err := time.ParseDuration(value)
		*field(f) = d
		return err
	}
}

func counted(field func(*Faults) *int) faultSetter {
	return func(f *Faults, value string) error {
		*field(f) = 2
		if value == "" {
			return nil
		}
		n, err := strconv.Atoi(value)
		*field(f) = n
		return err
	}
}

func flagged(field func(*Faults) *bool) faultSetter {
	return func(f *Faults, value string) error {
		*field(f) = true
		if value != "" {
			return fmt.Errorf("takes no value, got %q", value)
		}
		return nil
	}
}

func named(field func(*Faults) *string, usual string) faultSetter {
	return func(f *Faults, value string) error {
		*field(f) = usual
		if value != "" {
			*field(f) = value
		}
		return nil
	}
}
