// As probe.cpp, in Go: how many milliseconds the wall clock has moved against the monotonic one.
package main

import (
	"os"
	"strconv"
	"time"
)

func main() {
	start := time.Now()
	for {
		now := time.Now()
		// Round(0) takes the monotonic reading away.
		wall := now.Round(0).Sub(start.Round(0))
		os.Stdout.WriteString(strconv.FormatInt((wall-now.Sub(start)).Milliseconds(), 10) + "\n")
		time.Sleep(time.Millisecond)
	}
}
