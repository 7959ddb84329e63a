package secret

import (
	"fmt"
	"strings"
	"testing"
)

// TestArguments: where commands hold passwords, in lists, in texts that are split, and in
// scripts. What is no place of one is not named.
func TestArguments(t *testing.T) {
	list := func(texts ...string) Command { return Command{Texts: texts} }
	split := func(text string) Command { return Command{Texts: []string{text}, Split: true} }
	script := func(text string) Command { return Command{Texts: []string{text}, Split: true, Shell: true} }
	for _, c := range []struct {
		command Command
		want    string // OPTION=VALUE of the named places
	}{
		{list("redis-server", "--requirepass", "foo"), "--requirepass=foo"},
		{list("--requirepass", "foo", "--masterauth", "bar"), "--requirepass=foo --masterauth=bar"},
		{split(`redis-server --requirepass "a b" --appendonly yes`), "--requirepass=a b"},
		{split(`redis-server --requirepass '' --appendonly yes`), ""},
		{split(`sh -c "redis-server --requirepass foo && echo done"`), "--requirepass=foo"},
		{list("sh", "-e", "-c", "exec redis-server --requirepass 'foo' > /log"), "--requirepass=foo"},
		{script("redis-cli -a foo ping | grep PONG"), "-a=foo"},
		{script("redis-cli -h redis -a $$PASS ping"), ""},
		{script("redis-cli -a \"$$(cat /run/secrets/x)\" ping"), ""},
		{script("redis-cli -a '$$x' ping"), "-a=$$x"},
		{script("mysqladmin ping -h localhost -uroot -pmy-secret-pw"), "-p=my-secret-pw"},
		{script("mysql -P 3306 -p -e 'select 1'"), ""},
		{script("PGPASSWORD=foo psql -U x; REDISCLI_AUTH=bar redis-cli ping"), "PGPASSWORD=foo REDISCLI_AUTH=bar"},
		{list("curl", "-u", "admin:foo", "http://x"), "-u=foo"},
		{list("curl", "-fsSu", "admin:foo", "http://x"), "-u=foo"},
		{list("curl", "-ou", "admin:foo", "http://x"), ""},
		{list("curl", "-u", "${USER:-a}:foo", "--user", "b"), "-u=foo"},
		{list("/bin/sh", "-c", "until (/usr/bin/mc config host add minio http://minio:9000 access hidden) do sleep 1; done; mc alias set m http://minio:9000 a b;"), "mc alias set=hidden mc alias set=b"},
		{list("server", "--api-key=foo", "-Dspring.datasource.password=bar", "-password", "baz"), "--api-key=foo -Dspring.datasource.password=bar -password=baz"},
		{list("docker", "login", "--password-stdin", "registry"), ""},
		{list("x", "--token-ttl", "5m", "--secret", "id=a,src=b", "--private-key", "server.pem", "--no-password", "y"), ""},
		{list("x", "--password", "--other"), ""},
		{list("tunnel", "run", "--token", "foo"), "--token=foo"},
		{list("sqlcmd", "-U", "sa", "-P", "foo"), "-P=foo"},
		{list("ssh", "-p", "2222"), ""},
		{script("echo a\nredis-cli -a foo \\\n ping"), "-a=foo"},
		{list("curl", "-H", "Authorization: Bearer foo", "-HX-Api-Key: bar", "--header=Authorization: Basic baz"), "-H=foo -H=bar -H=baz"},
		{script(`curl -H "Authorization: Bearer $$TOKEN" -H 'Accept: a/b' --header "Private-Token: foo" x`), "-H=foo"},
		{list("x", "-H"), ""},
		{list("x", "-H", "--password", "foo"), "--password=foo"},
		{list("dockerd", "-H", "tcp://0.0.0.0:2375", "-Hx"), ""},
		{split("celery --basic-auth=a:foo --basic-auth b"), "--basic-auth=foo"},
	} {
		var got []string
		for _, a := range Arguments(c.command) {
			if a.Name != "" {
				got = append(got, fmt.Sprintf("%s=%s", a.Option, c.command.Texts[a.Text][a.Start:a.End]))
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%q: %q, want %q", c.command.Texts, got, c.want)
		}
	}
}

// TestArgumentInPieces: a value that is quoted in pieces cannot be replaced as it stands.
func TestArgumentInPieces(t *testing.T) {
	for text, whole := range map[string]bool{
		`redis-cli -a 'fo'o`: false, `redis-cli -a fo\'o`: false, `redis-cli -a foo`: true, `redis-cli -a "foo"`: true, `sh -c "redis-cli -a 'foo'"`: true,
		`sh -c "redis-cli -a \"foo\""`: true,
	} {
		for _, a := range Arguments(Command{Texts: []string{text}, Split: true}) {
			if a.Name != "" && a.Whole != whole {
				t.Errorf("%s: whole is %t", text, a.Whole)
			}
		}
	}
}
