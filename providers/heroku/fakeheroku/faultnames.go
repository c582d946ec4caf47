package fakeheroku

import (
	"slipway/providers/simulation"
	"time"
)

// SetFault switches one fault on by its name: "slow-build=3s", "unverified". The
// command's --fault and ControlPath's faults take the same; FaultNames lists the names.
func (f *Faults) SetFault(setting string) error {
	return faultSetters.Set(f, setting)
}

// FaultNames lists the names that SetFault knows, sorted.
func FaultNames() []string { return faultSetters.Names() }

var faultSetters = simulation.Setters[Faults]{
	"drop-after":     simulation.Named(func(f *Faults) *string { return &f.DropAfter }, "apps"),
	"drop-before":    simulation.Named(func(f *Faults) *string { return &f.DropBefore }, "apps"),
	"error-after":    simulation.Named(func(f *Faults) *string { return &f.ErrorAfter }, "apps"),
	"error-before":   simulation.Named(func(f *Faults) *string { return &f.ErrorBefore }, "apps"),
	"torn-after":     simulation.Named(func(f *Faults) *string { return &f.TornAfter }, "apps"),
	"late-lookups":   simulation.Counted(func(f *Faults) *int { return &f.LateLookups }, 2),
	"too-many":       simulation.Counted(func(f *Faults) *int { return &f.TooMany }, 2),
	"retry-after":    simulation.Lasting(func(f *Faults) *time.Duration { return &f.RetryAfter }, time.Second),
	"broken-reads":   simulation.Counted(func(f *Faults) *int { return &f.BrokenReads }, 2),
	"dropped-reads":  simulation.Counted(func(f *Faults) *int { return &f.DroppedReads }, 2),
	"down":           simulation.Flagged(func(f *Faults) *bool { return &f.Down }),
	"unauthorized":   simulation.Flagged(func(f *Faults) *bool { return &f.Unauthorized }),
	"forbidden":      simulation.Named(func(f *Faults) *string { return &f.Forbidden }, "apps"),
	"unverified":     simulation.Flagged(func(f *Faults) *bool { return &f.Unverified }),
	"suspended":      simulation.Flagged(func(f *Faults) *bool { return &f.Suspended }),
	"taken":          simulation.Named(func(f *Faults) *string { return &f.Taken }, "hello"),
	"app-limit":      simulation.Flagged(func(f *Faults) *bool { return &f.AppLimit }),
	"no-eco":         simulation.Flagged(func(f *Faults) *bool { return &f.NoEco }),
	"refused-upload": simulation.Flagged(func(f *Faults) *bool { return &f.RefusedUpload }),
	"slow-build":     simulation.Lasting(func(f *Faults) *time.Duration { return &f.SlowBuild }, 5*time.Second),
	"fail-build":     simulation.Flagged(func(f *Faults) *bool { return &f.FailBuild }),
	"cut-output":     simulation.Flagged(func(f *Faults) *bool { return &f.CutOutput }),
	"slow-release":   simulation.Lasting(func(f *Faults) *time.Duration { return &f.SlowRelease }, 5*time.Second),
	"fail-release":   simulation.Flagged(func(f *Faults) *bool { return &f.FailRelease }),
	"slow-boot":      simulation.Lasting(func(f *Faults) *time.Duration { return &f.SlowBoot }, 5*time.Second),
	"boot-timeout":   simulation.Lasting(func(f *Faults) *time.Duration { return &f.BootTimeout }, 3*time.Second),
	"slow-addon":     simulation.Lasting(func(f *Faults) *time.Duration { return &f.SlowAddOn }, 3*time.Second),
	"cut-logs":       simulation.Flagged(func(f *Faults) *bool { return &f.CutLogs }),
	"no-attach":      simulation.Flagged(func(f *Faults) *bool { return &f.NoAttach }),
}
