package container_test

import (
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/image"
)

func TestMakeReadOnly(t *testing.T) {
	no := container.Choice{Set: true}
	at := func(paths ...string) (out []container.Mount) {
		for _, p := range paths {
			out = append(out, container.Mount{Target: p, Kind: container.MountVolume})
		}
		return out
	}
	for _, c := range []struct {
		name  string
		image string
		spec  container.Spec
		level fixer.Level
		paths string
	}{
		{"known to write nowhere", "memcached:1.6", container.Spec{}, fixer.Safe, ""},
		{"no release is named", "memcached", container.Spec{}, fixer.Review, ""},
		{"somebody said no", "memcached:1.6", container.Spec{ReadOnly: no}, fixer.Review, ""},
		{"another command", "memcached:1.6", container.Spec{Command: []string{"sh"}}, fixer.Review, ""},
		{"another command that names /tmp", "memcached:1.6", container.Spec{Command: []string{"sh -c 'date >/tmp/x'"}}, fixer.Review, "/tmp"},
		{"/var/tmp is not /tmp", "memcached:1.6", container.Spec{Command: []string{"ls /var/tmp"}}, fixer.Review, ""},
		{"unknown", "example.org/web:1.4", container.Spec{}, fixer.Review, "/tmp"},
		{"unknown, /tmp is mounted", "example.org/web:1.4", container.Spec{Mounts: at("/tmp")}, fixer.Review, ""},
		{"unknown, a database by its port", "example.org/store:1.4", container.Spec{Ports: []int{5432}}, fixer.Manual, ""},
		{"unknown, and somebody said no", "example.org/web:1.4", container.Spec{ReadOnly: no}, fixer.Manual, ""},
		{"unknown in a pod, and somebody said no", "example.org/web:1.4", container.Spec{Platform: container.Kubernetes, ReadOnly: no}, fixer.Manual, ""},
		{"the image's volume is written on Docker", "postgres:16", container.Spec{}, fixer.Review, "/var/run/postgresql"},
		{"a pod has no volume of the image", "postgres:16", container.Spec{Platform: container.Kubernetes}, fixer.Review, "/var/lib/postgresql/data /var/run/postgresql"},
		{"/run is where /var/run is", "postgres:16", container.Spec{Platform: container.Kubernetes, Mounts: at("/run", "/var/lib/postgresql")}, fixer.Review, ""},
	} {
		s := c.spec
		s.Image = of(t, c.image)
		d := s.MakeReadOnly()
		if got := strings.Join(d.Paths(), " "); d.Level != c.level || got != c.paths && d.Level != fixer.Manual {
			t.Errorf("%s: %s with room at %q, want %s with %q", c.name, d.Level, got, c.level, c.paths)
		}
		if d.Level == fixer.Manual && d.Advice == "" || d.Level == fixer.Review && d.Breaks == "" {
			t.Errorf("%s: says neither what to do nor what breaks: %+v", c.name, d)
		}
	}
}

// TestNoSizeWhereMoreIsWritten: an empty place that is known for a socket gets no size where
// the file names a path in it for something else.
func TestNoSizeWhereMoreIsWritten(t *testing.T) {
	for value, want := range map[string]string{"/var/log/app.log": "16m", "/var/run/postgresql/log": "", "/run/postgresql/log": "", "/var/run/postgresql-log": "16m"} {
		s := container.Spec{Platform: container.Compose, Image: of(t, "postgres:16"), Env: []container.Variable{{Name: "LOG_DIR", Value: value, Known: true}}}
		var got []image.WritablePath
		for _, w := range s.MakeReadOnly().Scratch {
			if w.Path == "/var/run/postgresql" {
				got = append(got, w)
			}
		}
		if len(got) != 1 || got[0].Size != want {
			t.Errorf("with %s: %+v, want size %q", value, got, want)
		}
	}
}
