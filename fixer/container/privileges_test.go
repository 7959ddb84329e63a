package container_test

import (
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/container"
)

// TestGainsPrivilegesReadsCommands: what counts is what the image's own stages
// run, not what comments and other stages hold.
func TestGainsPrivilegesReadsCommands(t *testing.T) {
	for _, c := range []struct{ file, want string }{
		{"FROM debian:12\nRUN apt-get update && apt-get install -y sudo\n", "sudo"},
		{"FROM debian:12\n# no sudo here\nRUN echo hello\n", ""},
		{"FROM debian:12\nRUN echo hello # not sudo\n", ""},
		{"FROM debian:12 AS build\nRUN apt-get install -y sudo iputils-ping\nFROM debian:12\nCOPY --from=build /app /app\n", ""},
		{"FROM debian:12 AS base\nRUN apt-get install -y iputils-ping\nFROM base\nRUN echo hello\n", "iputils"},
		{"FROM debian:12 AS build\nRUN setcap cap_net_bind_service=+ep /app\nFROM debian:12\nCOPY --from=build /app /app\n", "setcap"},
		{"FROM debian:12 AS build\nRUN setcap cap_net_bind_service=+ep /app\nFROM debian:12\nCOPY --from=0 /app /app\n", "setcap"},
		{"FROM debian:12 AS other\nRUN setcap cap_net_bind_service=+ep /app\nFROM debian:12\nRUN echo hello\n", ""},
		{"FROM debian:12\nRUN chmod 4755 /usr/bin/tool\n", "chmod 4755"},
		{"FROM debian:12\nRUN chmod u+s /usr/bin/tool\n", "chmod u+s"},
		{"FROM debian:12\nRUN chmod -R g+s /srv && chmod 2775 /srv && chmod 1777 /tmp && chmod 755 /a\n", ""},
		{"FROM debian:12\nRUN install -m4755 tool /usr/bin/tool\n", "install -m4755"},
		{"FROM debian:12\nRUN find /a -exec chmod u+s {} +\n", "chmod u+s"},
		{"FROM debian:12\nRUN bash -c 'chmod u+s /a'\n", "chmod u+s"},
		{"FROM debian:12\nRUN [\"setcap\", \"cap_net_raw=+ep\", \"/a\"]\n", "setcap"},
		{"FROM debian:12\nCOPY --chmod=4755 tool /usr/bin/\n", "chmod 4755"},
		{"FROM debian:12\nRUN <<EOT\nsetcap cap_net_raw=+ep /a\nEOT\n", "setcap"},
		{"FROM example.org/agent:1\nENTRYPOINT [\"sudo\", \"-E\", \"/run.sh\"]\n", "sudo"},
		{"FROM debian:12\nARG PACKAGES=\"curl \\\n  # to be root\n  sudo\"\nRUN apt-get install -y ${PACKAGES}\n", "sudo"},
		{"FROM debian:12\nRUN echo 'app ALL=(ALL) NOPASSWD:ALL' >> /etc/sudoers\n", "sudo"},
		{"FROM debian:12\nRUN apt-get install -y \\\n  # not sudo\n  curl\n", ""},
		{"FROM debian:12\nONBUILD RUN apt-get install -y sudo\n", "sudo"},
	} {
		look(t, nil, "Dockerfile", []fixer.Source{source("Dockerfile", c.file)}, func(p *fixer.Pass) {
			f := p.File.Dockerfile
			if got := container.OfStage(p, "Dockerfile", f, f.Final()).GainsPrivileges(); got != c.want {
				t.Errorf("%q gains privileges by %q, want %q", c.file, got, c.want)
			}
		})
	}
}

func TestForbidNewPrivileges(t *testing.T) {
	no := container.Choice{Set: true}
	for _, c := range []struct {
		name, image string
		spec        container.Spec
		level       fixer.Level
	}{
		{"nothing speaks against it", "nginx:1.27", container.Spec{}, fixer.Safe},
		{"nobody knows whether the image works without setuid programs", "example.org/web:1.4", container.Spec{}, fixer.Review},
		{"file capabilities", "dpage/pgadmin4:8", container.Spec{}, fixer.Review},
		{"somebody turned it off", "nginx:1.27", container.Spec{NoNewPrivileges: no}, fixer.Review},
		{"a user with added capabilities has them by a file", "example.org/web:1.4", container.Spec{User: uid(1000), Add: []string{"NET_RAW"}}, fixer.Review},
		{"everybody may bind low ports in a network of Docker's own", "nginx:1.27", container.Spec{User: uid(1000), Add: []string{"NET_BIND_SERVICE"}}, fixer.Safe},
		{"but not in the host's", "nginx:1.27", container.Spec{User: uid(1000), Add: []string{"NET_BIND_SERVICE"}, HostNetwork: true}, fixer.Review},
		{"the same in a pod", "example.org/web:1.4", container.Spec{Platform: container.Kubernetes, User: uid(1000), Add: []string{"NET_RAW"}}, fixer.Review},
		{"root has added capabilities by itself", "nginx:1.27", container.Spec{User: uid(0), Add: []string{"NET_RAW"}}, fixer.Safe},
	} {
		s := c.spec
		s.Image = of(t, c.image)
		if d := s.ForbidNewPrivileges(); d.Level != c.level || d.Breaks == "" {
			t.Errorf("%s: %s (%s), want %s", c.name, d.Level, d.Breaks, c.level)
		}
	}
}
