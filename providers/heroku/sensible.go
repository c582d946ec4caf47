package heroku

// Sensible are the region and the size of dynos of an app that asks for neither.
func (c Catalog) Sensible() (region, size string) { return defaultRegion, defaultSize }
