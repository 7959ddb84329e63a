package dockerfile

import (
	"strings"
	"testing"
)

func TestReadShell(t *testing.T) {
	list, err := ReadShell("set -e\nmkdir -p /data/x && echo hi > '/etc/my file' 2>&1\n{ date; } >> /var/log/x.log\n: > $OUT\ncat <<X > /tmp/y\nrm /z\nX\n")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range list {
		text := c.Name
		for _, r := range c.Redirects {
			if r.Writes() {
				text += " " + r.Op + r.File.Value
				if r.File.Dynamic {
					text += "?"
				}
			}
		}
		got = append(got, text)
	}
	if want := "set|mkdir|echo >/etc/my file|date| >>/var/log/x.log|: >$OUT?|cat >/tmp/y"; strings.Join(got, "|") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, "|"), want)
	}
	for _, bad := range []string{"echo 'x", "a\x00b", strings.Repeat("(", maxBrackets+1), strings.Repeat("x", maxScript+1)} {
		if _, err := ReadShell(bad); err == nil {
			t.Errorf("%.20q was read", bad)
		}
	}
}
