package steps

import (
	"slipway/providers"
	"slipway/providers/local"
	"slipway/state"
)

// Providers opens the providers that are built in.
func Providers(home state.Home) OpenProvider {
	return func(plan Plan, dir string) (providers.Provider, error) {
		switch name := plan.Value(KeyProvider); name {
		case providerLocal, "":
			return local.New(local.Options{Engine: plan.Value(KeyEngine), Dir: dir, Cache: home.Cache})
		default:
			return nil, usagef("use --provider local", "the provider %s is not built yet", name)
		}
	}
}
