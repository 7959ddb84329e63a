package container_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/image"
)

// TestDropCapabilities: nginx listens on 80 and steps down from root; memcached
// starts as a user and listens on 11211; both are known well.
func TestDropCapabilities(t *testing.T) {
	varied := container.User{Set: true, Identity: image.Identity{Name: "1000"}} // user: ${UID:-1000}
	for _, c := range []struct {
		name    string
		image   string
		spec    container.Spec
		level   fixer.Level
		addBack string
	}{
		{"starts as root, known", "nginx:1.27", container.Spec{}, fixer.Review, "CHOWN SETGID SETUID"},
		{"a low port in a network of Docker's own needs nothing", "nginx:1.27", container.Spec{User: uid(101)}, fixer.Safe, ""},
		{"root on a low port of the host's network", "nginx:1.27", container.Spec{HostNetwork: true}, fixer.Review, "CHOWN SETGID SETUID NET_BIND_SERVICE"},
		{"root on a low port in a pod", "nginx:1.27", container.Spec{Platform: container.Kubernetes}, fixer.Review, "CHOWN SETGID SETUID NET_BIND_SERVICE"},
		{"a user on a low port in a pod", "nginx:1.27", container.Spec{Platform: container.Kubernetes, User: uid(101)}, fixer.Review, ""},
		{"a user on a declared high port in a pod", "nginx:1.27", container.Spec{Platform: container.Kubernetes, User: uid(101), Ports: []int{8080}}, fixer.Safe, ""},
		{"what is added already is not added again", "nginx:1.27", container.Spec{Add: []string{"CHOWN", "SETGID"}}, fixer.Review, "SETUID"},
		{"ALL is added", "nginx:1.27", container.Spec{Add: []string{"ALL"}}, fixer.Review, ""},
		{"starts as a user, known", "memcached:1.6", container.Spec{}, fixer.Safe, ""},
		{"starts as a user in a pod", "memcached:1.6", container.Spec{Platform: container.Kubernetes}, fixer.Safe, ""},
		{"no release is named", "memcached", container.Spec{}, fixer.Review, ""},
		{"A variable sets the user", "nginx:1.27", container.Spec{User: varied}, fixer.Review, ""},
		{"unknown image", "example.org/web:1.4", container.Spec{}, fixer.Review, ""},
		{"unknown image as a user", "example.org/web:1.4", container.Spec{User: uid(1000)}, fixer.Review, ""},
		{"unknown image as a user on a low port in a pod", "example.org/web:1.4", container.Spec{Platform: container.Kubernetes, User: uid(1000), Ports: []int{80}}, fixer.Review, "NET_BIND_SERVICE"},
		{"unknown image as a user in the host's network", "example.org/web:1.4", container.Spec{Platform: container.Kubernetes, User: uid(1000), HostNetwork: true}, fixer.Review, ""},
		{"known image with a command of any port as a user, in the host's network", "alpine:3.22", container.Spec{User: uid(1000), HostNetwork: true}, fixer.Review, ""},
		{"the same in a network of Docker's own", "alpine:3.22", container.Spec{User: uid(1000)}, fixer.Safe, ""},
	} {
		s := c.spec
		s.Image = of(t, c.image)
		d := s.DropCapabilities()
		got, want := slices.Sorted(slices.Values(d.AddBack)), slices.Sorted(slices.Values(strings.Fields(c.addBack)))
		if d.Level != c.level || !slices.Equal(got, want) {
			t.Errorf("%s: %s adding back %v, want %s adding back %v", c.name, d.Level, got, c.level, want)
		}
		if d.Level == fixer.Review && d.Breaks == "" {
			t.Errorf("%s: does not say what breaks", c.name)
		}
	}
}

// TestCapabilitiesOfAUserByName: who that is may be anybody, so what the image needs as a
// user counts as well as what it needs as root.
func TestCapabilitiesOfAUserByName(t *testing.T) {
	byName := container.User{Set: true, Certain: true, Identity: image.Identity{Name: "somebody"}}
	for _, c := range []struct {
		user container.User
		need bool
	}{{byName, true}, {uid(1000), true}, {uid(0), false}} {
		s := container.Spec{Image: of(t, "r.j3ss.co/img:1"), User: c.user}
		if got := s.NeedsCapability("SETUID"); got != c.need {
			t.Errorf("as %v SETUID is needed: %t", c.user.Identity, got)
		}
	}
}

// TestLevelNeedsNoDisplayText: what a manifest says is proof by being said
// there, not by the words in which evidence shows it.
func TestLevelNeedsNoDisplayText(t *testing.T) {
	s := container.Spec{Platform: container.Kubernetes, Image: of(t, "memcached"), User: uid(11211), Ports: []int{11211}}
	s.User.Evidence = fixer.Evidence{Kind: fixer.FromManifest, Place: "any.yaml:7", Text: "in any words"}
	if d := s.DropCapabilities(); d.Level != fixer.Safe {
		t.Errorf("a user that the manifest gives is not taken for proof: %s", d.Level)
	}
}
