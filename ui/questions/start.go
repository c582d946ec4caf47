package questions

import (
	"slipway/steps"
	"slipway/steps/app"
	"slipway/ui/answers"
)

// start asks what to deploy. It returns true if an unfinished deployment is to be
// continued: then there is nothing more to ask.
func (c *conversation) start() (bool, error) {
	all, err := steps.List(c.Home)
	if err != nil {
		return false, err
	}
	goOn, err := c.unfinished(all)
	if goOn || err != nil {
		return goOn, err
	}
	var options []option
	given := option{id: "given", text: "the app in " + c.answers.Folder}
	if c.answers.Sample != "" {
		given.text = "the sample " + c.answers.Sample
	}
	plan, err := c.answers.Plan(c.ctx, c.Home)
	if err != nil {
		given.why = err.Error()
	} else {
		given.text += ": " + answers.AboutApp(plan.App)
	}
	options = append(options, given)
	for _, name := range answers.Samples {
		if name == c.answers.Sample {
			continue
		}
		options = append(options, option{id: name, text: "the sample " + name + ": " + answers.AboutSample(name)})
	}
	options = append(options, option{id: "other", text: "the app in another folder"})
	preset := "given"
	if given.why != "" {
		preset = options[1].id
	}
	id, err := c.choose("What shall be deployed?", options, preset)
	if err != nil {
		return false, err
	}
	return false, c.chosen(id)
}

func (c *conversation) chosen(id string) error {
	switch id {
	case "given":
		return nil
	case "other":
		return c.folder()
	}
	c.answers.Choose("", id)
	return nil
}

// folder asks for an app's folder until there is an app in it.
func (c *conversation) folder() error {
	_, err := c.ask("Folder of the app", "", func(path string) error {
		if _, err := app.Open(c.ctx, path); err != nil {
			return err
		}
		next := c.answers.Clone()
		next.Choose(path, "")
		if _, err := next.Plan(c.ctx, c.Home); err != nil {
			return err
		}
		c.answers = next
		return nil
	})
	return err
}

// unfinished asks about each unfinished deployment. It returns true if one is to be
// continued.
func (c *conversation) unfinished(all []steps.Summary) (bool, error) {
	for _, d := range all {
		if !d.Unfinished || d.Trouble != "" {
			continue
		}
		c.sayf("\n%s is unfinished: %s\n", d.Name, answers.AboutUnfinished(d))
		id, err := c.choose("What to do with it?", []option{
			{id: "continue", text: "continue it"},
			{id: "later", text: "leave it as it is for now"},
			{id: "remove", text: "remove it and all that it has"},
		}, "continue")
		if err != nil {
			return false, err
		}
		switch id {
		case "continue":
			c.answers = answers.From(d.Again(c.Asked))
			return true, nil
		case "remove":
			if err := c.remove(d.Name); err != nil {
				return false, err
			}
		}
	}
	return false, nil
}

// remove shows what a deployment has and removes it once that is confirmed.
func (c *conversation) remove(name string) error {
	removal, err := steps.OpenRemoval(c.ctx, name, c.Home, c.open())
	if err != nil {
		return err
	}
	defer removal.Close()
	c.sayf("\nThis is removed for good:\n")
	monthly := 0.0
	for _, h := range removal.Holdings {
		c.sayf("  %s %s %s\n", h.Kind, h.ID, h.Detail)
		monthly += h.Monthly
	}
	c.sayf("  its record and its keys on this computer\nAll of it costs: %s\n", answers.Money(monthly, 0))
	if lines := removal.Data.Lines(); len(lines) > 0 {
		c.sayf("\nData:\n")
		for _, line := range lines {
			c.sayf("  %s\n", line)
		}
	}
	sure, err := c.sure(removal)
	if err != nil || !sure {
		return err
	}
	if err := removal.Do(c.ctx, func(line string) { c.sayf("  %s\n", line) }); err != nil {
		return err
	}
	c.sayf("%s was removed\n", name)
	return nil
}

// sure asks whether all of it shall be removed; if there is data, by having its name typed.
func (c *conversation) sure(removal *steps.Removal) (bool, error) {
	if !removal.Data.Any() {
		return c.yes("Remove all of it?", false)
	}
	typed, err := c.ask("Type "+removal.Name+" to remove all of it with its data, or nothing to keep it", "", nil)
	return typed == removal.Name, err
}
