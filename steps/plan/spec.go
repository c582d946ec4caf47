package plan

import "slipway/providers"

// SpecOf is what the plan asks of its provider. UserData and Known are left empty:
// the engine adds them.
func SpecOf(p Plan) providers.Spec {
	tcp, udp := p.reachable()
	return providers.Spec{Name: p.Name, Tag: p.Tag, Region: p.Value(KeyRegion), Size: p.Value(KeySize),
		Image: p.Value(KeyImage), AuthorizedKey: p.AuthorizedKey, Ports: tcp, UDPPorts: udp}
}

// OpenPorts are the TCP ports of SSH and the app that the world may reach. The one of
// HTTPS is open only with a domain: without one there is no certificate.
func (p Plan) OpenPorts() []int {
	if len(p.Domains()) == 0 {
		return []int{22, 80}
	}
	return []int{22, 80, 443}
}
