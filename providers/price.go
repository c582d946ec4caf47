package providers

import (
	"fmt"
	"math"
)

// AMonth is a price in US dollars as people read it: "$4.00 a month".
func AMonth(dollars float64) string { return fmt.Sprintf("$%.2f a month", dollars) }

// Rounded is a number with so many digits behind the point. Sums and parts of prices have
// more, which nobody pays.
func Rounded(x float64, digits int) float64 {
	unit := math.Pow10(digits)
	return math.Round(x*unit) / unit
}
