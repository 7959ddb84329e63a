package container_test

import (
	"slices"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/container"
)

// TestAnUnknownImageIsDecidedAlikeOnEveryPlatform: what is assumed of an image that nothing
// is known of is the same for a Compose service and a pod, and is called a guess. Of an
// image that is known nothing is.
func TestAnUnknownImageIsDecidedAlikeOnEveryPlatform(t *testing.T) {
	for _, c := range []struct {
		image string
		ports []int
		guess bool
	}{
		{"example.org/web:1.4", nil, true},
		{"example.org/store:1.4", []int{5432}, true},
		{"memcached:1.6", nil, false},
		{"postgres:16", nil, false},
	} {
		var rooms []container.ReadOnlyDecision
		var capabilities []container.CapabilityDecision
		for _, platform := range []container.Platform{container.Compose, container.Kubernetes} {
			s := container.Spec{Image: of(t, c.image), Platform: platform, Ports: c.ports}
			rooms, capabilities = append(rooms, s.MakeReadOnly()), append(capabilities, s.DropCapabilities())
		}
		if rooms[0].Level != rooms[1].Level && c.guess || rooms[0].Guess != c.guess || rooms[1].Guess != c.guess {
			t.Errorf("%s: read-only root is %+v and %+v", c.image, rooms[0], rooms[1])
		}
		if c.guess && !slices.Equal(rooms[0].Paths(), rooms[1].Paths()) {
			t.Errorf("%s: writes to %v and %v", c.image, rooms[0].Paths(), rooms[1].Paths())
		}
		if capabilities[0].Level != capabilities[1].Level || !slices.Equal(capabilities[0].AddBack, capabilities[1].AddBack) ||
			capabilities[0].Guess != c.guess || capabilities[1].Guess != c.guess {
			t.Errorf("%s: capabilities are %+v and %+v", c.image, capabilities[0], capabilities[1])
		}
		if d := capabilities[0]; c.guess && (d.Level != fixer.Review || d.Breaks == "") {
			t.Errorf("%s: dropping capabilities is %s and breaks %q", c.image, d.Level, d.Breaks)
		}
	}
}

func TestValidAddBack(t *testing.T) {
	for text, ok := range map[string]bool{"none": true, "": true, "CHOWN": true, "CHOWN, SETUID": true, "NET_RAW": true, "SYS_ADMIN": false, "ALL": false, "chown": false, "none,CHOWN": false} {
		if err := container.ValidAddBack(text); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, names := range [][]string{nil, {"CHOWN"}, {"CHOWN", "SETUID"}} {
		if got := container.ParseAddBack(container.AddBackText(names)); !slices.Equal(got, names) {
			t.Errorf("%v is read as %v", names, got)
		}
	}
}
