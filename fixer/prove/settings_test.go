package prove

import (
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
)

// plan makes a plan that writes some files anew.
func plan(sources []fixer.Source, after map[string]string) *engine.Plan {
	names := []fixer.Name{{Path: ".", Kind: 1}}
	for _, s := range sources {
		for at := s.Path; at != "."; {
			kind := names[0].Kind
			if at == s.Path {
				kind = 0
			}
			names = append(names, fixer.Name{Path: at, Kind: kind})
			if k := strings.LastIndexByte(at, '/'); k >= 0 {
				at = at[:k]
			} else {
				at = "."
			}
		}
	}
	before := fixer.NewSnapshot(sources, names...)
	p := &engine.Plan{Before: before, After: before}
	for path, data := range after {
		kind := fixer.Dockerfile
		var was []byte
		if f := before.File(path); f != nil {
			kind, was = f.Kind, f.Data
		} else if strings.HasSuffix(path, ".dockerignore") {
			kind = fixer.Dockerignore
		}
		p.Changes = append(p.Changes, engine.Change{Path: path, Kind: kind, Before: was, After: []byte(data)})
		p.After = p.After.With(path, kind, []byte(data))
	}
	return p
}

func file(path string, kind fixer.Kind, data string) fixer.Source {
	return fixer.Source{Path: path, Kind: kind, Data: []byte(data)}
}

// TestFlagsOfService: a container gets what the file asks for, and what it must not get
// is said.
func TestFlagsOfService(t *testing.T) {
	const compose = `services:
  web:
    build: {context: ., target: run, args: [A=1, B, "C=${C}"]}
    read_only: true
    init: true
    user: "1000:1000"
    group_add: [video]
    cap_drop: [all]
    cap_add: [CAP_CHOWN, SYS_ADMIN]
    security_opt: ["no-new-privileges:true", "seccomp:unconfined"]
    privileged: true
    network_mode: host
    pid: host
    devices: [/dev/kvm]
    working_dir: /srv
    entrypoint: [sh, -c]
    command: ["exec app"]
    environment: {MODE: prod, KEY: "${KEY}", DEFAULTED: "${X:-y}"}
    tmpfs: ["/tmp:size=10m", /run]
    volumes:
      - data:/data
      - ./conf:/etc/conf:ro
      - /var/run/docker.sock:/var/run/docker.sock
      - {type: volume, source: v, target: "/:/host"}
      - {type: tmpfs, target: /cache, tmpfs: {size: 5m, mode: 448}}
    ports: ["127.0.0.1:80:8080"]
volumes: {data: {}, v: {}}
`
	subjects, err := Subjects(plan([]fixer.Source{
		file("Dockerfile", fixer.Dockerfile, "FROM a AS run\nFROM b\n"), file("compose.yaml", fixer.Compose, compose),
	}, nil), nil)
	if err != nil || len(subjects) != 1 || len(subjects[0].services) != 1 {
		t.Fatalf("%+v %v", subjects, err)
	}
	v := subjects[0].services[0]
	want := []string{
		"--read-only", "--security-opt=no-new-privileges", "--init", "--cap-drop=ALL", "--cap-add=CHOWN", "--user=1000:1000", "--group-add=video",
		"--tmpfs=/cache:size=5m,mode=700", "--tmpfs=/tmp:size=10m", "--tmpfs=/run", "--volume=/data", "--env=MODE=prod", "--workdir=/srv",
	}
	if got := v.after.flags(); !slices.Equal(got, want) {
		t.Errorf("flags\n%q, want\n%q", got, want)
	}
	flag, behind := v.after.words()
	if !slices.Equal(flag, []string{"--entrypoint=sh"}) || !slices.Equal(behind, []string{"-c", "exec app"}) {
		t.Errorf("entrypoint %q, behind the image %q", flag, behind)
	}
	if s := subjects[0]; s.after.stage != "run" || !slices.Equal(s.after.args, []string{"A=1"}) || s.Context != "." {
		t.Errorf("%+v", s)
	}
	for _, without := range []string{"SYS_ADMIN", "privileged", "the host's network", "docker.sock", "./conf", "/:/host", "KEY, DEFAULTED", "argument B", "argument C"} {
		if !strings.Contains(strings.Join(v.without, "; "), without) {
			t.Errorf("nothing is said of %s: %q", without, v.without)
		}
	}
}

