package fact

import (
	"slices"
	"strings"

	"slipway/steps/plan"
	"slipway/steps/shell"
)

// Reads are what the looks of many facts have in common. It is looked at once for all of
// them, by a few programs. Each fact's View.Looked begins with what it asked for.
type Reads struct {
	// Files are paths. Of each there is what shell.LookFiles prints.
	Files []string
	// Modes are paths of files and folders. Of each there are two lines: "mode 755 root:root
	// PATH" and "directory 755 root:root PATH", the second with its kind.
	Modes []string
	// Units are the names of units of systemd's. Of each there is what shell.LookUnits
	// prints.
	Units []string
	// SSHD is true for sshd's settings in effect, a line each, as sshd -T prints them.
	SSHD bool
}

// The sections of a look that many facts share.
const (
	sectionFiles = "files of facts"
	sectionModes = "modes of facts"
	sectionUnits = "units of facts"
	sectionSSHD  = "settings of sshd"
)

// lookSSHD prints the settings for root, so that a Match block that somebody wrote counts.
const lookSSHD = shell.SSHDFolder + "\nsshd -T -C user=root,host=localhost,addr=192.0.2.1,laddr=192.0.2.1,lport=22"

// reads is what a fact reads; nothing for most.
func (f *Fact) reads(p plan.Plan) Reads {
	if f.Reads == nil {
		return Reads{}
	}
	return f.Reads(p)
}

// ReadsOf is what facts read, all of it.
func ReadsOf(p plan.Plan, facts ...*Fact) Reads {
	var all Reads
	for _, f := range facts {
		r := f.reads(p)
		all.Files, all.Modes, all.Units = append(all.Files, r.Files...), append(all.Modes, r.Modes...), append(all.Units, r.Units...)
		all.SSHD = all.SSHD || r.SSHD
	}
	for _, list := range []*[]string{&all.Files, &all.Modes, &all.Units} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	return all
}

// Sections are the sections that look at what is read.
func (r Reads) Sections() []string {
	var sections []string
	if len(r.Units) > 0 {
		sections = append(sections, shell.Section(sectionUnits, shell.LookUnits(r.Units...)))
	}
	if r.SSHD {
		sections = append(sections, shell.Section(sectionSSHD, lookSSHD))
	}
	if len(r.Files) > 0 {
		sections = append(sections, shell.Section(sectionFiles, shell.LookFiles(r.Files...)))
	}
	if len(r.Modes) > 0 {
		stat := []string{"stat", "--printf", `mode %a %U:%G %n\n%F %a %U:%G %n\n`, "--"}
		sections = append(sections, shell.Section(sectionModes, shell.Command(append(stat, r.Modes...)...)))
	}
	return sections
}

// Deal gives a fact, from the sections of a look, what it reads and then what its own Look
// printed. Own texts can have lines of others; what is read comes first, so that they
// can't replace it.
func (f *Fact) Deal(p plan.Plan, sections map[string]string) string {
	r := f.reads(p)
	text := linesAbout(sections[sectionFiles], r.Files) + linesAbout(sections[sectionModes], r.Modes) + r.unitsIn(sections[sectionUnits])
	if r.SSHD {
		text += sections[sectionSSHD]
	}
	if text == "" {
		return sections[f.Name]
	}
	return text + "\n" + sections[f.Name]
}

// linesAbout are the lines that end in one of the paths.
func linesAbout(text string, paths []string) string {
	var found strings.Builder
	lines := shell.SplitLines(text)
	for _, path := range paths {
		for _, line := range lines {
			if strings.HasSuffix(line, " "+path) {
				found.WriteString(line + "\n")
			}
		}
	}
	return found.String()
}

// unitsIn are the blocks about what is read, with an empty line around each.
func (r Reads) unitsIn(text string) string {
	if len(r.Units) == 0 {
		return ""
	}
	var found strings.Builder
	for block := range strings.SplitSeq(text, "\n\n") {
		for _, unit := range shell.ParseUnits(block) {
			if slices.Contains(r.Units, unit.Get("Id")) {
				found.WriteString("\n" + strings.TrimSpace(block) + "\n\n")
			}
		}
	}
	return found.String()
}
