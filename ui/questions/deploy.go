package questions

import (
	"context"
	"errors"
	"strings"
	"time"

	"slipway/providers"
	"slipway/steps"
	"slipway/steps/engine"
	"slipway/ui"
	"slipway/ui/answers"
)

// reviewAndDeploy shows what would be done, does it once that is confirmed, and
// asks again after a failure.
func (c *conversation) reviewAndDeploy() error {
	for {
		sure, err := c.review()
		if err != nil {
			if err = c.mend(err); err != nil {
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

// mend asks what to do about what the review found wrong. It returns nil to
// look again.
func (c *conversation) mend(found error) error {
	if c.ctx.Err() != nil || errors.Is(found, errEnded) {
		return found
	}
	p := c.Problem(found)
	c.sayf("error: %s\n", p.Error)
	if p.Hint != "" {
		c.sayf("hint: %s\n", p.Hint)
	}
	again, err := c.afterFailure(&Shown{found})
	if err == nil && !again {
		return &Shown{found}
	}
	return err
}

// review looks at everything and says what would be made or changed.
func (c *conversation) review() (bool, error) {
	c.sayf("\nLooking at what is there already.\n")
	plan, err := c.answers.Plan(c.Home)
	if err != nil {
		return false, err
	}
	c.plan = plan
	monthly, hourly, so := 0.0, 0.0, 0
	outcome := func(e engine.Event) {
		switch {
		case e.Kind == engine.KindNote:
			c.sayf("  mind: %s\n", e.Line)
		case e.Kind == engine.KindStep && e.Status == engine.Unchanged:
			so++
		case e.Kind == engine.KindStep && e.Status == engine.WouldChange:
			c.sayf("  %s\n", e.Title)
			for _, change := range e.Changes {
				monthly, hourly = monthly+change.Monthly, hourly+change.Hourly
				c.sayf("    %s\n", describe(change))
			}
		}
	}
	c.sayf("\nThis would be made or changed, in this order:\n")
	if _, err := steps.Preview(c.ctx, plan, c.Home, c.open(), outcome); err != nil {
		return false, err
	}
	c.sayf("%d steps are so already. What would be made costs: %s.\n", so, answers.Money(monthly, hourly))
	c.sayf("The same without questions%s:\n  %s\n", c.needs(), c.answers.Command())
	return c.yes("Deploy "+plan.Name+"?", true)
}

func (c *conversation) needs() string {
	if needs := c.answers.CommandNeeds(); len(needs) > 0 {
		return ", with " + strings.Join(needs, ", ") + " set"
	}
	return ""
}

func describe(change providers.Change) string {
	if change.Why == "" {
		return change.What
	}
	return change.What + ": " + change.Why
}

// deploy runs the engine and shows its events as plain lines.
func (c *conversation) deploy() error {
	plan, err := c.answers.Plan(c.Home)
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
	options := []option{
		{id: "retry", text: "try again, from where it stopped"},
		{id: "edit", text: "change the answers, then try again"},
		{id: "keep", text: "keep what there is and leave; the same command continues"},
	}
	if c.Home.Exists(c.plan.Name) {
		options = append(options, option{id: "remove", text: "remove what was made"})
	}
	id, err := c.choose("What now?", options, "retry")
	if err != nil {
		return false, err
	}
	switch id {
	case "retry":
		return true, nil
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
