package kubernetes

import "testing"

// The table writes checks as Compose does; a probe has no shell of its own and
// reads $$ otherwise.
func TestCheckOfTheTableAsProbe(t *testing.T) {
	for _, tt := range []struct {
		test []string
		want string
	}{
		{[]string{"CMD", "redis-cli", "ping"}, "redis-cli ping"},
		{[]string{"CMD-SHELL", `pg_isready -U "$$POSTGRES_USER"`}, `sh -c 'pg_isready -U "$POSTGRES_USER"'`},
		{[]string{"CMD-SHELL", "db 'select 1'"}, `sh -c 'db '\''select 1'\'''`},
		{[]string{"CMD", "curl", "-f", "http://localhost/"}, ""},
		{[]string{"NONE"}, ""},
	} {
		if got := ownCheck(tt.test); got != tt.want {
			t.Errorf("%q: %s, want %s", tt.test, got, tt.want)
		}
	}
}
