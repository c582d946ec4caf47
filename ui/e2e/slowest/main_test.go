package main

import (
	"bufio"
	"strings"
	"testing"
)

// TestReport: what passes is a line, what fails is printed whole, its messages again below
// what they quote, and the slowest tests stand at the end with their longest parts.
func TestReport(t *testing.T) {
	const told = `{"Action":"start","Package":"a"}
{"Action":"output","Package":"a","Test":"TestOne","Output":"=== RUN   TestOne\n"}
{"Action":"output","Package":"a","Test":"TestOne","Output":"    one_test.go:1: of nobody's interest\n"}
{"Action":"pass","Package":"a","Test":"TestOne/long","Elapsed":2}
{"Action":"pass","Package":"a","Test":"TestOne/short","Elapsed":1}
{"Action":"pass","Package":"a","Test":"TestOne","Elapsed":3.5}
{"Action":"output","Package":"a","Output":"PASS\n"}
{"Action":"output","Package":"a","Output":"ok  \ta\t3.600s\n"}
{"Action":"pass","Package":"a","Elapsed":3.6}
{"ImportPath":"c","Action":"build-output","Output":"c.go:1: no such thing\n"}
written past the go command
{"Action":"output","Package":"b","Test":"TestTwo","Output":"=== RUN   TestTwo\n"}
{"Action":"output","Package":"b","Test":"TestTwo","Output":"    two_test.go:1: wrong\n"}
{"Action":"output","Package":"b","Test":"TestTwo","Output":"--- FAIL: TestTwo (9.00s)\n"}
{"Action":"fail","Package":"b","Test":"TestTwo","Elapsed":9}
{"Action":"output","Package":"b","Test":"TestThree","Output":"=== RUN   TestThree\n"}
{"Action":"output","Package":"b","Test":"TestThree","Output":"    three_test.go:1: wrong:\n"}
{"Action":"output","Package":"b","Test":"TestThree","Output":"        a console's line\n"}
{"Action":"output","Package":"b","Test":"TestThree","Output":"--- FAIL: TestThree (1.00s)\n"}
{"Action":"fail","Package":"b","Test":"TestThree","Elapsed":1}
{"Action":"output","Package":"b","Test":"TestStuck","Output":"    stuck_test.go:1: panic\n"}
{"Action":"output","Package":"b","Output":"FAIL\tb\t9.100s\n"}
{"Action":"fail","Package":"b","Elapsed":9.1}
`
	const want = `ok  	a	3.600s
c.go:1: no such thing
written past the go command
    two_test.go:1: wrong
--- FAIL: TestTwo (9.00s)
    three_test.go:1: wrong:
        a console's line
--- FAIL: TestThree (1.00s)
    three_test.go:1: wrong:
    stuck_test.go:1: panic
FAIL	b	9.100s
== the slowest 3 tests
    9.0 s  b TestTwo
    3.5 s  a TestOne; the longest part: long, 2.0 s
    1.0 s  b TestThree
`
	var got strings.Builder
	r := report{out: bufio.NewWriter(&got), said: map[test][]string{}, took: map[test]float64{}}
	if err := r.read(strings.NewReader(told)); err != nil {
		t.Fatal(err)
	}
	r.slowest()
	if err := r.out.Flush(); err != nil || got.String() != want {
		t.Errorf("%v; it prints\n%swant\n%s", err, got.String(), want)
	}
}
