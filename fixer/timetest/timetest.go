// Package timetest holds work to a bound of processor time, so that a test fails for
// what the code does and not for what else the machine does.
package timetest

import (
	"syscall"
	"testing"
	"time"
)

// Within fails a test when work takes more processor time than limit, of all threads of
// the process together. It logs the time that work took.
func Within(t testing.TB, limit time.Duration, work func()) {
	t.Helper()
	before := Processor()
	work()
	if took := Processor() - before; took > limit {
		t.Errorf("it took %s of a processor, more than %s", took, limit)
	} else {
		t.Logf("it took %s of a processor", took)
	}
}

// Processor returns the processor time of this process so far.
func Processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // only for arguments that do not exist
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
