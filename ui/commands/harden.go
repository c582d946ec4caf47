package commands

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"slipway/steps/hardening"
	"slipway/steps/plan"
	"slipway/ui/text"
)

func (c *command) harden() *cobra.Command {
	var explain, asJSON bool
	var profile string
	cmd := &cobra.Command{
		Use: "harden --explain", Short: "Show every setting that secures a server, and why", Args: most(0),
		Long: `Show every setting that secures a server: why it is set, which benchmark rules ask
for it, and in which profiles it is set. Then show what benchmarks ask for and Slipway
does not change, and why. To change a deployment's profile, deploy it with --hardening.`,
		RunE: func(*cobra.Command, []string) error {
			if !explain {
				return plan.Usagef("give --explain, or deploy with --hardening minimal, standard or strict", "harden can only explain")
			}
			if err := checkProfile(profile); err != nil {
				return err
			}
			if asJSON {
				return explainJSON(c.streams.Out, settingsOf(profile))
			}
			return explainText(c.out, settingsOf(profile))
		},
	}
	cmd.Flags().BoolVar(&explain, "explain", false, "print the list")
	cmd.Flags().StringVar(&profile, plan.KeyHardening, hardening.Strict.String(), "show the settings of this profile: minimal, standard or strict")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object a line on stdout")
	return cmd
}

func checkProfile(name string) error {
	setting, _ := plan.SettingOf(plan.KeyHardening)
	if err := setting.Check(name); err != nil {
		return plan.Usagef(err.Error(), "%s", "--hardening "+name)
	}
	return nil
}

// settingsOf are a profile's settings, for all systems.
func settingsOf(profile string) []hardening.Setting {
	var settings []hardening.Setting
	for _, s := range hardening.All() {
		if s.From <= hardening.ProfileOf(profile) {
			settings = append(settings, s)
		}
	}
	return settings
}

func explainText(w io.Writer, settings []hardening.Setting) error {
	topic := ""
	for _, s := range settings {
		if s.Topic != topic {
			topic = s.Topic
			text.Fprintln(w, topic)
		}
		about := s.Where()
		if len(s.Rules) > 0 {
			about += "; " + strings.Join(s.Rules, ", ")
		}
		if _, err := text.Fprintf(w, "  %s\n      because %s (%s)\n", s.What, s.Why, about); err != nil {
			return fmt.Errorf("print the list: %w", err)
		}
	}
	text.Fprintln(w, "where slipway differs from benchmarks")
	for _, l := range hardening.Exceptions() {
		if _, err := text.Fprintf(w, "  %s\n      because %s\n", l.What, l.Why); err != nil {
			return fmt.Errorf("print the list: %w", err)
		}
	}
	return nil
}

// settingEvent is a setting as a line of JSON.
type settingEvent struct {
	Event     string   `json:"event"`
	Step      string   `json:"step"`
	What      string   `json:"what"`
	Why       string   `json:"why"`
	Rules     []string `json:"rules,omitempty"`
	Profile   string   `json:"profile"`
	OwnKernel bool     `json:"own_kernel"`
	On        []string `json:"on,omitempty"`
}

func explainJSON(w io.Writer, settings []hardening.Setting) error {
	encoder := text.NewJSON(w)
	for _, s := range settings {
		if err := encoder.Encode(settingEvent{"setting", s.Topic, s.What, s.Why, s.Rules, s.From.String(), s.OwnKernel, s.Systems}); err != nil {
			return fmt.Errorf("print the list: %w", err)
		}
	}
	for _, l := range hardening.Exceptions() {
		if err := encoder.Encode(exceptionEvent{"left", l.What, l.Why, l.Rules}); err != nil {
			return fmt.Errorf("print the list: %w", err)
		}
	}
	return nil
}

// exceptionEvent is an exception as a line of JSON.
type exceptionEvent struct {
	Event string   `json:"event"`
	What  string   `json:"what"`
	Why   string   `json:"why"`
	Rules []string `json:"rules"`
}
