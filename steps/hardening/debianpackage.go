package hardening

// debianPackage is a package that must be installed, or must not. It is only
// listed: the step packages installs and removes all of them at once.
type debianPackage struct {
	name   string
	absent bool
}

func (debianPackage) inspect(*inspection) {}
func (debianPackage) met(findings) bool   { return true }
func (debianPackage) apply(*actions)      {}
