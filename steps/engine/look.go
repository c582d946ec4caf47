package engine

import (
	"slipway/steps/fact"
	"slipway/steps/guard"
	"slipway/steps/plan"
	"slipway/steps/remote"
	"slipway/steps/shell"
)

// lookGroups is how many groups of looks run at the same time.
const lookGroups = 3

// Look is a look at a server by one round trip: at the system, and at facts.
type Look struct {
	Plan  plan.Plan
	Facts Facts
	// More are sections of whoever looks.
	More []string
}

// Script has a section for each fact, and for what facts look at together. It waits for the
// first boot to end, and only reads. What runs on the server is looked for first: what
// changes after that, nobody changed for slipway.
func (l Look) Script() string {
	sections := fact.ReadsOf(l.Plan, l.Facts...).Sections()
	sections = append(sections, shell.Section(fact.SectionSystem, fact.LookSystem))
	sections = append(sections, l.More...)
	for _, f := range l.Facts {
		sections = append(sections, shell.Section(f.Name, f.Look(l.Plan)))
	}
	return shell.Lines(
		firstBoot,
		shell.Section(fact.SectionJobs, remote.Running()),
		shell.Section(fact.SectionGuard, guard.Look),
		shell.SideBySide(lookGroups, sections),
	)
}

// deal gives each fact, among the sections that the script printed, its part of what facts
// look at together.
func (l Look) deal(sections map[string]string) {
	for _, f := range l.Facts {
		sections[f.Name] = f.Deal(l.Plan, sections)
	}
}
