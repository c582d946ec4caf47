package app

// instanceFolder is the name of Flask's folder for what an app keeps.
const instanceFolder = "instance"

func (d *detection) findData() []foundKept { return nil }
