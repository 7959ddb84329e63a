package container

import (
	"strings"
	"testing"

	"oakum/fixer/image"
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
		{"all of", &image.Condition{All: []*image.Condition{{Unknown: "x"}, {Env: []string{"B"}}}}, env("B", "1", true), Unknown},
	} {
		if got := c.spec.holds(c.when); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// TestEffects reads what commands write to.
func TestEffects(t *testing.T) {
	s := &Spec{Image: &Profile{}, Env: []Variable{{Name: "OUT", Value: "/out", Known: true}}}
	for text, want := range map[string]string{
		"mkdir -p /a/b && touch $OUT/x": "/a/b /out/x", "cp -r /x /y/": "/y", "tar -xf a.tar -C /opt/z": "/opt/z", "sed -i s/a/b/ /etc/c": "/etc/c",
		"curl -o /tmp/f http://x": "/tmp/f", "wget -qO- http://x": "", "echo x 2>/dev/null >>/var/log/l": "/var/log/l", "cd /w && echo x > y": "/w/y",
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
