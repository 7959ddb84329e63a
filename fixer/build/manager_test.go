package build

import (
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer/dockerfile"
)

func TestCovers(t *testing.T) {
	apt := Managers[0]
	for raw, want := range map[string]bool{
		"/var/lib/apt/lists/*": true, "/var/lib/apt/lists": true, `"/var/lib/apt/lists/"`: true, "/var/lib/apt/*": true, "/var/lib": true,
		"/var/lib/{apt,dpkg}/": true, "/var/{cache,lib/apt}": true, "/var/lib/apt/lists/*_*": true, "/var/lib/apt/lists/{lock,*}": true,
		"/var/lib/apt/lists/partial": false, "/var/cache/apt/*": false, "/tmp/*": false, "*": false, "": false, "/": false, "/var/lib/aptitude": false,
		strings.Repeat("{a,b}", 1000): false,
	} {
		if got := apt.covers(dockerfile.Word{Raw: raw}); got != want {
			t.Errorf("covers(%.40q) = %v, want %v", raw, got, want)
		}
	}
}
