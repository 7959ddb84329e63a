package build

import (
	"strings"
	"testing"
)

func namesOf(list []Command) string {
	var out []string
	for _, c := range list {
		out = append(out, c.Program)
	}
	return strings.Join(out, " ")
}

func TestReadWordsReadsTheTextOfShells(t *testing.T) {
	for _, test := range []struct {
		words  []string
		want   string
		unread bool
	}{
		{[]string{"nginx", "-g", "daemon off;"}, "nginx", false},
		{[]string{"sh", "-c", "apk add curl && exec curl x"}, "sh apk curl", false},
		{[]string{"/bin/bash", "-euo", "pipefail", "-c", "chown x /y\nexec gosu x run"}, "bash chown run", false},
		{[]string{"tini", "--", "sh", "-ec", "su app -c 'touch /z'"}, "sh su touch", false},
		{[]string{"bash", "script.sh", "-c", "rm /"}, "bash", false},
		{[]string{"sh", "-c", "eval echo hi"}, "sh eval echo", false},
		{[]string{"sh", "-c", "echo 'open"}, "sh", true},
		{nil, "", false},
	} {
		list, unread := ReadWords(test.words)
		if got := namesOf(list); got != test.want || unread != test.unread {
			t.Errorf("%q: %q unread %v, want %q %v", test.words, got, unread, test.want, test.unread)
		}
	}
}

func TestReadText(t *testing.T) {
	list, unread := ReadText("if [ -f /x ]; then\n  apt-get install -y vim\nfi\nbash -c \"echo hi > /etc/x\"\n")
	if got := namesOf(list); got != " apt-get bash echo" || unread {
		t.Errorf("%q, unread %v", got, unread)
	}
	if r := list[len(list)-1].Redirects; len(r) != 1 || r[0].File.Value != "/etc/x" {
		t.Errorf("redirects: %v", r)
	}
}
