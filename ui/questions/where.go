package questions

import (
	"errors"
	"fmt"

	"slipway/providers/digitalocean"
	"slipway/steps/plan"
	"slipway/ui/answers"
)

// where asks where the server comes from, and what that place needs.
func (c *conversation) where() error {
	p, err := c.answers.Plan(c.Home)
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

// server asks about a server that exists.
func (c *conversation) server() error {
	for _, q := range []struct{ key, text string }{
		{plan.KeyHost, "Server, as USER@HOST or USER@HOST:PORT"},
		{plan.KeyIdentity, "File of the private key; empty takes what ssh would"},
		{plan.KeyFingerprint, "Fingerprint of its host key; empty takes what known_hosts has"},
	} {
		if err := c.setting(q.key, q.text, q.key != plan.KeyHost); err != nil {
			return err
		}
	}
	return nil
}

// setting asks for a setting by the rules that its flag has.
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

// cloud asks for a token that DigitalOcean takes, then for region and size.
func (c *conversation) cloud() error {
	sale, err := c.token()
	if err != nil {
		return err
	}
	region, err := c.region(sale)
	if err != nil {
		return err
	}
	var options []option
	preset := ""
	if _, size, err := sale.Sensible(region); err == nil {
		preset = size.Slug
	}
	for _, s := range sale.Sizes {
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

func (c *conversation) region(sale digitalocean.Catalog) (string, error) {
	var options []option
	preset := ""
	if best, _, err := sale.Sensible(""); err == nil {
		preset = best.Slug
	}
	for _, r := range sale.Regions {
		o := option{id: r.Slug, text: r.Slug + ": " + r.Name}
		if !r.Available {
			o.why = "it takes no new droplets at the moment"
		}
		options = append(options, o)
	}
	region, err := c.choose("Which region?", options, preset)
	c.answers.Settings[plan.KeyRegion] = region
	return region, err
}

// token asks until DigitalOcean takes the token; the environment's is tried
// first.
func (c *conversation) token() (digitalocean.Catalog, error) {
	for tries := 0; ; tries++ {
		if tries > 0 || !c.answers.HasToken() {
			text, err := c.Secret(c.ctx, "\nDigitalOcean token (it does not show):")
			if err != nil {
				return digitalocean.Catalog{}, err
			}
			c.answers.Token = text
		}
		sale, err := c.Sale(c.ctx, c.open())
		if err == nil {
			return sale, nil
		}
		if c.ctx.Err() != nil {
			return digitalocean.Catalog{}, err
		}
		p := c.Problem(err)
		c.sayf("\nDigitalOcean did not take it: %s\n%s\n", p.Error, p.Hint)
		const enough = 5
		if tries == enough {
			return digitalocean.Catalog{}, errors.Join(errors.New("no token was taken"), err)
		}
	}
}
