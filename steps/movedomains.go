package steps

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"strings"
	"time"

	"slipway/providers"
	"slipway/providers/rest"
	"slipway/steps/engine"
	"slipway/steps/plan"
	"slipway/steps/web"
)

const (
	// domainsWithin is how long a run waits for the app's domains to lead to the new place,
	// domainsEvery how often it looks.
	domainsWithin = 10 * time.Minute
	domainsEvery  = 3 * time.Second
)

// askDomains asks for the app's domains in the new place, if that takes any, with what belongs
// to them in the old one.
func (m *Move) askDomains(flags map[string]string) {
	now, p := m.record, plan.OfRecord(m.record)
	now.Settings = maps.Clone(now.Settings)
	left, err := m.home.Read(m.Name + oldSuffix)
	if err == nil && !p.OnPlatform() && m.domain != "" {
		for _, key := range []string{plan.KeyACME, plan.KeyEmail} {
			if value := left.Settings[key]; value != "" {
				flags[key], now.Settings[key] = value, value
			}
		}
	}
	if m.domain != "" && plan.OfRecord(now).TakesDomain() {
		flags[plan.KeyDomain] = m.domain
	}
}

// carryCertificate has the new server have the old one's certificate, so that it serves HTTPS
// as soon as the domains lead there. If that can't be, it asks for its own then.
func (m *Move) carryCertificate(ctx context.Context, p plan.Plan) {
	left, err := m.home.Read(m.Name + oldSuffix)
	if err != nil || len(p.Domains()) == 0 || p.OnPlatform() || plan.OfRecord(left).OnPlatform() {
		return
	}
	if err := m.copyCertificate(ctx); err != nil && ctx.Err() == nil {
		m.note(fmt.Sprintf("the certificate does not go along, so the new place asks for its own once the domains lead there: %v", err))
	}
}

func (m *Move) copyCertificate(ctx context.Context) error {
	from, err := OpenSession(ctx, m.Name+oldSuffix, providers.ToBackUp, m.home, m.open)
	if err != nil {
		return err
	}
	defer from.Client.Close()
	certificate, err := from.Client.Output(ctx, web.GiveCertificate())
	if err != nil || certificate == "" {
		return err
	}
	to, err := OpenSession(ctx, m.Name, providers.ToBackUp, m.home, m.open)
	if err != nil {
		return err
	}
	defer to.Client.Close()
	return to.Client.Pipe(ctx, web.TakeCertificate(), bytes.NewReader([]byte(certificate)), io.Discard)
}

// aboutDomains says what becomes of the app's domains, and how long they may be without HTTPS.
func (m *Move) aboutDomains() []string {
	who := "the last run says which DNS records to set, and waits for them"
	if provider := m.Plan.Value(plan.KeyProvider); provider == plan.ProviderDigitalOcean || provider == plan.ProviderAppPlatform {
		who = "the last run changes their DNS records, if their zone is in the DigitalOcean account; else it says which to set, and waits for them"
	}
	https := "the certificate goes along: HTTPS works as soon as they lead there"
	switch {
	case m.Plan.OnPlatform():
		https = "App Platform asks for a certificate once they lead there: HTTPS does not work for some minutes, at times for up to an hour"
	case plan.OfRecord(m.record).OnPlatform():
		https = "the new server asks for a certificate once they lead there: HTTPS does not work for about a minute"
	}
	return []string{"the app's domains lead to the old place, which shows pages and refuses what writes, until the new one has taken over; " + who, https}
}

func (m *Move) note(line string) {
	m.emit(engine.Event{Kind: engine.KindNote, Time: time.Now(), Step: "domains", Line: line})
}

// domainsLook tells of each of the app's domains whether it leads to the new place.
type domainsLook func(ctx context.Context) ([]providers.Domain, error)

