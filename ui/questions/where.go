package questions

import (
	"errors"
	"fmt"

	"slipway/providers/digitalocean"
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
	setting, _ := plan.SettingOf(plan.KeyProvider)
	var options []option
	for _, name := range setting.Choices() {
		title, about := answers.AboutProvider(name)
		options = append(options, option{id: name, text: title + ": " + about})
	}
	id, err := c.choose("Where shall it run?", options, p.Value(plan.KeyProvider))
	if err != nil {
		return err
	}
	c.answers.ChooseProvider(id)
	switch id {
	case answers.DigitalOcean:
		return c.cloud()
	case answers.SSH:
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

// cloud asks for a token until DigitalOcean accepts it, then for region and size.
func (c *conversation) cloud() error {
	catalog, err := c.token()
	if err != nil {
		return err
	}
	region, err := c.region(catalog)
	if err != nil {
		return err
	}
	var options []option
	preset := ""
	if _, size, err := catalog.Sensible(region); err == nil {
		preset = size.Slug
	}
	for _, s := range catalog.Sizes {
		o := option{id: s.Slug, text: fmt.Sprintf("%s: $%.2f a month, %d MB memory, %d CPU, %d GB disk", s.Slug, s.Monthly, s.MemoryMB, s.VCPUs, s.DiskGB)}
		if !s.SoldIn(region) {
			o.why = "sold out in " + region
		}
		options = append(options, o)
	}
	size, err := c.choose("Which size?", options, preset)
	c.answers.Settings[plan.KeySize] = size
	return err
}

func (c *conversation) region(catalog digitalocean.Catalog) (string, error) {
	var options []option
	preset := ""
	if best, _, err := catalog.Sensible(""); err == nil {
		preset = best.Slug
	}
	for _, r := range catalog.Regions {
		o := option{id: r.Slug, text: r.Slug + ": " + r.Name}
		if !r.Available {
			o.why = "takes no new droplets at the moment"
		}
		options = append(options, o)
	}
	region, err := c.choose("Which region?", options, preset)
	c.answers.Settings[plan.KeyRegion] = region
	return region, err
}

// token asks until DigitalOcean accepts a token. The environment's is tried first.
func (c *conversation) token() (digitalocean.Catalog, error) {
	for tries := 0; ; tries++ {
		if tries > 0 || !c.answers.HasToken() {
			text, err := c.Secret(c.ctx, "\nDigitalOcean token (it does not show):")
			if err != nil {
				return digitalocean.Catalog{}, err
			}
			c.answers.Token = text
		}
		catalog, err := c.Catalog(c.ctx, c.open())
		if err == nil {
			return catalog, nil
		}
		if c.ctx.Err() != nil {
			return digitalocean.Catalog{}, err
		}
		p := c.Problem(err)
		c.sayf("\nDigitalOcean refused the token: %s\n%s\n", p.Error, p.Hint)
		const enough = 5
		if tries == enough {
			return digitalocean.Catalog{}, errors.Join(errors.New("no token was accepted"), err)
		}
	}
}
