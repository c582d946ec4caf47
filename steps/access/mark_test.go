package access

import (
	"strings"
	"testing"

	"slipway/steps/plan"
)

func TestCheckOwner(t *testing.T) {
	p := plan.Plan{Tag: "slipway-a-1"}
	if err := CheckOwner(p, "0123 644 root:root /etc/slipway/deployment.json\n{\"name\":\"a\",\"tag\":\"slipway-a-1\"}\n"); err != nil {
		t.Error(err)
	}
	if err := CheckOwner(p, "{\"name\":\"b\",\"tag\":\"slipway-b-2\"}\n"); err == nil || !strings.Contains(err.Error(), "slipway-b-2") {
		t.Errorf("another deployment's server was taken: %v", err)
	}
	if err := CheckOwner(p, ""); err != nil {
		t.Error(err)
	}
}
