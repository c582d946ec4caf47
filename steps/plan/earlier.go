package plan

import (
	"errors"
	"fmt"
	"slices"

	"slipway/state"
	"slipway/steps/app"
)

// resolveEarlier takes what an earlier run used for settings that are given
// nowhere else, and refuses what can't be changed any more.
func (p *Plan) resolveEarlier(home state.Home, asked Asked, file app.File, source source) error {
	record, err := home.Read(p.Name)
	if errors.Is(err, state.ErrUnknown) {
		if asked.Earlier != nil {
			name := p.Values[KeyName]
			if err := p.resolveSettings(asked, file, asked.Earlier); err != nil {
				return err
			}
			p.Values[KeyName] = name
		}
		p.Values[KeyApp] = NamedValue{Key: KeyApp, Value: source.identity, From: FromFlag}
		return p.keepTaken()
	}
	if err != nil {
		return err
	}
	earlier := record.Settings
	name := p.Values[KeyName]
	if deployed := earlier[KeyApp]; name.From == FromDefault && deployed != "" && deployed != source.identity {
		return Usagef("give this one another --name, or the same --name to replace the app there",
			"the deployment %s runs another app: %s, not %s", p.Name, deployed, source.identity)
	}
	if err := p.resolveSettings(asked, file, earlier); err != nil {
		return err
	}
	p.Values[KeyName] = name
	p.Values[KeyApp] = NamedValue{Key: KeyApp, Value: source.identity, From: FromFlag}
	p.Tag, p.Login, p.OnServer = record.Tag, record.Server.User, record.OnServer
	if err := p.refuseFixed(earlier, KeyProvider); err != nil { // else it would be another one that takes no such setting
		return err
	}
	if err := p.keepTaken(); err != nil {
		return err
	}
	return p.refuseFixed(earlier)
}

// refuseFixed refuses another value of a setting that can't change any more; of these keys
// alone, if there are any.
func (p *Plan) refuseFixed(earlier map[string]string, keys ...string) error {
	for _, s := range Settings {
		used, asked := earlier[s.Key], p.Value(s.Key)
		if p.fixed(s) && earlier != nil && used != asked && (keys == nil || slices.Contains(keys, s.Key)) {
			return Usagef(fmt.Sprintf("give another --name, or first: slipway destroy %s", p.Name),
				"%s was made with %s %q and can't be changed to %q", p.made(), s.Key, used, asked)
		}
	}
	return nil
}

// resizing are the providers where another size is a change like any other: in Docker and
// on App Platform, each release has containers of its own, and a droplet is resized.
var resizing = []string{ProviderDocker, ProviderAppPlatform, ProviderDigitalOcean}

// fixed tells whether a setting can't change once the deployment is there.
func (p *Plan) fixed(s Setting) bool {
	return s.Fixed && (s.Key != KeySize || !slices.Contains(resizing, p.Value(KeyProvider)))
}
