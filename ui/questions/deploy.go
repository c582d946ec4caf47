package questions

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"slipway/providers"
	"slipway/steps"
	"slipway/steps/engine"
	"slipway/ui"
	"slipway/ui/answers"
	"slipway/ui/cause"
	"slipway/ui/text"
)

// reviewAndDeploy shows what would be changed, deploys once the person confirms it,
// and asks what to do after a failure.
func (c *conversation) reviewAndDeploy() error {
	for {
		sure, err := c.review()
		if err != nil {
			if err = c.afterRefusal(err); err != nil {
				return err
			}
			continue
		}
		if !sure {
			c.sayf("Nothing was made or changed.\n")
			return &Shown{context.Canceled}
		}
		err = c.deploy()
		if err == nil || c.ctx.Err() != nil {
			return err
		}
		again, askErr := c.afterFailure(err)
		if askErr != nil || !again {
			return askErr
		}
	}
}

// afterRefusal asks what to do about an error of the review. It returns nil to look
// again.
func (c *conversation) afterRefusal(found error) error {
	if c.ctx.Err() != nil || errors.Is(found, errEnded) {
		return found
	}
	for _, line := range cause.Report(c.Problem(found)) {
		c.sayf("%s\n", line)
	}
	again, err := c.afterFailure(&Shown{found})
	if err == nil && !again {
		return &Shown{found}
	}
	return err
}

// review shows what would be made and changed, and asks whether to deploy. It
// returns true if so.
func (c *conversation) review() (bool, error) {
	c.sayf("\nLooking at what is there.\n")
	plan, err := c.answers.Plan(c.ctx, c.Home)
	if err != nil {
		return false, err
	}
	c.plan = plan
	monthly, hourly, unchanged := 0.0, 0.0, 0
	var changes []providers.Change
	show := func(e engine.Event) {
		switch {
		case e.Kind == engine.KindNote:
			c.sayf("  note: %s\n", e.Line)
		case e.Kind == engine.KindStep && e.Status == engine.Unchanged:
			unchanged++
		case e.Kind == engine.KindStep && e.Status == engine.WouldChange:
			c.sayf("  %s\n", e.Title)
			changes = append(changes, e.Changes...)
			for _, change := range e.Changes {
				monthly, hourly = monthly+change.Monthly, hourly+change.Hourly
				c.sayf("    %s\n", answers.AboutChange(change))
			}
		}
	}
	c.sayf("\nThese steps would change something, in this order:\n")
	if _, err := steps.Preview(c.ctx, plan, c.Home, c.open(), show); err != nil {
		return false, err
	}
	if err := c.ports(answers.Closings(plan, changes)); err != nil {
		return false, err
	}
	c.sayf("Unchanged: %d. What would be made costs: %s.\n", unchanged, answers.Money(monthly, hourly))
	c.sayf("The same without questions%s:\n", c.needs())
	for _, line := range c.command() {
		c.sayf("  %s\n", line)
	}
	return c.yes("Deploy "+plan.Name+"?", true)
}

// ports asks, for each port at which a program of the server's own listens, whether it
// stays open.
func (c *conversation) ports(closings []providers.Change) error {
	var kept []string
	for _, change := range closings {
		keep, err := c.yes(fmt.Sprintf("The firewall would %s. Keep port %s open?", text.Clean(change.What), change.Closes), true)
		if err != nil {
			return err
		}
		if keep {
			kept = append(kept, change.Closes)
		}
	}
	if len(closings) > 0 {
		c.answers.Allow(kept)
	}
	return nil
}

// command is the command line that does the same, in lines that can be pasted.
func (c *conversation) command() []string {
	if c.Width == nil || c.Width() <= 0 {
		return []string{c.answers.Command()}
	}
	return c.answers.CommandLines(c.Width() - 2)
}

// needs names the variables that the command line needs.
func (c *conversation) needs() string {
	if needs := c.answers.CommandNeeds(); len(needs) > 0 {
		return ", with " + strings.Join(needs, ", ") + " set"
	}
	return ""
}

// deploy runs the engine and prints its events as the plain face does.
func (c *conversation) deploy() error {
	plan, err := c.answers.Plan(c.ctx, c.Home)
	if err != nil {
		return err
	}
	face := ui.NewPlain(c.Result, c.Out)
	defer face.Close()
	began := time.Now()
	outcome, err := steps.Deploy(c.ctx, plan, c.Home, c.open(), face.Event)
	if err != nil {
		face.Event(engine.Event{Kind: engine.KindFailed, Time: time.Now(), Problem: c.Problem(err)})
		return &Shown{err}
	}
	face.Event(engine.Event{Kind: engine.KindDone, Time: time.Now(), Seconds: time.Since(began).Seconds(), Outcome: &outcome})
	return nil
}

// afterFailure asks what to do about an error. It returns true to try again.
func (c *conversation) afterFailure(failed error) (bool, error) {
	remedy, folder, _ := answers.RemedyOf(failed)
	var options []option
	if remedy.Keep != "" {
		options = append(options, option{id: "data", text: "keep " + remedy.Keep + " across releases (in slipway.toml), then try again"})
	}
	if remedy.Variable != "" {
		options = append(options, option{id: "variable", text: "give " + remedy.Variable + ", then try again"})
	}
	preset := "retry"
	if len(options) > 0 {
		preset = options[0].id
	}
	options = append(options, []option{
		{id: "retry", text: "try again, from where it stopped"},
		{id: "edit", text: "change the answers, then try again"},
		{id: "keep", text: "keep what was made and leave; the same command continues"},
	}...)
	if c.Home.Exists(c.plan.Name) {
		options = append(options, option{id: "remove", text: "remove what was made"})
	}
	id, err := c.choose("What now?", options, preset)
	if err != nil {
		return false, err
	}
	switch id {
	case "retry":
		return true, nil
	case "data":
		if err := answers.Keep(folder, remedy.Keep); err != nil {
			c.sayf("%v\n", err)
			return c.afterFailure(failed)
		}
		return true, nil
	case "variable":
		return true, c.give(remedy.Variable)
	case "edit":
		if err := c.where(); err != nil {
			return false, err
		}
		return true, c.how()
	case "remove":
		if err := c.remove(c.plan.Name); err != nil {
			return false, err
		}
		return false, failed
	}
	return false, failed
}

// give asks for a variable that the app needs.
func (c *conversation) give(name string) error {
	value, err := c.Secret(c.ctx, "Value of "+name+" (it does not show):")
	if err == nil {
		c.answers.SetEnv(name, strings.TrimRight(value, "\r\n"))
	}
	return err
}
