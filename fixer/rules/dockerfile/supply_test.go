package dockerfile

import (
	"testing"

	"github.com/oakum-sec/oakum/fixer/image"
)

// What is recommended must not be past its own support.
func TestSuccessorsAreSupported(t *testing.T) {
	checked := 0
	for _, s := range successors {
		if s.image == "" {
			continue
		}
		known := image.KnowledgeOf(s.image, nil)
		base := known.Base
		if !known.HasBase {
			t.Errorf("%s: nothing is known of %s", s.of, s.image)
			continue
		}
		if base.Deprecated != nil {
			t.Errorf("%s: %s is deprecated", s.of, s.image)
		}
		for _, l := range base.Lifecycles {
			checked++
			if l.Ended(lifecycleDay) {
				t.Errorf("%s: %s has ended too: %s", s.of, s.image, l.Evidence())
			}
		}
	}
	if checked < 8 {
		t.Errorf("only %d dates were compared", checked)
	}
}
