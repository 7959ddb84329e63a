package container

import (
	"errors"
	"strconv"
)

// ValidID returns what accepts the number of a user or group, from least up.
func ValidID(least int) func(string) error {
	return func(s string) error {
		if n, err := strconv.ParseUint(s, 10, 31); err != nil || int(n) < least {
			return errors.New("a whole number from " + strconv.Itoa(least) + " to 2147483647")
		}
		return nil
	}
}
