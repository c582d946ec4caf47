package docker

// freeBytes is never known: the engine's disk is that of a virtual machine.
func freeBytes(string) (free uint64, known bool) { return 0, false }
