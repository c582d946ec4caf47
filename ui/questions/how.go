package questions

import (
	"errors"
	"fmt"
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
			return c.data()
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
	if err := c.droplet(); err != nil {
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

// data asks what else there is to say of the app's data: its databases, where something
// points to one, and the place of backups, if it keeps anything.
func (c *conversation) data() error {
	if answers.AsksForDatabases(c.answers, c.plan) {
		var kinds []string
		for _, q := range answers.DatabaseQuestions(c.answers, c.plan) {
			if q.Why == "" {
				continue
			}
			wanted, err := c.yes(fmt.Sprintf("The app has %s. Run %s beside it?", q.Why, q.Label), q.Wanted)
			if err != nil {
				return err
			}
			if wanted {
				kinds = append(kinds, q.Kind)
			}
		}
		c.answers.SayDatabases(kinds, c.plan)
		var err error
		if c.plan, err = c.answers.Plan(c.ctx, c.Home); err != nil {
			return err
		}
	}
	if !answers.AsksForBackups(c.answers, c.plan) {
		return nil
	}
	return c.backups()
}

// backups asks where backups go, and for the key of a bucket.
func (c *conversation) backups() error {
	var like []string
	for _, p := range answers.BackupPlaces(c.plan.Value(plan.KeyProvider))[1:] {
		like = append(like, p.Scheme+":"+p.Like)
	}
	setting, _ := plan.SettingOf(plan.KeyBackupTo)
	to, err := c.ask("Where backups go, like "+strings.Join(like, ", "), plan.NoBackup, setting.Check)
	if err != nil {
		return err
	}
	scheme, rest, _ := strings.Cut(to, ":")
	c.answers.SayBackups(scheme, rest, c.plan)
	if !answers.NeedsBucketKey(c.answers, c.plan, scheme) {
		return nil
	}
	key, err := c.Secret(c.ctx, "Key ID for the bucket (it does not show):")
	if err != nil {
		return err
	}
	secret, err := c.Secret(c.ctx, "Its secret key (it does not show):")
	if err == nil {
		c.answers.SetBucketKey(strings.TrimSpace(key), strings.TrimSpace(secret))
	}
	return err
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

// droplet asks what a droplet shall have beside its size, if there is anything to say.
func (c *conversation) droplet() error {
	all := answers.DropletQuestions(c.answers, c.plan)
	if len(all) == 0 {
		return nil
	}
	more, err := c.yes("Is there more to say of the droplet: backups by DigitalOcean, a reserved IP, a project or a VPC?", false)
	if err != nil || !more {
		return err
	}
	for _, q := range all {
		setting, _ := plan.SettingOf(q.Key)
		if !setting.IsSwitch() {
			if err := c.setting(q.Key, q.Label+" ("+q.About+")", true); err != nil {
				return err
			}
			continue
		}
		on, err := c.yes(q.Label+" ("+q.About+")?", c.answers.Answer(q.Key, c.plan) == answers.Yes)
		if err != nil {
			return err
		}
		c.answers.SayDroplet(q.Key, map[bool]string{true: answers.Yes, false: answers.No}[on], c.plan)
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
