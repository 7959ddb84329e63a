package container_test

import (
	"slices"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/image"
)

func TestFromService(t *testing.T) {
	const file = `services:
  base:
    image: nginx:1.27
    cap_add: [cap_chown]
  web:
    extends: base
    user: "101:0"
    command: nginx -g 'daemon off;'
    network_mode: host
    read_only: false
    security_opt: [no-new-privileges=true]
    ports: ["127.0.0.1:8080:80", "443:8443/tcp", {target: 9000}]
    expose: ["3000-3005"]
    environment: [A=b, "C=${D:-e}", F]
    tmpfs: /run:size=1m
    volumes:
      - data:/data
      - ./conf:/etc/conf:ro
      - type: tmpfs
        target: /cache
volumes: {data: {}}
`
	look(t, nil, "compose.yaml", []fixer.Source{source("compose.yaml", file)}, func(p *fixer.Pass) {
		views := p.Topology().Compose().Views("compose.yaml")
		i := slices.IndexFunc(views, func(v compose.View) bool { return v.Name == "web" })
		s := container.FromService(p, views[i])
		if s.Platform != container.Compose || s.Image.Name != "nginx:1.27" || !s.HostNetwork || s.Entrypoint != nil || !slices.Equal(s.Command, []string{"nginx", "-g", "daemon off;"}) {
			t.Errorf("%+v", s)
		}
		if u := s.User; !u.Set || !u.Certain || u.Identity != (image.Identity{UID: 101, KnownUID: true, KnownGID: true, Numeric: true}) || u.Evidence.Place != "compose.yaml:7" {
			t.Errorf("user: %+v", u)
		}
		if !s.ReadOnly.No() || s.ReadOnly.Place != "compose.yaml:10" || !s.NoNewPrivileges.Yes() || s.Privileged.Set {
			t.Errorf("choices: %+v %+v %+v", s.ReadOnly, s.NoNewPrivileges, s.Privileged)
		}
		if !slices.Equal(s.Ports, []int{80, 8443, 9000, 3000}) || !slices.Equal(s.Add, []string{"CHOWN"}) {
			t.Errorf("ports %v, capabilities %v", s.Ports, s.Add)
		}
		env := []container.Variable{
			{Name: "A", Value: "b", Known: true, Place: "compose.yaml:14"}, {Name: "C", Value: "e", Place: "compose.yaml:14"}, {Name: "F", Place: "compose.yaml:14"},
		}
		if !slices.Equal(s.Env, env) {
			t.Errorf("environment %+v, want %+v", s.Env, env)
		}
		want := []container.Mount{
			{Target: "/data", Kind: container.MountVolume}, {Target: "/etc/conf", Kind: container.MountHost, Host: "./conf", ReadOnly: true},
			{Target: "/cache", Kind: container.MountScratch}, {Target: "/run", Kind: container.MountScratch},
		}
		if !slices.Equal(s.Mounts, want) {
			t.Errorf("mounts %+v, want %+v", s.Mounts, want)
		}
	})
}

func TestFromContainer(t *testing.T) {
	const file = `apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  hostNetwork: true
  securityContext: {runAsUser: 0, runAsNonRoot: true}
  volumes:
    - {name: data, persistentVolumeClaim: {claimName: data}}
    - {name: conf, configMap: {name: conf}}
    - {name: tmp, emptyDir: {}}
    - {name: node, hostPath: {path: /var/log}}
  containers:
    - name: web
      image: nginx:1.27
      args: [nginx, -g, daemon off;]
      env: [{name: A, value: b}]
      envFrom: [{secretRef: {name: s}}]
      ports: [{containerPort: 80}]
      resources: {requests: {memory: 64Mi}}
      securityContext: {allowPrivilegeEscalation: false, runAsGroup: 7, capabilities: {add: [cap_net_raw]}}
      volumeMounts:
        - {name: data, mountPath: /data/}
        - {name: conf, mountPath: /conf}
        - {name: tmp, mountPath: /tmp}
        - {name: node, mountPath: /logs, readOnly: true}
`
	look(t, nil, "pod.yaml", []fixer.Source{source("pod.yaml", file)}, func(p *fixer.Pass) {
		s := container.FromContainer(p, p.File.Objects[0].Workload().Containers()[0])
		if s.Platform != container.Kubernetes || !s.HostNetwork || s.Entrypoint != nil || len(s.Command) != 3 || !s.EnvFrom || s.MemoryRequest != "64Mi" || !s.Group {
			t.Errorf("%+v", s)
		}
		if u := s.User; !u.Set || !u.Identity.IsRoot() || u.Evidence.String() != "pod.yaml:6: the pod sets runAsUser: 0" {
			t.Errorf("user: %+v", u)
		}
		if !s.NonRoot.Yes() || !s.NonRoot.Inherited || !s.NoNewPrivileges.Yes() || s.ReadOnly.Set {
			t.Errorf("choices: %+v %+v %+v", s.NonRoot, s.NoNewPrivileges, s.ReadOnly)
		}
		if !slices.Equal(s.Ports, []int{80}) || !slices.Equal(s.Add, []string{"NET_RAW"}) || !slices.Equal(s.Env, []container.Variable{{Name: "A", Value: "b", Known: true, Place: "pod.yaml:16"}}) || !slices.Equal(s.Claims(), []string{"/data"}) {
			t.Errorf("ports %v, capabilities %v, env %v, claims %v", s.Ports, s.Add, s.Env, s.Claims())
		}
		for at, want := range map[string]bool{"/tmp": true, "/tmp/a": true, "/tmpfs": false, "/conf/x": true, "/": false} {
			if s.Mounted(at) != want {
				t.Errorf("%s mounted: %v", at, !want)
			}
		}
	})
}

// TestRegistryAnswersReachDecisions: an answer changes every field that rests on
// it, not the user alone.
func TestRegistryAnswersReachDecisions(t *testing.T) {
	facts := (&fixer.Facts{}).With(
		image.ConfigAnswer("example.org/web:1.4", image.Config{User: "1000", ExposedPorts: []string{"443/tcp"}, Volumes: []string{"/data"}}),
		image.ConfigAnswer("example.org/moving:latest", image.Config{User: "7"}),
		image.ConfigAnswer("nginx:1.27", image.Config{User: "101", Volumes: []string{"/var/cache/nginx"}}),
	)
	look(t, facts, "Dockerfile", []fixer.Source{source("Dockerfile", "FROM scratch\n")}, func(p *fixer.Pass) {
		web := container.Spec{Platform: container.Kubernetes, Image: container.OfImage(p, "example.org/web:1.4")}
		if d := web.RunAs(); d.Need != container.NeedFlag || d.Level != fixer.Safe || d.Evidence[0].Kind != fixer.FromRegistry {
			t.Errorf("run as: %+v", d)
		}
		if low := web.LowPorts(); !slices.Equal(low, []int{443}) {
			t.Errorf("low ports %v", low)
		}
		if latest := container.OfImage(p, "example.org/moving:latest"); latest.Proven || latest.User.UID != 7 {
			t.Errorf("what latest is today proves nothing: %+v", latest)
		}
		nginx := container.Spec{Image: container.OfImage(p, "nginx:1.27")}
		if d := nginx.MakeReadOnly(); slices.Contains(d.Paths(), "/var/cache/nginx") {
			t.Errorf("a volume that the registry tells of needs no tmpfs: %v", d.Paths())
		}
		if !nginx.Image.Proven || nginx.Image.User.UID != 101 {
			t.Errorf("the registry's user is not taken: %+v", nginx.Image)
		}
	})
}
