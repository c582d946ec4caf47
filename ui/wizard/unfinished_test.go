package wizard

import (
	"testing"
)

func TestUnfinished(t *testing.T) {
	p := sit(t, nil)
	keepRecord(t, p.w.options.Home, "hello", "sample hello")
	p.do(p.w.restart())
	p.sees("Continue hello", "unfinished: sample hello on local")
	p.press("up", "up", "enter")
	p.sees("hello is unfinished", "from step 2 of", "machine m-1, debian-13: $4.00 a month")
	p.press("down", "down", "enter")
	p.sees("Remove hello", "is removed for good", "m-1")
	p.press("enter") // keeps it
	p.sees("hello is unfinished")
	p.press("down", "down", "enter", "down", "enter")
	p.sees("What shall be deployed?")
	p.misses("Continue hello")
	if p.w.options.Home.Exists("hello") {
		t.Error("the record is still there")
	}
}
