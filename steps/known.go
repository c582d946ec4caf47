package steps

import (
	"errors"
	"time"

	"slipway/state"
	"slipway/steps/plan"
)

// hold opens a deployment that must exist, so that no other run changes it. The
// caller closes it. A name that is not known is a *providers.Usage.
func hold(home state.Home, name string) (*state.Deployment, error) {
	if !home.Exists(name) {
		return nil, errUnknown(name)
	}
	return home.Open(name, time.Now())
}

// holdSettled is hold for a deployment that is not on its way to another place.
func holdSettled(home state.Home, name string) (*state.Deployment, error) {
	if err := refuseMoving(home, name); err != nil {
		return nil, err
	}
	return hold(home, name)
}

// read reads the record of a deployment that must exist, without holding it. A
// name that is not known is a *providers.Usage.
func read(home state.Home, name string) (state.Record, error) {
	record, err := home.Read(name)
	if errors.Is(err, state.ErrUnknown) {
		return record, errUnknown(name)
	}
	return record, err
}

// errUnknown says that there is no such deployment.
func errUnknown(name string) error {
	return plan.Usagef("slipway list shows those that are there", "there is no deployment %q", name)
}

// OneName is the name that is meant where none is given: the only one there is.
func OneName(home state.Home) (string, error) {
	names, err := home.Names()
	if err != nil {
		return "", err
	}
	switch len(names) {
	case 0:
		return "", plan.Usagef("slipway deploys the app in this folder, slipway --sample hello a sample", "there is no deployment yet")
	case 1:
		return names[0], nil
	}
	return "", plan.Usagef("name one; slipway list shows them", "there is more than one deployment")
}
