package steps

import (
	"cmp"
	"context"
	"strings"

	"slipway/providers"
	"slipway/providers/appplatform"
	"slipway/providers/digitalocean"
	"slipway/providers/digitalocean/account"
	"slipway/providers/docker"
	"slipway/providers/heroku"
	"slipway/providers/local"
	"slipway/providers/ssh"
	"slipway/state"
	"slipway/steps/access"
	"slipway/steps/engine"
	"slipway/steps/plan"
)

// BakedVariable names Debian packages, between spaces, that the base image of
// machines on this computer is to have already: trials that are about something
// else don't install them again, which takes an emulated processor minutes.
const BakedVariable = "SLIPWAY_BAKED_PACKAGES"

// Operator is the person on whose behalf a provider is opened.
type Operator struct {
	// Getenv reads the person's environment.
	Getenv func(string) string
	// Secret asks the person for a password or passphrase; nil where nobody can
	// be asked.
	Secret func(ctx context.Context, question string) (string, error)
	// Trust asks the person whether the server at an address may show these
	// host keys, of which the fingerprints are shown; nil where nobody can be
	// asked.
	Trust func(ctx context.Context, address string, fingerprints []string) (bool, error)
}

// Providers opens the providers that are built in.
func Providers(home state.Home, operator Operator) engine.OpenProvider {
	return func(p plan.Plan, dir string) (providers.Provider, error) {
		switch name := p.Value(plan.KeyProvider); name {
		case plan.ProviderLocal, "":
			return local.New(local.Options{
				Engine: p.Value(plan.KeyEngine), Dir: dir, Cache: home.Cache, Baked: strings.Fields(operator.Getenv(BakedVariable)),
			})
		case plan.ProviderDigitalOcean:
			return digitalocean.New(digitalocean.Options{
				Options: accountOf(operator), Domains: p.Domains(), Spaces: bucketOf(p), SpacesURL: operator.Getenv("DIGITALOCEAN_SPACES_URL"), Dir: dir,
				Backups: p.Switch(plan.KeyBackups), ReservedIP: p.Switch(plan.KeyReservedIP), VPC: p.Value(plan.KeyVPC), Project: p.Value(plan.KeyProject),
				GrowDisk: p.Switch(plan.KeyGrowDisk) == providers.On,
			})
		case plan.ProviderSSH:
			return ssh.New(ssh.Options{
				Host: p.Value(plan.KeyHost), Identity: p.Value(plan.KeyIdentity), Fingerprint: p.Value(plan.KeyFingerprint),
				Getenv: operator.Getenv, Secret: operator.Secret, Trust: operator.Trust,
			})
		case plan.ProviderDocker:
			return docker.New(docker.Options{Getenv: operator.Getenv}), nil
		case plan.ProviderHeroku:
			token, err := heroku.Token(operator.Getenv)
			if err != nil {
				return nil, err
			}
			return heroku.New(heroku.Options{Token: token, APIURL: operator.Getenv("HEROKU_API_URL"), Team: p.Value(plan.KeyTeam)})
		case plan.ProviderAppPlatform:
			return appplatform.New(appplatform.Options{
				Options: accountOf(operator), RegistryURL: operator.Getenv("DIGITALOCEAN_REGISTRY_URL"),
				Docker: docker.Options{Getenv: operator.Getenv}, Domains: p.Domains(),
			})
		default:
			return nil, plan.Usagef("use --provider local", "the provider %s is not built yet", name)
		}
	}
}

// accountOf is the way to the operator's account at DigitalOcean.
func accountOf(operator Operator) account.Options {
	return account.Options{
		Token:  cmp.Or(operator.Getenv("DIGITALOCEAN_ACCESS_TOKEN"), operator.Getenv("DIGITALOCEAN_TOKEN")),
		APIURL: operator.Getenv("DIGITALOCEAN_API_URL"),
	}
}

// bucketOf is the bucket that backups go to; the zero value if it is none of Spaces.
func bucketOf(p plan.Plan) digitalocean.Bucket {
	place, on := p.BackupTo()
	if !on || place.Scheme != plan.BackupSpaces {
		return digitalocean.Bucket{}
	}
	region, name, _ := strings.Cut(place.Rest, "/") // it was checked
	return digitalocean.Bucket{Region: region, Name: name}
}

// CheckProvider checks whether a provider would make a server at all, with its
// defaults, before anything else is known. dir is the deployment's folder,
// which may not exist. It only reads.
func CheckProvider(ctx context.Context, name, dir string, open engine.OpenProvider) (providers.Provider, error) {
	p := plan.Plan{Name: "slipway", Tag: state.NewTag("slipway"), Values: map[string]plan.NamedValue{plan.KeyProvider: {Key: plan.KeyProvider, Value: name}}}
	provider, err := open(p, dir)
	if err != nil {
		return nil, err
	}
	passing, err := access.NewKeyPair("passing")
	if err != nil {
		return nil, err
	}
	p.AuthorizedKey = passing.Public()
	return provider, provider.Check(ctx, plan.SpecOf(p))
}
