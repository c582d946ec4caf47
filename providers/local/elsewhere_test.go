//go:build !linux

package local

import (
	"errors"
	"strings"
	"testing"

	"slipway/providers"
)

func TestSupportedNamesWhatElseThereIs(t *testing.T) {
	var refused *providers.Refused
	if err := Supported(""); !errors.As(err, &refused) || !strings.Contains(err.Error(), "needs Linux, and this is "+systemName()) ||
		!strings.Contains(refused.Next, "--provider docker") {
		t.Errorf("got %v", err)
	}
}
