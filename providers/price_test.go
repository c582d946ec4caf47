package providers

import "testing"

func TestPrices(t *testing.T) {
	t.Parallel()
	sum := Rounded(0.1+0.2, 2)
	if sum != 0.3 || AMonth(sum) != "$0.30 a month" || Rounded(0.0059523, 5) != 0.00595 {
		t.Errorf("%v, %s", sum, AMonth(sum))
	}
}
