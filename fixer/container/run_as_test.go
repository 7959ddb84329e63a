package container_test

import (
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/container"
)

func TestRunAs(t *testing.T) {
	yes, no := container.Choice{Set: true, On: true}, container.Choice{Set: true}
	for _, c := range []struct {
		name, image string
		spec        container.Spec
		need        container.UserNeed
		level       fixer.Level
		uid         int
	}{
		{"settled", "example.org/web:1.4", container.Spec{NonRoot: yes}, container.NeedNothing, 0, 0},
		{"settled by number", "nginx:1.27", container.Spec{NonRoot: yes, User: uid(101)}, container.NeedNothing, 0, 0},
		{"flagged, but the image is root", "nginx:1.27", container.Spec{NonRoot: yes}, container.NeedUser, fixer.Review, 101},
		{"told by number", "nginx:1.27", container.Spec{User: uid(101)}, container.NeedFlag, fixer.Safe, 0},
		{"told and flagged, but root", "example.org/web:1.4", container.Spec{NonRoot: yes, User: uid(0)}, container.NeedUser, fixer.Review, 65532},
		{"told that it may", "example.org/web:1.4", container.Spec{NonRoot: no}, container.NeedUser, fixer.Review, 65532},
		{"drops privileges to a known user", "postgres:16", container.Spec{}, container.NeedUser, fixer.Review, 999},
		{"names its user", "memcached:1.6", container.Spec{}, container.NeedUser, fixer.Review, 11211},
		{"works with files of its node", "example.org/web:1.4", container.Spec{Mounts: []container.Mount{{Target: "/host", Kind: container.MountHost, Host: "/"}}}, container.NeedUnknown, fixer.Manual, 0},
		{"adds what is of use to root", "example.org/web:1.4", container.Spec{Add: []string{"SYS_ADMIN"}}, container.NeedUnknown, fixer.Manual, 0},
		{"adds what the baseline allows", "example.org/web:1.4", container.Spec{Add: []string{"CHOWN"}}, container.NeedUser, fixer.Review, 65532},
		{"a low port where Knative lets only root bind it", "example.org/web:1.4", container.Spec{Platform: container.Knative, Ports: []int{80}}, container.NeedUnknown, fixer.Manual, 0},
	} {
		s := c.spec
		if s.Platform == container.Compose {
			s.Platform = container.Kubernetes
		}
		s.Image = of(t, c.image)
		d := s.RunAs()
		if d.Need != c.need || d.Level != c.level || d.User.UID != c.uid {
			t.Errorf("%s: need %d, %s as %d; want %d, %s as %d", c.name, d.Need, d.Level, d.User.UID, c.need, c.level, c.uid)
		}
		if d.Need == container.NeedUnknown && d.Advice == "" || d.Need == container.NeedUser && d.Breaks == "" {
			t.Errorf("%s: says neither what to do nor what breaks: %+v", c.name, d)
		}
	}
}

func TestLimits(t *testing.T) {
	for request, want := range map[string]string{"": "512Mi", "64Mi": "512Mi", "2Gi": "2Gi", "a lot": "512Mi"} {
		s := container.Spec{MemoryRequest: request, Image: of(t, "example.org/web:1.4")}
		if d := s.Limits(); d.Memory != want || d.Level != fixer.Review {
			t.Errorf("with a request of %q the limit is %s (%s), want %s", request, d.Memory, d.Level, want)
		}
	}
	s := container.Spec{MemoryRequest: "1Gi"}
	for limit, ok := range map[string]bool{"1Gi": true, "2Gi": true, "512Mi": false, "1M": false, "much": false} {
		if err := s.ValidMemory(limit); (err == nil) != ok {
			t.Errorf("%s: %v", limit, err)
		}
	}
	for amount, ok := range map[string]bool{"100m": true, "2": true, "512Mi": false, "0": false, "x": false} {
		if err := container.ValidCPU(amount); (err == nil) != ok {
			t.Errorf("%s: %v", amount, err)
		}
	}
}
