package detect

import "testing"

// TestFits: a release fits what files say of versions, as exactly as it has numbers.
func TestFits(t *testing.T) {
	for _, c := range []struct {
		release, constraint string
		want                bool
	}{
		{"3.13", ">=3.11,<4", true}, {"3.13", ">=3.13,<3.14", true}, {"3.14", ">=3.13,<3.14", false}, {"3.13", "3.13.2", true}, {"3.13", "~=3.12", true}, {"4.0", "~=3.12", false},
		{"22", "^22 || ^24", true}, {"24", "^22 || ^24", true}, {"23", "^22 || ^24", false}, {"22", ">=18", true}, {"22", ">=20 <22", false}, {"22", "22.x", true}, {"22", "22.4.1", true},
		{"8.4", "^8.2", true}, {"8.4", ">=8.2", true}, {"9.0", "^8.2", false}, {"8.4", "~8.2", true}, {"3.4", "~> 3.4.0", true}, {"3.3", "~> 3.4.0", false}, {"22", "", false}, {"22", "lts/*", false},
		{"22", "<22.4", true}, {"22", "<22.0", false}, {"3.13", "!=3.13", false},
	} {
		if got := fits(numbers(c.release), c.constraint); got != c.want {
			t.Errorf("%s fits %q: %v, want %v", c.release, c.constraint, got, c.want)
		}
	}
}
