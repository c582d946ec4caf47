package plan

import (
	"maps"
	"slices"

	"slipway/providers"
	"slipway/state"
)

// SpecOf is what the plan asks of its provider. UserData is left empty, the engine adds
// it; what is on record is [WithRecord]'s.
func SpecOf(p Plan) providers.Spec {
	tcp, udp := p.reachable()
	name := p.Name
	if slices.Contains(platforms, p.Value(KeyProvider)) {
		name = p.ServerName() // what a platform calls the app is made of it, and stays
	}
	return providers.Spec{Name: name, Tag: p.Tag, Region: p.Value(KeyRegion), Size: p.Value(KeySize),
		KeepSize: p.Values[KeySize].From == FromEarlier, Image: p.Value(KeyImage), AuthorizedKey: p.AuthorizedKey, Ports: tcp, UDPPorts: udp}
}

// WithRecord is a spec with what is on record of the deployment's resources.
func WithRecord(spec providers.Spec, record state.Record) providers.Spec {
	spec.Known, spec.Asked = record.Known, record.Asked()
	return spec
}

// OpenPorts are the TCP ports of SSH and the app that the world may reach. The one of
// HTTPS is open only with a domain: without one there is no certificate.
func (p Plan) OpenPorts() []int {
	if len(p.Domains()) == 0 {
		return []int{22, 80}
	}
	return []int{22, 80, 443}
}

// ProcessNames are the names of the processes that run beside the web app, sorted.
func (p Plan) ProcessNames() []string {
	if p.ProcessesRest {
		return nil
	}
	return slices.Sorted(maps.Keys(p.App.Processes))
}
