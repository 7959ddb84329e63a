package text

import "testing"

func TestRegexpCompilesOnceAndLate(t *testing.T) {
	bad := Regexp(`(`) // does not fail before it is asked for
	good := Regexp(`^a+$`)
	first, again := good(), good()
	if first != again || !first.MatchString("aaa") || first.MatchString("b") {
		t.Error("not the same expression twice, or not the one that was given")
	}
	defer func() {
		if recover() == nil {
			t.Error("an expression that does not parse was accepted")
		}
	}()
	bad()
}
