package container

import (
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer/image"
)

func TestConditions(t *testing.T) {
	spec := func(change func(*Spec)) *Spec {
		s := &Spec{Platform: Kubernetes, Image: &Profile{}}
		change(s)
		return s
	}
	env := func(name, value string, known bool) *Spec {
		return spec(func(s *Spec) { s.Env = []Variable{{Name: name, Value: value, Known: known}} })
	}
	words := func(list ...string) *Spec { return spec(func(s *Spec) { s.Command = list }) }
	mount := func(at string, kind MountKind, p Platform) *Spec {
		return spec(func(s *Spec) { s.Platform, s.Mounts = p, []Mount{{Target: at, Kind: kind}} })
	}
	ports := func(n ...int) *Spec { return spec(func(s *Spec) { s.Ports = n }) }
	user := func(n int) *Spec {
		return spec(func(s *Spec) {
			s.User = User{Set: true, Certain: true, Identity: image.Identity{UID: n, KnownUID: true, Numeric: true}}
		})
	}
	plain := spec(func(*Spec) {})
	from := spec(func(s *Spec) { s.EnvFrom = true })
	for _, c := range []struct {
		name string
		when *image.Condition
		spec *Spec
		want Truth
	}{
		{"none", nil, plain, Yes},
		{"text", &image.Condition{Unknown: "the program decides"}, plain, Unknown},
		{"a variable", &image.Condition{Env: []string{"A", "B"}}, env("B", "x", true), Yes},
		{"an empty variable", &image.Condition{Env: []string{"B"}}, env("B", "", true), No},
		{"a variable from elsewhere is set", &image.Condition{Env: []string{"B"}}, env("B", "", false), Yes},
		{"its value is not known", &image.Condition{Env: []string{"B=true"}}, env("B", "", false), Unknown},
		{"its value", &image.Condition{Env: []string{"B=true"}}, env("B", "TRUE", true), Yes},
		{"another value", &image.Condition{Env: []string{"B=true"}}, env("B", "false", true), No},
		{"no such variable", &image.Condition{Env: []string{"B"}}, plain, No},
		{"any may be set from elsewhere", &image.Condition{Env: []string{"B"}}, from, Unknown},
		{"a word", &image.Condition{Word: []string{"--x*"}}, words("start", "--x=1"), Yes},
		{"a word of shell text", &image.Condition{Word: []string{"--x*"}}, words("sh", "-c", "exec start --x=1"), Yes},
		{"no such word", &image.Condition{Word: []string{"--x*"}}, words("start"), No},
		{"a word that is known later", &image.Condition{Word: []string{"--x*"}}, words("start", "$(OPTIONS)"), Unknown},
		{"text that is not read", &image.Condition{Word: []string{"--x*"}}, words("sh", "-c", "exec 'start"), Unknown},
		{"the program", &image.Condition{Program: []string{"mongo*"}}, words("mongod", "--x"), Yes},
		{"another program", &image.Condition{Program: []string{"mongo*"}}, words("bash"), No},
		{"options for the entry point", &image.Condition{Program: []string{"mongo*"}}, words("--x"), Yes},
		{"a call", &image.Condition{Calls: []string{"npm"}}, words("sh", "-c", "cd /x && npm start"), Yes},
		{"no call", &image.Condition{Calls: []string{"npm"}}, words("node", "npm"), No},
		{"the command of the image", &image.Condition{Default: true}, plain, Yes},
		{"another command", &image.Condition{Default: true}, words("x"), No},
		{"a mount", &image.Condition{Mount: []string{"/etc/x/y"}}, mount("/etc/x", MountFiles, Kubernetes), Yes},
		{"a mount below", &image.Condition{Mount: []string{"/etc/x"}}, mount("/etc/x/y", MountFiles, Kubernetes), Yes},
		{"a mount beside", &image.Condition{Mount: []string{"/etc/x"}}, mount("/etc/xy", MountFiles, Kubernetes), No},
		{"a mount of another kind", &image.Condition{Mount: []string{"/d"}, As: []string{"host"}}, mount("/d", MountVolume, Kubernetes), No},
		{"a claim starts empty", &image.Condition{Mount: []string{"/d"}, As: []string{"unprepared"}}, mount("/d", MountVolume, Kubernetes), Yes},
		{"a volume of Docker does not", &image.Condition{Mount: []string{"/d"}, As: []string{"unprepared"}}, mount("/d", MountVolume, Compose), No},
		{"both must hold", &image.Condition{Env: []string{"B"}, Word: []string{"x"}}, env("B", "1", true), No},
		{"a no among unknowns", &image.Condition{Env: []string{"B=1"}, Word: []string{"x"}}, env("B", "", false), No},
		{"not", &image.Condition{Not: &image.Condition{Env: []string{"B"}}}, plain, Yes},
		{"not of what is not known", &image.Condition{Not: &image.Condition{Env: []string{"B"}}}, from, Unknown},
		{"any of", &image.Condition{Any: []*image.Condition{{Unknown: "x"}, {Env: []string{"B"}}}}, env("B", "1", true), Yes},
		{"one of two variables of a pattern is empty", &image.Condition{Env: []string{"B*"}}, spec(func(s *Spec) {
			s.Env = []Variable{{Name: "B1", Value: "x", Known: true}, {Name: "B2", Known: true}}
		}), Yes},
		{"the entry point's own command", &image.Condition{Program: []string{"mongo*"}}, plain, Yes},
		{"the entry point is another one", &image.Condition{Program: []string{"mongo*"}}, spec(func(s *Spec) { s.Entrypoint, s.Command = []string{"/bin/run"}, []string{"mongod"} }), No},
		{"the entry point is the program", &image.Condition{Program: []string{"mongo*"}}, spec(func(s *Spec) { s.Entrypoint, s.Command = []string{"/bin/mongod"}, []string{"run"} }), Yes},
		{"a call in text that is not read", &image.Condition{Calls: []string{"npm"}}, words("sh", "-c", "exec 'start"), Unknown},
		{"a mount of one of two kinds", &image.Condition{Mount: []string{"/d"}, As: []string{"host", "volume"}}, mount("/d", MountVolume, Compose), Yes},
		{"a file is not storage", &image.Condition{Mount: []string{"/d"}, As: []string{"unprepared"}}, mount("/d", MountFiles, Kubernetes), No},
		{"it starts as root", &image.Condition{User: "root"}, user(0), Yes},
		{"it does not start as root", &image.Condition{User: "root"}, user(7), No},
		{"it starts as another user", &image.Condition{User: "other"}, user(7), Yes},
		{"it starts as root and not as another user", &image.Condition{User: "other"}, user(0), No},
		{"nobody knows what it starts as", &image.Condition{User: "root"}, plain, Unknown},
		{"a port below 1024 in a network of its own", &image.Condition{LowPort: true}, ports(80), No},
		{"a port below 1024 by Knative", &image.Condition{LowPort: true}, spec(func(s *Spec) { s.Platform, s.Ports = Knative, []int{80} }), Yes},
		{"a port above 1024 by Knative", &image.Condition{LowPort: true}, spec(func(s *Spec) { s.Platform, s.Ports = Knative, []int{8080} }), No},
		{"a port below 1024 of the host", &image.Condition{LowPort: true}, spec(func(s *Spec) { s.HostNetwork, s.Ports = true, []int{80} }), Yes},
		{"a port above 1024 of the host", &image.Condition{LowPort: true}, spec(func(s *Spec) { s.HostNetwork, s.Ports = true, []int{8080} }), No},
		{"a host directory is as it is", &image.Condition{Mount: []string{"/d"}, As: []string{"unprepared"}}, mount("/d", MountHost, Compose), Yes},
		{"another variable", &image.Condition{Env: []string{"B"}}, env("C", "x", true), No},
		{"the host's network and ports that nobody knows", &image.Condition{LowPort: true}, spec(func(s *Spec) { s.HostNetwork = true }), Unknown},
		{"none of", &image.Condition{Any: []*image.Condition{{Env: []string{"B"}}, {Env: []string{"C"}}}}, plain, No},
		{"all of", &image.Condition{All: []*image.Condition{{Unknown: "x"}, {Env: []string{"B"}}}}, env("B", "1", true), Unknown},
	} {
		if got := c.spec.holds(c.when); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// TestEffects reads what commands write to.
func TestEffects(t *testing.T) {
	s := &Spec{Image: &Profile{}, Env: []Variable{{Name: "OUT", Value: "/out", Known: true}, {Name: "o_9Z", Value: "/o9", Known: true}, {Name: "NESTED", Value: "$OUT/x", Known: true}, {Name: "SECRET"}}}
	for text, want := range map[string]string{
		"mkdir -p /a/b && touch $OUT/x": "/a/b /out/x", "cp -r /x /y/": "/y", "tar -xf a.tar -C /opt/z": "/opt/z", "sed -i s/a/b/ /etc/c": "/etc/c",
		"curl -o /tmp/f http://x": "/tmp/f", "wget -qO- http://x": "", "echo x 2>/dev/null >>/var/log/l": "/var/log/l", "cd /w && echo x > y": "/w/y",
		"touch ${OUT}/x $o_9Z/y": "/out/x /o9/y", "touch ${OUT}": "/out", "touch $NESTED/x": "", "touch ~/x": "", "touch $SECRET/x": "",
		`touch "/q/x" '/r/x'`: "/q/x /r/x", "echo x > /sys/a": "", "echo x > /proc/a": "", "touch /dev/shm/x": "/dev/shm/x", "cd /w /v && touch x": "",
		"curl -fsSLo /f http://x": "/f", "wget -qO/f http://x": "/f", "openssl req -keyout /k -out /c": "/k /c", "unzip a.zip -d /u": "/u", "keytool -keystore /k -list": "/k",
		"sort -o/s x": "/s", "gpg --homedir /g --list-keys": "/g", "cp -at /d /x": "/d", "mv /x": "", "patch -p1 /f /tmp/p": "/f", "patch -d /p -p1 -i x": "/p", "cd /w && patch -p1": "/w", "mysqldump -r /m db": "/m", "mongodump --archive=/m": "/m",
		"dd if=/dev/zero of=/img": "/img", "rm -rf /var/x/*": "/var/x", "cat /etc/passwd": "", "chown -R 1:1 /d": "/d", "git clone http://x /src": "/src",
	} {
		var got []string
		s.Runs = []Run{NewRun(Run{What: "the hook", Text: text})}
		for _, e := range s.readEffects() {
			got = append(got, e.writes...)
		}
		if joined := strings.Join(got, " "); joined != want {
			t.Errorf("%s: writes to %q, want %q", text, joined, want)
		}
	}
}

// TestPathsNamedForWriting reads the options and variables that name what the
// program writes to, and what becomes of these directories.
func TestPathsNamedForWriting(t *testing.T) {
	for text, want := range map[string]string{
		"run --log.file=/x/y.log": "/x", "run --log-file /x/log": "/x", "run --log-dir=/x/log": "/x/log", "run --logDir=/x/log": "/x/log", "run --pidFile=/x/p": "/x",
		"run --log=/": "", "run --log=/dev/stderr": "", "run --log=/proc/self/fd/1": "", "run --log=x/y": "", "run --log=$NOWHERE": "", "run log=/x/y": "",
		"run --log.config=/x/y": "", "run --level=/x/y": "", "run --log=/a/b /c/d": "/a", "run --data-dir /d": "/d data",
		"run --accessLogFile=/x/y": "/x", "run --XLog=/x/y": "/x", "run --log-dir=/x/y.log": "/x", "run --root=/x/y": "", "LOG=/x/log": "", "run /x --log": "",
		"LOG_DIR=/x/log": "/x/log", "LOG_FORMAT=/x/y": "", "TMPDIR=/x/t": "/x/t", "DATA_PATH=/d": "/d data", "DATA_PATH=?": "",
	} {
		s := &Spec{Image: &Profile{}}
		if name, value, _ := strings.Cut(text, "="); name == strings.ToUpper(name) {
			s.Env = []Variable{{Name: name, Value: strings.TrimSuffix(value, "?"), Known: value != "?"}}
		} else {
			s.Command = strings.Fields(text)
		}
		var list []string
		for _, n := range s.readNamedPaths() {
			if list = append(list, n.Dir); n.Data {
				list[len(list)-1] += " data"
			}
		}
		if got := strings.Join(slices.Compact(list), ", "); got != want {
			t.Errorf("%s: names %q, want %q", text, got, want)
		}
	}
	for at, want := range map[string]struct {
		scratchable, shipped bool
		dir                  string
	}{
		"/tmp/a/b": {true, false, "/tmp"}, "/var/tmp/a": {true, false, "/var/tmp"}, "/dev/shm/a": {true, false, "/dev/shm"},
		"/run/x/y": {true, false, "/run/x"}, "/var/run/x/y": {true, false, "/var/run/x"}, "/var/log/x/y": {true, false, "/var/log/x"},
		"/var/cache": {false, true, "/var/cache"}, "/var/cache/x/y": {true, false, "/var/cache/x"}, "/etc/x": {false, true, "/etc/x"},
		"/": {false, true, "/"}, "/var": {false, true, "/var"}, "/var/lib/x": {false, true, "/var/lib/x"}, "/data/x": {false, false, "/data/x"},
	} {
		if a, b, c := scratchable(at), shipped(at), scratchDir(at); a != want.scratchable || b != want.shipped || c != want.dir {
			t.Errorf("%s: %v %v %s, want %+v", at, a, b, c, want)
		}
	}
}
