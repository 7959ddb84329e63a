package build

import (
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer/dockerfile"
)

func first(t *testing.T, run string) Command {
	t.Helper()
	list := read(t, "FROM a\nRUN "+run+"\n").Steps("RUN")[0].Commands
	if len(list) == 0 {
		t.Fatalf("%q has no command", run)
	}
	return list[0]
}

func TestUnwrap(t *testing.T) {
	for run, want := range map[string]string{
		"apt-get update":                             "apt-get update",
		"sudo apt-get update":                        "apt-get update",
		"sudo -E -H apt-get update":                  "apt-get update",
		"sudo -u app npm ci":                         "npm ci",
		"sudo -nu app -- npm ci":                     "npm ci",
		"sudo --user=app A=b npm ci":                 "npm ci",
		"env A=b C=d npm ci":                         "npm ci",
		"env -u A npm ci":                            "npm ci",
		"sudo env A=b nice -n 10 time -p npm ci":     "npm ci",
		"nohup /usr/bin/npm ci":                      "npm ci",
		"exec -a x npm ci":                           "npm ci",
		"timeout -k 5 60 npm ci":                     "npm ci",
		"stdbuf -oL npm ci":                          "npm ci",
		"gosu app npm ci":                            "npm ci",
		"su-exec app:app npm ci":                     "npm ci",
		"setpriv --reuid=1000 --clear-groups npm ci": "npm ci",
		"setpriv --reuid 1000 npm ci":                "npm ci",
		"runuser -u app -- npm ci":                   "npm ci",
		"tini -g -- npm ci":                          "npm ci",
		"eatmydata npm ci":                           "npm ci",
		"flock -w 5 /lock npm ci":                    "npm ci",
		"busybox npm ci":                             "npm ci",

		// These run nothing of their words, or run it in a way of their own.
		"command -v npm":          "command -v npm",
		"sudo -v -n x":            "sudo -v -n x",
		"runuser app -c 'npm ci'": "runuser app -c npm ci",
		"su -c 'npm ci' app":      "su -c npm ci app",
		"env -S 'npm ci' x":       "env -S npm ci x",
		"env":                     "env",
		"sudo":                    "sudo",
		"xargs npm ci":            "xargs npm ci",
		"chroot /mnt npm ci":      "chroot /mnt npm ci",
	} {
		c := first(t, run)
		words := []string{c.Program}
		for _, w := range c.Args() {
			words = append(words, w.Value)
		}
		if got := strings.Join(words, " "); got != want {
			t.Errorf("%q runs %q, want %q", run, got, want)
		}
	}
	if c := first(t, "sudo env A=b npm ci"); !c.Sudo {
		t.Error("sudo is not seen in front of env")
	}
}

func TestStarted(t *testing.T) {
	shell := func(text string) dockerfile.CommandLine {
		return dockerfile.CommandLine{Args: []string{text}, Shell: true}
	}
	exec := func(words ...string) dockerfile.CommandLine { return dockerfile.CommandLine{Args: words} }
	for _, c := range []struct {
		line dockerfile.CommandLine
		want []string
	}{
		{exec("/app", "serve"), []string{"/app serve"}},
		{exec("/sbin/tini", "--", "/app"), []string{"/app"}},
		{exec("tini", "-g", "-p", "SIGTERM", "--", "gosu", "app", "/app"), []string{"gosu app /app"}},
		{exec("env", "A=b", "/app"), []string{"/app"}},
		{exec("tini", "--"), nil},
		{exec("sh", "-c", "exec A=b /app && /b"), []string{"/app", "/b"}},
		{exec("bash", "/start.sh", "x"), []string{"/start.sh x"}},
		{exec("sudo", "-u", "app", "/app"), []string{"sudo -u app /app"}},
		{exec(), nil},
		{shell("A=b exec /app --x; nginx | tee /log"), []string{"/app --x", "nginx", "tee /log"}},
		{shell("sh -e /start.sh"), []string{"/start.sh"}},
	} {
		var got []string
		for _, words := range Started(c.line) {
			got = append(got, strings.Join(words, " "))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%v starts %q, want %q", c.line.Args, got, c.want)
		}
	}
}

func TestPrivilegeDropTool(t *testing.T) {
	for line, want := range map[string]string{
		"RUN apk add su-exec": "su-exec", "COPY --from=tianon/gosu:1 /gosu /usr/local/bin/": "gosu", "ENTRYPOINT [\"gosu\", \"app\"]": "gosu",
		"ADD https://example.org/s6-overlay-amd64.tar.gz /": "s6-overlay", "RUN echo 'exec setpriv --reuid 1 app' > /x": "setpriv",
		"RUN apk add sudo": "", "RUN gosub": "", "RUN ./my-gosu": "", "RUN su app": "",
	} {
		b := read(t, "FROM a\n"+line+"\n")
		if got := PrivilegeDropTool(b.File, b.File.Final().Instructions[0]); got != want {
			t.Errorf("%q: %q, want %q", line, got, want)
		}
	}
}
