package nginx

import (
	"errors"
	"fmt"
	"slices"
)

// OnlyMoves checks that a configuration file is what it was but for the directives that
// [MoveListen] changes.
func OnlyMoves(before, after []byte) error {
	was, err := Parse(before)
	if err != nil {
		return fmt.Errorf("the file cannot be read: %w", err)
	}
	is, err := Parse(after)
	if err != nil {
		return fmt.Errorf("after the edit the file cannot be read: %w", err)
	}
	if !Equal(was, is, moves...) {
		return errors.New("the edit would change another directive")
	}
	return nil
}

// moves are the directives that [MoveListen] changes or adds.
var moves = []string{"listen", "port_in_redirect"}

// Equal reports whether two configurations are the same but for the directives of some
// names, which either may have more or fewer of.
func Equal(a, b []*Directive, except ...string) bool {
	a, b = without(a, except), without(b, except)
	return slices.EqualFunc(a, b, func(a, b *Directive) bool {
		return a.Name == b.Name && a.Opens == b.Opens &&
			slices.EqualFunc(a.Args, b.Args, func(a, b Word) bool { return a.Text == b.Text }) && Equal(a.Block, b.Block, except...)
	})
}

func without(list []*Directive, names []string) []*Directive {
	return slices.DeleteFunc(slices.Clone(list), func(d *Directive) bool { return slices.Contains(names, d.Name) })
}
