package questions

import (
	"errors"
	"os"
	"strings"

	"slipway/steps/plan"
	"slipway/ui/answers"
)

// how asks for the deployment's name, hardening, tests, domain and variables.
func (c *conversation) how() error {
	for {
		if err := c.howOnce(); err != nil {
			return err
		}
		plan, err := c.answers.Plan(c.ctx, c.Home)
		if err == nil {
			c.plan = plan
			return nil
		}
		c.sayf("\nThis can't be deployed: %s\n", c.Problem(err).Error)
		if !answers.AboutName(err) {
			return err
		}
	}
}

func (c *conversation) howOnce() error {
	if err := c.setting(plan.KeyName, "Name of the deployment", false); err != nil {
		return err
	}
	if harden, _ := plan.SettingOf(plan.KeyHardening); harden.TakenBy(c.answers.Settings[plan.KeyProvider]) {
		if err := c.setting(plan.KeyHardening, "Hardening: "+strings.Join(harden.Choices(), " or "), false); err != nil {
			return err
		}
	}
	if err := c.setting(plan.KeyTestCommand, "Test command that must succeed before the release takes traffic", true); err != nil {
		return err
	}
	if err := c.domain(); err != nil {
		return err
	}
	file, err := c.ask("File of the app's variables, one KEY=VALUE a line", c.answers.EnvFile, func(path string) error {
		if path == "" {
			return nil
		}
		info, err := os.Stat(path)
		if err != nil || info.IsDir() {
			return errors.New("there is no such file")
		}
		return nil
	})
	if err != nil {
		return err
	}
	c.answers.EnvFile = file
	return c.variables()
}

// domain asks for the app's domain and, if there is one, for the email address.
func (c *conversation) domain() error {
	for _, q := range answers.DomainQuestions(c.answers, c.plan) {
		if err := c.setting(q.Key, q.Label+" ("+q.About+")", true); err != nil {
			return err
		}
		said, ok := c.answers.Settings[q.Key]
		if q.Key == plan.KeyDomain && (said == "" && ok || !ok && c.plan.Value(q.Key) == "") {
			return nil
		}
	}
	return nil
}

// variables asks for the app's variables one by one, until an empty name.
func (c *conversation) variables() error {
	for {
		key, err := c.ask("Name of a variable of the app; empty if there are no more", "", func(key string) error {
			if key == "" {
				return nil
			}
			return plan.CheckVariable(key, "")
		})
		if err != nil || key == "" {
			return err
		}
		value, err := c.Secret(c.ctx, "Value of "+key+" (it does not show):")
		if err != nil {
			return err
		}
		c.answers.SetEnv(key, strings.TrimRight(value, "\r\n"))
	}
}
