package project

import "context"

// Await returns what work returns, or the context's error as soon as that is
// done. Work that is given up goes on until the process ends, so it must be work
// whose result alone matters: reading, checking, planning, rendering. Nothing
// that writes may be awaited this way.
func Await[T any](ctx context.Context, work func() (T, error)) (T, error) {
	type answer struct {
		value T
		err   error
	}
	done := make(chan answer, 1)
	go func() {
		value, err := work()
		done <- answer{value, err}
	}()
	select {
	case a := <-done:
		return a.value, a.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}
