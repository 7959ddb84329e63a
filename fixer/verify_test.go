package fixer_test

import (
	"reflect"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
)

func TestParseVerify(t *testing.T) {
	for text, want := range map[string][]fixer.Verification{
		"":                                 nil,
		"look at it":                       {{"", "look at it"}},
		"docker run a id -u\nprints 65532": {{"docker run a id -u", "prints 65532"}},
		"a b\nprints c\n\nd e\nprints f\n and g\n":  {{"a b", "prints c"}, {"d e", "prints f and g"}},
		"look\n\n\nkubectl get pods\nshows Running": {{"", "look"}, {"kubectl get pods", "shows Running"}},
	} {
		if got := fixer.ParseVerify(text); !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
