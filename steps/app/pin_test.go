package app

import (
	"strings"
	"testing"
)

func TestConditionNamesAMarkerOnce(t *testing.T) {
	if got := always().and("b").and("a").and("b").marker(); got != "a and b" {
		t.Errorf("got %s", got)
	}
}

func TestConditionStaysSmall(t *testing.T) {
	var c condition
	for i := range 3 * maxAlternatives {
		c, _ = c.or(always().and("sys_platform == 'win32'").and("python_version == '3." + strings.Repeat("1", i+1) + "'"))
	}
	if got := c.marker(); got != "sys_platform == 'win32'" {
		t.Errorf("got %s", got)
	}
	if c, wider := c.or(always()); !wider || c.marker() != "" {
		t.Errorf("got %v", c)
	}
}
