package fixer_test

import (
	"testing"

	"github.com/oakum-sec/oakum/fixer"
)

// TestTitleWithChosenValues: a title does not keep the default once another value is chosen.
func TestTitleWithChosenValues(t *testing.T) {
	uid, gid := fixer.Param{Name: "uid", Default: "65532"}, fixer.Param{Name: "gid", Default: "65532"}
	for _, c := range []struct {
		title  string
		params []fixer.Param
		chosen fixer.Params
		want   string
	}{
		{"Set USER to 65532:65532", []fixer.Param{uid, gid}, nil, "Set USER to 65532:65532"},
		{"Set USER to 65532:65532", []fixer.Param{uid, gid}, fixer.Params{"uid": "1000"}, "Set USER to 1000:65532"},
		{"Set USER to 65532:65532", []fixer.Param{uid, gid}, fixer.Params{"gid": "0"}, "Set USER to 65532:0"},
		{"Set USER to 65532:65532", []fixer.Param{uid, gid}, fixer.Params{"gid": ""}, "Set USER to 65532:65532 (gid=)"},
		{"Set runAsUser to 65532, drop ALL capabilities", []fixer.Param{uid, gid}, fixer.Params{"uid": "1", "gid": "2"}, "Set runAsUser to 1, drop ALL capabilities (gid=2)"},
		{"Add a HEALTHCHECK", []fixer.Param{{Name: "path", Default: "/"}}, fixer.Params{"path": "/ready"}, "Add a HEALTHCHECK (path=/ready)"},
		{"Mount 655320", []fixer.Param{uid}, fixer.Params{"uid": "1"}, "Mount 655320 (uid=1)"},
	} {
		f := fixer.Fix{Title: c.title, Params: c.params}
		if got := f.TitleWith(c.chosen); got != c.want {
			t.Errorf("%q with %v: %q, want %q", c.title, c.chosen, got, c.want)
		}
	}
}
