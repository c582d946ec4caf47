package questions

import (
	"errors"
	"fmt"

	"slipway/providers"
	"slipway/steps/plan"
	"slipway/ui/answers"
)

// where asks for the provider, and for what that provider needs.
func (c *conversation) where() error {
	p, err := c.answers.Plan(c.ctx, c.Home)
	if err != nil {
		return err
	}
	c.plan = p
	places := answers.Places(c.ctx, p, c.Home.Folder(p.Name), c.open())
	var options []option
	for _, place := range places {
		options = append(options, option{id: place.Provider, text: place.Title + ": " + place.About, why: place.Why})
	}
	id, err := c.choose("Where shall it run?", options, answers.Likeliest(places, p))
	if err != nil {
		return err
	}
	c.answers.ChooseProvider(id)
	if account, rents := answers.AccountOf(id); rents {
		return c.rent(id, account)
	}
	if id == answers.SSH {
		return c.server()
	}
	return nil
}

// server asks for the address of a server and how to log in to it.
func (c *conversation) server() error {
	for _, q := range []struct{ key, text string }{
		{plan.KeyHost, "Server, as USER@HOST or USER@HOST:PORT"},
		{plan.KeyIdentity, "File of the private key to log in with; if it is empty, the keys that ssh uses"},
		{plan.KeyFingerprint, "Fingerprint of the server's host key; if it is empty, the key in known_hosts"},
	} {
		if err := c.setting(q.key, q.text, q.key != plan.KeyHost); err != nil {
			return err
		}
	}
	return nil
}

// setting asks for a setting and checks it as its flag is checked.
func (c *conversation) setting(key, text string, mayBeEmpty bool) error {
	setting, _ := plan.SettingOf(key)
	preset := c.plan.Value(key)
	if mayBeEmpty && preset != "" {
		text += "; - for none"
	}
	answer, err := c.ask(text, preset, func(value string) error {
		if setting.Check == nil || value == "" && mayBeEmpty {
			return nil
		}
		return setting.Check(value)
	})
	if err != nil {
		return err
	}
	if _, said := c.answers.Settings[key]; said || answer != preset {
		c.answers.Settings[key] = answer
	}
	return nil
}

// rent asks for a token until the provider accepts it, then for region and size.
func (c *conversation) rent(provider string, account answers.Account) error {
	sold, err := c.token(provider, account)
	if err != nil {
		return err
	}
	region, err := c.region(sold)
	if err != nil {
		return err
	}
	instances, err := c.instances(provider)
	if err != nil {
		return err
	}
	var options []option
	for _, s := range sold.Sizes {
		text := fmt.Sprintf("%s: %s, %d MB memory", s.ID, providers.AMonth(s.Monthly), s.MemoryMB)
		if s.VCPUs > 0 {
			text += fmt.Sprintf(", %d CPU", s.VCPUs)
		}
		if s.DiskGB > 0 {
			text += fmt.Sprintf(", %d GB disk", s.DiskGB)
		}
		options = append(options, option{id: s.ID, text: text, why: s.Why(region, instances)})
	}
	size, err := c.choose("Which size?", options, sold.Sensible(region, instances))
	c.answers.Settings[plan.KeySize] = size
	return err
}

// instances asks how many serve the web, where the provider runs as many as are wanted.
func (c *conversation) instances(provider string) (string, error) {
	if !answers.AsksForInstances(provider) {
		return "", nil
	}
	if err := c.setting(plan.KeyInstances, "Instances: "+answers.AboutInstances, true); err != nil {
		return "", err
	}
	return answers.Instances(c.answers, c.plan), nil
}

func (c *conversation) region(sold answers.Catalog) (string, error) {
	var options []option
	for _, r := range sold.Regions {
		options = append(options, option{id: r.ID, text: r.ID + ": " + r.Name, why: r.Why})
	}
	region, err := c.choose("Which region?", options, sold.Region)
	c.answers.Settings[plan.KeyRegion] = region
	return region, err
}

// token asks until the provider accepts a token. One that is here already is tried first.
func (c *conversation) token(provider string, account answers.Account) (answers.Catalog, error) {
	for tries := 0; ; tries++ {
		if tries > 0 || !c.answers.HasToken(provider) {
			text, err := c.Secret(c.ctx, "\n"+account.Title+" token (it does not show):")
			if err != nil {
				return answers.Catalog{}, err
			}
			c.answers.SetToken(provider, text)
		}
		sold, err := c.Catalog(c.ctx, provider, c.open())
		if err == nil {
			return sold, nil
		}
		if c.ctx.Err() != nil {
			return answers.Catalog{}, err
		}
		p := c.Problem(err)
		c.sayf("\n%s refused the token: %s\n%s\n", account.Title, p.Error, p.Hint)
		const enough = 5
		if tries == enough {
			return answers.Catalog{}, errors.Join(errors.New("no token was accepted"), err)
		}
	}
}
