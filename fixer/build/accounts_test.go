package build

import (
	"fmt"
	"strings"
	"testing"
)

func TestCreatedAccounts(t *testing.T) {
	for run, want := range map[string]string{
		"useradd app":                 "app",
		"useradd -u 1000 -g 1001 app": "app 1000:1001",
		"groupadd -g 1001 grp && useradd -mu1000 -g grp app":        "app 1000:1001",
		"addgroup -S -g 101 app && adduser -S -D -u 100 -G app app": "app 100:101",
		"adduser --uid 1000 --gid 1001 --gecos '' app":              "app 1000:1001",
		"adduser -g 'a comment' -u 5 app":                           "app 5",
		"sudo useradd -u 7 app":                                     "app 7",
		"useradd -u $UID app":                                       "app",
		"useradd app && adduser app video && usermod -aG audio app": "app",
		"useradd a; useradd b":                                      "a b",
		"useradd":                                                   "",
	} {
		b := read(t, "FROM a\nRUN "+run+"\n")
		var out []string
		for _, id := range b.CreatedAccounts(b.File.Final()) {
			text := id.Name
			switch {
			case id.KnownUID && id.KnownGID:
				text += fmt.Sprintf(" %d:%d", id.UID, id.GID)
			case id.KnownUID:
				text += fmt.Sprintf(" %d", id.UID)
			}
			out = append(out, text)
		}
		if got := strings.Join(out, " "); got != want {
			t.Errorf("%q creates %q, want %q", run, got, want)
		}
	}
}

// The accounts of a stage are those of the stages it starts from, too, and of no
// other.
func TestAccountsAlongTheChain(t *testing.T) {
	b := read(t, "FROM a AS base\nRUN useradd one\nFROM b AS other\nRUN useradd two\nFROM base\nRUN <<EOF\nuseradd three\nEOF\nONBUILD RUN useradd four\nRUN useradd five\n")
	var created, all []string
	for _, id := range b.CreatedAccounts(b.File.Final()) {
		created = append(created, id.Name)
	}
	for _, a := range b.AccountChanges(b.File.Final()) {
		all = append(all, a.User)
	}
	if got := strings.Join(created, " "); got != "one three five" {
		t.Errorf("created: %s; what a trigger creates must not count", got)
	}
	if got := strings.Join(all, " "); got != "one three four five" {
		t.Errorf("account commands: %s", got)
	}
}

func TestGroupJoins(t *testing.T) {
	for run, want := range map[string]string{
		"usermod -aG video,audio app":     "app:video app:audio",
		"usermod app -a --groups=video":   "app:video",
		"useradd -Gvideo app":             "app:video",
		"gpasswd -a app video":            "app:video",
		"gpasswd -d app video":            "",
		"adduser app video":               "app:video",
		"addgroup app video":              "app:video",
		"adduser -G video app":            "", // its own group, of BusyBox
		"usermod -aG $GROUP app":          "",
		"usermod -aG video $USER":         "",
		"sudo usermod -aG docker jenkins": "jenkins:docker",
	} {
		var out []string
		for _, j := range read(t, "FROM a\nRUN "+run+"\n").GroupJoins(nil) {
			out = append(out, j.User+":"+j.Group)
		}
		if got := strings.Join(out, " "); got != want {
			t.Errorf("%q joins %q, want %q", run, got, want)
		}
	}
}

func TestUIDByEnv(t *testing.T) {
	for src, want := range map[string]int{
		"ENV U=1000\nRUN useradd -u $U app":                    1000,
		"ENV U=1000 N=app\nRUN useradd --uid=\"${U}\" $N":      1000,
		"ARG U=1000\nRUN useradd -u $U app":                    0,
		"ENV U=1000\nENV U=1001\nRUN useradd -u $U app":        0,
		"ENV U=1000\nRUN useradd -u $U app; useradd -u $U app": 0,
		"ENV U=1000\nRUN useradd -u $U other":                  0,
	} {
		b := read(t, "FROM a\n"+src+"\n")
		if uid, _ := b.UIDByEnv(b.File.Final(), "app"); uid != want {
			t.Errorf("%q: %d, want %d", src, uid, want)
		}
	}
}

func TestExpand(t *testing.T) {
	b := read(t, "ARG V=1\nFROM a\nARG V\nENV A=x B=$A\nCOPY $A-${V} /\nENV A=y\n")
	copied := b.File.Final().Instructions[2]
	for text, want := range map[string]string{"$A-${V}": "x-1", "$B": "", "$C": "", "plain": "plain", "$A$A$A$A$A": ""} {
		if got, _ := b.Expand(b.File.Final(), copied, text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}
