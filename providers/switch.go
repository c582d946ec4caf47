package providers

// Switch is what is asked for of something that can be on or off.
type Switch int

// What can be asked for. Unsaid leaves it as it is.
const (
	Unsaid Switch = iota
	On
	Off
)
