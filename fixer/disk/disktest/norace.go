//go:build !race

package disktest

// slowdown is what the race detector makes of the time of a test.
const slowdown = 1