// settleDomains returns once all of the app's domains lead to the new place. waited is true if
// they did not at once.
func (m *Move) settleDomains(ctx context.Context, p plan.Plan) (waited bool, err error) {
	if len(p.Domains()) == 0 {
		return false, nil
	}
	look, end, err := m.domainsLook(ctx)
	if err != nil || look == nil {
		return false, err
	}
	defer end()
	return m.awaitDomains(ctx, look)
}

// domainsLook asks the server, or the platform, of the new place; it is nil for a platform that
// does not know.
func (m *Move) domainsLook(ctx context.Context) (look domainsLook, end func(), err error) {
	record, err := read(m.home, m.Name)
	if err != nil {
		return nil, nil, err
	}
	p := plan.OfRecord(record)
	if p.OnPlatform() {
		there, err := OpenPlatform(m.Name, m.home, m.open)
		if err != nil {
			return nil, nil, err
		}
		teller, ok := there.platform.(providers.DomainTeller)
		if !ok {
			return nil, nil, nil
		}
		return func(ctx context.Context) ([]providers.Domain, error) { return teller.Domains(ctx, there.spec) }, func() {}, nil
	}
	s, err := OpenSession(ctx, m.Name, providers.ToBackUp, m.home, m.open)
	if err != nil {
		return nil, nil, err
	}
	return func(ctx context.Context) ([]providers.Domain, error) {
		out, err := s.Client.Output(ctx, web.LookNames(p))
		return web.ReadNames(p, out), err
	}, func() { s.Client.Close() }, nil
}

// elsewhere are the domains that do not lead to the new place, and how they are called in one
// breath.
func (look domainsLook) elsewhere(ctx context.Context) (pending []providers.Domain, names string, err error) {
	all, err := look(ctx)
	var list []string
	for _, d := range all {
		if !d.Leads {
			pending, list = append(pending, d), append(list, d.Name)
		}
	}
	return pending, strings.Join(list, ", "), err
}

// awaitDomains waits, if it has to, and shows the records for which it waits.
func (m *Move) awaitDomains(ctx context.Context, look domainsLook) (waited bool, err error) {
	pending, names, err := look.elsewhere(ctx)
	if err != nil || len(pending) == 0 {
		return false, err
	}
	return true, m.step("domains", "the app's domains lead to the new place", func(report func(string)) (string, error) {
		for _, d := range pending {
			m.note(fmt.Sprintf("%s does not lead to the new place yet: it needs the DNS record %s %s → %s, and no other A, AAAA or CNAME record",
				d.Name, d.Kind, d.Name, d.Value))
		}
		m.note("once the record is set, everybody sees it when the time to live of the one before is over")
		w := rest.Wait{What: names + " to lead to the new place", Within: domainsWithin, Report: report,
			Next: fmt.Sprintf("set what is missing where the zone is, then type: slipway move %s", m.Name)}
		pace := rest.Pace{Clock: cmp.Or[rest.Clock](m.clock, rest.WallClock{}), Every: domainsEvery}
		return names, pace.Until(ctx, w, func(ctx context.Context) (bool, string, error) {
			left, names, err := look.elsewhere(ctx)
			return len(left) == 0, names + " leads elsewhere; the new place serves at its own address", err
		})
	})
}

// leaveDomains has the place that was left no longer keep DNS records that lead to the new one
// now.
func (m *Move) leaveDomains(ctx context.Context) error {
	name := m.Name + oldSuffix
	record, err := m.home.Read(name)
	if err != nil || !plan.OfRecord(record).OnPlatform() || plan.OfRecord(record).Value(plan.KeyDomain) == "" {
		return nil //nolint:nilerr // it is gone, or has none
	}
	left, err := OpenPlatform(name, m.home, m.open)
	if err != nil {
		return err
	}
	leaver, ok := left.platform.(providers.DomainLeaver)
	if !ok {
		return nil
	}
	return m.step("leave", "the old place no longer keeps the domains' DNS records", func(report func(string)) (string, error) {
		if err := leaver.LeaveDomains(ctx, left.spec, report); err != nil && !errors.Is(err, providers.ErrNoApp) {
			return "", err
		}
		return "", nil
	})
}
