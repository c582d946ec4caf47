package steps

import (
	"testing"

	"slipway/steps/plan"
)

func TestAgain(t *testing.T) {
	sample := Summary{Name: "x", App: "sample hello"}.Again(plan.Asked{Getenv: noEnvironment})
	if sample.Sample != "hello" || sample.Folder != "" || sample.Flags[plan.KeyName] != "x" {
		t.Errorf("got %+v", sample)
	}
	folder := Summary{Name: "x", App: "/srv/shop"}.Again(plan.Asked{Getenv: noEnvironment})
	if folder.Sample != "" || folder.Folder != "/srv/shop" {
		t.Errorf("got %+v", folder)
	}
}

func noEnvironment(string) string { return "" }