// TestNoFlagNamesTheHost: whatever a hostile file has in its strings, no flag mounts a path of the
// host or makes the engine read one.
func TestNoFlagNamesTheHost(t *testing.T) {
	for _, at := range []string{"/:/host", "/etc:/x:rw", "relative", "/a,source=/", "/a\n--privileged", "", "/", "/..", "/a/../.."} {
		s, without := settings{}, []string(nil)
		if mountable(at) {
			t.Errorf("%q is mountable: %v %v", at, s, without)
		}
	}
	s := settings{drop: []string{"ALL", "--privileged", "a b", ""}, user: "--privileged", env: []string{"A=--privileged"}, dir: "-v=/:/x", command: []string{"--privileged"}, entrypoint: []string{"--volume=/:/x"}}
	s = s.checked()
	for _, f := range s.flags() {
		name, _, ok := strings.Cut(f, "=")
		if !ok || !slices.Contains([]string{"--cap-drop", "--user", "--env", "--workdir"}, name) {
			t.Errorf("the flag %q", f)
		}
	}
	flag, behind := s.words()
	if !slices.Equal(flag, []string{"--entrypoint=--volume=/:/x"}) || !slices.Equal(behind, []string{"--privileged"}) {
		t.Errorf("%q %q", flag, behind) // behind the image, where the engine reads no flags
	}
}

func TestFlagsOfPod(t *testing.T) {
	const pod = `apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  securityContext: {runAsNonRoot: true, fsGroup: 2000, supplementalGroups: [3000]}
  volumes:
    - {name: tmp, emptyDir: {}}
    - {name: data, persistentVolumeClaim: {claimName: data}}
    - {name: conf, configMap: {name: conf}}
  containers:
    - name: web
      image: acme/web:1
      command: [/app]
      args: [--listen]
      env: [{name: A, value: b}, {name: S, valueFrom: {secretKeyRef: {name: s, key: k}}}]
      ports: [{containerPort: 8080}]
      securityContext:
        readOnlyRootFilesystem: true
        allowPrivilegeEscalation: false
        runAsUser: 1000
        runAsGroup: 1001
        capabilities: {drop: [ALL], add: [NET_BIND_SERVICE]}
      volumeMounts: [{name: tmp, mountPath: /tmp}, {name: data, mountPath: /data}, {name: conf, mountPath: /conf}]
`
	subjects, err := Subjects(plan([]fixer.Source{
		file("web/Dockerfile", fixer.Dockerfile, "FROM a\n"), file("k8s/web.yaml", fixer.Kubernetes, pod),
	}, nil), nil)
	if err != nil || len(subjects) != 1 || len(subjects[0].services) != 1 {
		t.Fatalf("%+v %v", subjects, err)
	}
	v := subjects[0].services[0]
	want := []string{
		"--read-only", "--security-opt=no-new-privileges", "--cap-drop=ALL", "--cap-add=NET_BIND_SERVICE", "--user=1000:1001", "--group-add=2000", "--group-add=3000",
		"--tmpfs=/tmp:rw,exec,mode=1777", "--tmpfs=/data:rw,exec,mode=2775,gid=2000", "--env=A=b",
	}
	if got := v.after.flags(); !slices.Equal(got, want) {
		t.Errorf("flags\n%q, want\n%q", got, want)
	}
	if !v.after.nonRoot || v.name != "Pod/web" || !slices.Equal(v.after.ports, []int{8080}) || !strings.Contains(strings.Join(v.without, "; "), "the files at /conf") {
		t.Errorf("%+v", v)
	}
}

// TestSubjects: what the plan changes comes first, what is for development is left out,
// and what cannot be tried says why.
func TestSubjects(t *testing.T) {
	subjects, err := Subjects(plan([]fixer.Source{
		file("a/Dockerfile", fixer.Dockerfile, "FROM x\nCOPY a /\n"), file("a/a", "", "a"),
		file("b/Dockerfile", fixer.Dockerfile, "FROM x\n"),
		file("c/Dockerfile", fixer.Dockerfile, "FROM x\n"),
		file("d/Dockerfile.dev", fixer.Dockerfile, "FROM x\n"),
		{Path: "e/Dockerfile", Kind: fixer.Dockerfile, Data: []byte("FROM x\n"), Context: true},
		file("compose.yaml", fixer.Compose, "services:\n  c: {build: c}\n  c2: {build: c}\n  f: {build: {context: ., dockerfile_inline: \"FROM x\"}}\n"),
	}, map[string]string{
		"b/Dockerfile":    "FROM x\nUSER 1\n",
		"compose.yaml":    "services:\n  c: {build: c, read_only: true}\n  c2: {build: c, read_only: true}\n  f: {build: {context: ., dockerfile_inline: \"FROM x\"}}\n",
		"a/.dockerignore": "b\n",
	}), nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range subjects {
		got = append(got, s.Dockerfile+" "+strings.Join(s.Services, "+")+map[bool]string{true: " changed"}[s.Changed]+" "+s.Skipped)
	}
	want := []string{"a/Dockerfile  changed ", "b/Dockerfile  changed ", "c/Dockerfile c+c2 changed ", "compose.yaml f the Dockerfile stands in the Compose file"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if c := subjects[2]; len(c.services) != 1 || c.services[0].name != "c, c2" || c.services[0].before.readOnly || !c.services[0].after.readOnly {
		t.Errorf("two that run alike are one: %+v", c.services)
	}
}
