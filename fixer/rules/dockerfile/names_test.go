package dockerfile

import (
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/engine"
)

func TestFileKind(t *testing.T) {
	for name, want := range map[string]nameKind{
		"app.jar": plain, "./a/b.py": plain, "*.json": plain, "a?.txt": plain, ".npmrc": plain, "Makefile": plain, "x.d.ts": plain,
		".": folder, "..": folder, "./": folder, "a/b/": folder, "a/..": folder,
		"x.tar": archive, "x.tar.gz": archive, "X.TGZ": archive, "*.tar.*": archive, "x.tar.gz.part": archive, "dump.gz": archive, "a.gem": archive,
		"": unclear, "rootfs": unclear, "*": unclear, "app*": unclear, "jdk-8.2": unclear, "x.img": unclear, ".a.b": unclear, "a.[tj]": unclear,
	} {
		if got := fileKind(name); got != want {
			t.Errorf("fileKind(%q) = %v, want %v", name, got, want)
		}
	}
}

func TestStarted(t *testing.T) {
	for _, c := range []struct {
		line, want string
	}{
		{`CMD ["node", "server.js"]`, "node"},
		{`CMD ["/sbin/tini", "--", "/usr/bin/supervisord", "-n"]`, "/usr/bin/supervisord"},
		{`CMD ["sh", "-c", "cron && exec nginx -g 'daemon off;'"]`, "cron nginx"},
		{`CMD ["bash", "/run.sh", "nginx"]`, "/run.sh"},
		{`CMD A=1 B=2 exec env java -jar app.jar; sh /x.sh`, "java /x.sh"},
		{`CMD ["tini", "--"]`, ""},
		{`CMD ["sh"]`, "sh"},
		{`CMD []`, ""},
	} {
		f, err := dockerfile.Parse([]byte("FROM scratch\n" + c.line + "\n"))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(started(f.Final().Cmd()), " "); !strings.HasPrefix(got, c.want) || c.want == "" && got != "" {
			t.Errorf("%s starts %q, want %q", c.line, got, c.want)
		}
	}
}

// TestNoValueShown holds the secrets rule to never telling a value, in whatever
// form it was found.
func TestNoValueShown(t *testing.T) {
	values := []string{
		"hunter2", "ghp_aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5", "postgres://app:hunter2@db:5432/app",
		"Zk3vQ9xT1bN7mR5wY2cL8pD4fH6jS0aG", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl",
	}
	for _, value := range values {
		src := "FROM scratch\nENV DB_PASSWORD=" + value + "\nARG API_KEY=\"" + value + "\"\n"
		snap := fixer.NewSnapshot([]fixer.Source{{Path: "Dockerfile", Kind: fixer.Dockerfile, Data: []byte(src)}})
		found := engine.Check(snap, nil, []*fixer.Rule{SecretInEnv}).Findings
		if len(found) != 2 {
			t.Errorf("%d findings for a value of %d characters, want 2", len(found), len(value))
		}
		for _, f := range found {
			shown := []string{f.Message, f.Advice, f.Path, src[f.Start:f.End]}
			for _, e := range f.Evidence {
				shown = append(shown, e.String())
			}
			if slices.ContainsFunc(shown, func(s string) bool { return strings.Contains(s, value) || strings.Contains(s, "hunter2") }) {
				t.Errorf("%s tells the value: %q", f.Path, shown)
			}
		}
	}
}

// TestNoValueShownOfCommands holds the rule about commands to the same.
func TestNoValueShownOfCommands(t *testing.T) {
	const value = "q7Rk2pX9"
	for _, line := range []string{
		"RUN wget --password=" + value + " https://example.org", "RUN curl -u ci:" + value + " https://example.org",
		"RUN git clone https://ci:" + value + "@git.example.net/a.git", "RUN echo root:" + value + " | chpasswd",
		"RUN A_TOKEN=" + value + " make", "RUN export A_TOKEN=\"" + value + "\"; make", "RUN mysql -p" + value,
		"RUN curl -H 'Authorization: Bearer " + value + value + "' https://example.org",
		"RUN npm config set //registry.npmjs.org/:_authToken=" + value, "ADD https://ci:" + value + "@files.example.net/a /",
		"CMD [\"sh\", \"-c\", \"DB_PASSWORD=" + value + " ./a\"]", "ONBUILD RUN sshpass -p " + value + " ssh a",
		"RUN <<E\ncurl -u ci:" + value + " https://example.org\nE", "LABEL a=https://ci:" + value + "@git.example.net/",
	} {
		src := "FROM debian:13\n" + line + "\n"
		snap := fixer.NewSnapshot([]fixer.Source{{Path: "Dockerfile", Kind: fixer.Dockerfile, Data: []byte(src)}})
		found := engine.Check(snap, nil, []*fixer.Rule{SecretInRun}).Findings
		if len(found) == 0 {
			t.Errorf("%q has no finding", line)
		}
		for _, f := range found {
			if shown := f.Message + f.Advice + f.Path + src[f.Start:f.End]; strings.Contains(shown, value) {
				t.Errorf("%q tells the value: %q", line, shown)
			}
		}
	}
}
