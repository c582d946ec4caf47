package ssh

import (
	"errors"
	"testing"

	"slipway/providers"
)

func TestFindHost(t *testing.T) {
	o := newOperator(t)
	o.write("config", `Host shop
  HostName shop.example.com
  Port 2222
  User ignored
Host inner
  ProxyJump outer
Match host plain
  Port 2022
`)
	for given, want := range map[string]string{
		"root@1.2.3.4": "root@1.2.3.4:22", "me@shop": "me@shop.example.com:2222", "me@shop:2200": "me@shop.example.com:2200",
		"me@[::1]:2022": "me@[::1]:2022", "me@[::1]": "me@[::1]:22", "me@plain": "me@plain:2022",
		"me@inner": "", "host": "", "@host": "", "me@": "", "me@host:0": "", "me@host:70000": "",
	} {
		o.options.Host = given
		p, err := o.open()
		if want == "" {
			var usage *providers.Usage
			if !errors.As(err, &usage) || usage.Hint() == "" {
				t.Errorf("%s: got %v, want *providers.Usage with a hint", given, err)
			}
			continue
		}
		if err != nil || p.at.String() != want {
			t.Errorf("%s: got %v, %v; want %s", given, p, err, want)
		}
	}
	o.write("config", "Host shop\n  Match\n")
	o.options.Host = "me@shop"
	if p := o.mustOpen(); len(p.at.notes) != 1 {
		t.Errorf("a configuration that can't be read: notes %v", p.at.notes)
	}
}
