package main

import (
	"fmt"
	"slices"

	"github.com/oakum-sec/oakum/fixer/report"
	"github.com/oakum-sec/oakum/fixer/text"
)

// oneOf checks the value of a flag that has a few.
func oneOf(flag, value string, allowed ...string) error {
	if slices.Contains(allowed, value) {
		return nil
	}
	return hinted(fmt.Errorf("%s: unknown value %q: use %s", flag, value, text.OneOf(allowed)), report.DidYouMean(value, allowed))
}
