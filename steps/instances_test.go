package steps

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"slipway/providers"
)

// shelfOfInstances is a shelf that says what runs on it.
type shelfOfInstances struct {
	shelfProvider
	all []providers.Instance
	err error
}

func (p shelfOfInstances) Instances(context.Context, providers.Spec) ([]providers.Instance, error) {
	return p.all, p.err
}

func TestInstancesInTheCondition(t *testing.T) {
	t.Parallel()
	shelf := shelfProvider{newShelf(t)}
	for want, platform := range map[string]providers.Platform{
		"[] ":                    shelf,
		"[{web web-1 healthy}] ": shelfOfInstances{shelf, []providers.Instance{{Process: "web", Name: "web-1", State: "healthy"}}, nil},
		"[] no answer":           shelfOfInstances{shelf, nil, errors.New("no answer")},
	} {
		var c Condition
		c.lookAtInstances(t.Context(), platform, providers.Spec{})
		if got := fmt.Sprint(c.Instances, " ", c.InstancesReason); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	c := Condition{Instances: []providers.Instance{{Process: "web", Name: "web-1"}}}
	text, err := json.Marshal(c)
	if err != nil || !strings.Contains(string(text), `"instances":[{"process":"web","name":"web-1"}]`) {
		t.Errorf("as JSON: %s, %v", text, err)
	}
}
