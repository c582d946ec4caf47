package hardening

// debian is a package that should be there, or should not. The step packages
// brings all of them about at once.
type debian struct {
	name   string
	absent bool
}

func (debian) ask(*questions) {}
func (debian) so(seen) bool   { return true }
func (debian) act(*actions)   {}
