//go:build unix

package state

import (
	"errors"
	"testing"
)

func TestLocate(t *testing.T) {
	for name, c := range map[string]struct {
		env        map[string]string
		dir, cache string
	}{
		"own":      {map[string]string{"SLIPWAY_HOME": "/x", "HOME": "/h"}, "/x", "/x/cache"},
		"xdg":      {map[string]string{"XDG_STATE_HOME": "/s", "XDG_CACHE_HOME": "/c"}, "/s/slipway", "/c/slipway"},
		"home":     {map[string]string{"HOME": "/h"}, "/h/.local/state/slipway", "/h/.cache/slipway"},
		"relative": {map[string]string{"HOME": "/h", "XDG_STATE_HOME": "s"}, "/h/.local/state/slipway", "/h/.cache/slipway"},
	} {
		t.Run(name, func(t *testing.T) {
			home, err := Locate(func(key string) string { return c.env[key] })
			if err != nil || home.Dir != c.dir || home.Cache != c.cache {
				t.Errorf("got %+v, %v", home, err)
			}
		})
	}
	var unwritable *Unwritable
	if _, err := Locate(func(string) string { return "" }); !errors.As(err, &unwritable) {
		t.Errorf("without a home: %v", err)
	}
}
