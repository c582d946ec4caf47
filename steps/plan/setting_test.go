package plan

import (
	"slices"
	"strings"
	"testing"
)

func TestChoicesPassTheCheck(t *testing.T) {
	for _, s := range Settings {
		for _, choice := range s.Choices() {
			if err := s.Check(choice); err != nil {
				t.Errorf("%s offers %s, which its check refuses: %v", s.Key, choice, err)
			}
		}
	}
	if s, ok := SettingOf(KeyHardening); !ok || !slices.Contains(s.Choices(), hardenStandard) {
		t.Errorf("hardening has the choices %v", s.Choices())
	}
	if _, ok := SettingOf("bogus"); ok {
		t.Error("a setting was found that is not there")
	}
}

func TestCheckVariable(t *testing.T) {
	for _, c := range []struct {
		key, value string
		good       bool
	}{{"KEY", "value", true}, {"_k1", "", true}, {"1K", "v", false}, {"K-K", "v", false}, {"", "v", false}, {"K", "secret\nline", true}, {"K", "secret\r\nline", false}, {"K", "secret\xff", false}, {"K", "secret\x01", false}, {"K", "a\ttab é", true}} {
		err := CheckVariable(c.key, c.value)
		if (err == nil) != c.good {
			t.Errorf("%q: %v", c.key, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("the error shows the value: %v", err)
		}
	}
}
