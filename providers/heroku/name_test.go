package heroku

import (
	"regexp"
	"strings"
	"testing"

	"slipway/providers"
)

func TestAppName(t *testing.T) {
	t.Parallel()
	// As the schema of the API has it.
	valid := regexp.MustCompile(`^[a-z][a-z0-9-]{1,28}[a-z0-9]$`)
	for _, c := range []struct{ name, tag, want string }{
		{"shop", "slipway-shop-0123456789ab", "shop-6789ab"},
		{"My Shop_2", "slipway-x-0123456789ab", "my-shop-2-6789ab"},
		{"7even", "slipway-7even-0123456789ab", "app-7even-6789ab"},
		{"Ünï", "slipway-x-0123456789ab", "n-6789ab"},
		{"", "slipway--0123456789ab", "app-6789ab"},
		{strings.Repeat("long-", 12), "slipway-x-0123456789ab", "long-long-long-long-lon-6789ab"},
		{"a-very-long-name-of-an-x-app", "slipway-x-0123456789ab", "a-very-long-name-of-an-6789ab"},
	} {
		got := appName(providers.Spec{Name: c.name, Tag: c.tag})
		if got != c.want && c.want != "" || !valid.MatchString(got) {
			t.Errorf("the app of %q, %q is %q, want %q", c.name, c.tag, got, c.want)
		}
	}
	one, other := appName(providers.Spec{Name: "shop", Tag: "slipway-shop-1"}), appName(providers.Spec{Name: "shop", Tag: "slipway-shop-1x"})
	if one == other || !valid.MatchString(one) {
		t.Errorf("tags without a random end have the names %q and %q", one, other)
	}
}

func TestCheckTag(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]bool{"slipway-shop-0123": true, "": false, "a b": false, "a/b": false, "a\n": false} {
		if got := checkTag(tag) == nil; got != want {
			t.Errorf("checkTag(%q) accepts it: %v", tag, got)
		}
	}
}
