package build

import "testing"

func TestMode(t *testing.T) {
	for run, want := range map[string]struct {
		mode      string
		recursive bool
		setsUID   bool
	}{
		"chmod 755 /x":           {"755", false, false},
		"chmod -vR u+s /x":       {"u+s", true, true},
		"chmod 4755 /x":          {"4755", false, true},
		"chmod 02755 /x":         {"02755", false, false},
		"chmod g+s,u=rws /x":     {"g+s,u=rws", false, true},
		"chmod g+s /x":           {"g+s", false, false},
		"sudo chmod +s /x":       {"+s", false, true},
		"mkdir -pm 777 /x":       {"777", false, false},
		"install -Dm4755 a b":    {"4755", false, true},
		"install --mode=u+s a b": {"u+s", false, true},
		"install -d /x":          {"", false, false},
		"chown 4755 /x":          {"", false, false},
	} {
		mode, recursive := first(t, run).Mode()
		if mode != want.mode || recursive != want.recursive || SetsUID(mode) != want.setsUID {
			t.Errorf("%q: mode %q, recursive %v, sets the bit %v; want %+v", run, mode, recursive, SetsUID(mode), want)
		}
	}
}
