package ssh

import (
	"testing"

	"slipway/providers"
	"slipway/providers/conformance"
)

func TestConformance(t *testing.T) {
	conformance.Run(t, func(t *testing.T) conformance.Opened {
		o := newOperator(t)
		return conformance.Opened{
			Provider: o.mustOpen(), Spec: providers.Spec{Name: "hello", Tag: "slipway-hello-1"}, Existing: true,
			Again: func(testing.TB) providers.Provider { return o.mustOpen() },
		}
	})
}
