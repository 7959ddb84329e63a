package image

import (
	"slices"
	"strings"
	"testing"
)

// TestLookupIdentities asks who runs in an image, tag by tag.
func TestLookupIdentities(t *testing.T) {
	tests := []struct {
		in, id, starts, runs string // runs: "" when no account is known
	}{
		{"postgres", "postgres", "root", "postgres (999:999)"},
		{"postgres:16", "postgres", "root", "postgres (999:999)"},
		{"postgres:16-alpine", "postgres", "root", "postgres (70:70)"},
		{"postgres:16.2-alpine3.19", "postgres", "root", "postgres (70:70)"},
		{"postgres:alpine", "postgres", "root", "postgres (70:70)"},
		{"postgres:16-bookworm", "postgres", "root", "postgres (999:999)"},
		{"postgres:16-alpine@" + digest, "postgres", "root", "postgres (70:70)"},
		{"postgres@" + digest, "postgres", "root", ""},
		{"public.ecr.aws/docker/library/postgres:16-alpine", "postgres", "root", "postgres (70:70)"},
		{"redis:7-alpine", "redis", "root", "redis (999:1000)"},
		{"valkey/valkey:8-alpine", "valkey", "root", "valkey (999:1000)"},
		{"rabbitmq:4-management-alpine", "rabbitmq", "root", "rabbitmq (100:101)"},
		{"mariadb:11.8-ubi9", "mariadb", "mysql (999:999)", "mysql (999:999)"},
		{"nginx:1.27-alpine", "nginx", "root", "nginx (101:101)"},
		{"nginxinc/nginx-unprivileged:1.27", "nginx-unprivileged", "101:101", "101:101"},
		{"httpd:2.4-alpine", "httpd", "root", "www-data (82:82)"},
		{"haproxy:3.2", "haproxy", "haproxy (99:99)", "haproxy (99:99)"},
		{"haproxy:2.2", "haproxy", "root", ""},
		{"prom/prometheus:v3.0.0", "prometheus", "nobody (65534:65534)", "nobody (65534:65534)"},
		{"prom/prometheus:v3.9.0-distroless", "prometheus", "65532:65532", "65532:65532"},
		{"grafana/grafana:11.2.0", "grafana", "472:0", "472:0"},
		{"grafana/grafana:7.0.0", "grafana", "grafana (472:472)", "grafana (472:472)"},
		{"elasticsearch:8.15.0", "elasticsearch", "elasticsearch (1000:0)", "elasticsearch (1000:0)"},
		{"elasticsearch:7.17.0", "elasticsearch", "elasticsearch (uid unknown)", "elasticsearch (1000:0)"},
		{"confluentinc/cp-kafka:7.7.0", "kafka-confluent", "appuser (uid unknown)", ""},
		{"bitnami/redis:7.4", "bitnami-redis", "1001:0", "1001:0"},
		{"bitnamilegacy/redis", "bitnami-redis", "1001:0", "1001:0"},
		{"gitea/gitea:1.22", "gitea", "root", "git (1000:1000)"},
		{"gitea/gitea:1.22-rootless", "gitea", "1000:1000", "1000:1000"},
		{"wordpress:6-fpm-alpine", "wordpress", "root", "www-data (82:82)"},
		{"wordpress:cli", "wordpress", "www-data (82:82)", "www-data (82:82)"},
		{"php:8.3", "php-cli", "root", "www-data (33:33)"},
		{"php:8.3-zts", "php-cli", "root", "www-data (33:33)"},
		{"php:8.3-apache-bookworm", "php-apache", "root", "www-data (33:33)"},
		{"php:apache", "php-apache", "root", "www-data (33:33)"},
		{"php:8.3-fpm-alpine", "php-fpm", "root", "www-data (82:82)"},
		{"influxdb:2.7-alpine", "influxdb2", "root", "influxdb (1000:1000)"},
		{"ubuntu:24.04", "ubuntu", "root", "ubuntu (1000:1000)"},
		{"ubuntu:22.04", "ubuntu", "root", ""},
		{"ubuntu:jammy-20250101", "ubuntu", "root", ""},
		{"gcr.io/distroless/static-debian12", "distroless", "root", "nonroot (65532:65532)"},
		{"gcr.io/distroless/static-debian12:nonroot", "distroless", "nonroot (65532:65532)", "nonroot (65532:65532)"},
		{"gcr.io/distroless/base:debug-nonroot", "distroless", "nonroot (65532:65532)", "nonroot (65532:65532)"},
		{"gcr.io/distroless/base@" + digest, "distroless", "an unknown user", ""},
		{"mcr.microsoft.com/dotnet/aspnet:8.0", "dotnet", "root", "app (1654:1654)"},
		{"mcr.microsoft.com/dotnet/aspnet:8.0-jammy-chiseled", "dotnet", "app (1654:1654)", "app (1654:1654)"},
		{"mcr.microsoft.com/dotnet/aspnet:8.0-jammy-chiseled-extra", "dotnet", "app (1654:1654)", "app (1654:1654)"},
		{"mcr.microsoft.com/dotnet/aspnet:6.0", "dotnet", "root", ""},
		{"mcr.microsoft.com/dotnet/aspnet:6.0-jammy-chiseled", "dotnet", "app (uid unknown)", ""},
		{"cgr.dev/chainguard/node", "chainguard-node", "node (65532:65532)", "node (65532:65532)"},
		{"cgr.dev/chainguard/postgres", "chainguard-postgres", "root", ""},
		{"cgr.dev/chainguard/redis", "chainguard-redis", "redis (65532:65532)", "redis (65532:65532)"},
	}
	for _, tt := range tests {
		e, ok := lookup(parse(t, tt.in))
		if !ok {
			t.Errorf("%s: not found", tt.in)
			continue
		}
		runs := ""
		if id, ok := e.RunAs(); ok {
			runs = id.String()
		}
		if e.ID != tt.id || e.Default.String() != tt.starts || runs != tt.runs {
			t.Errorf("%s: %s starts as %s, runs as %q; want %s, %s, %q", tt.in, e.ID, e.Default, runs, tt.id, tt.starts, tt.runs)
		}
	}
}

func TestLookupFindsNothing(t *testing.T) {
	for _, in := range []string{
		"postgresql", "grafana", "example.com/team/python:3", "someone/alpine", "someone/server", "someone/executor", "someone/php:8-apache",
		"mongo:8-windowsservercore-ltsc2022", "caddy:2-nanoserver", "caddy:2-builder", "caddy:builder-alpine",
		"influxdb:1.8", "influxdb", "influxdb:3-core", "influxdb@" + digest, "bitnami/a/b/../c",
	} {
		ref, err := ParseReference(in)
		if err != nil {
			continue
		}
		if e, ok := lookup(ref); ok {
			t.Errorf("%s: found %s", in, e.ID)
		}
	}
	if e, ok := lookup(Reference{}); ok {
		t.Errorf("the zero reference: found %s", e.ID)
	}
}

func TestLookupByTag(t *testing.T) {
	get := func(in string) *Entry {
		t.Helper()
		e, ok := lookup(parse(t, in))
		if !ok {
			t.Fatalf("%s: not found", in)
		}
		return e
	}
	for in, want := range map[string]string{
		"postgres:17": "/var/lib/postgresql/data", "postgres:18-alpine": "/var/lib/postgresql", "postgres": "/var/lib/postgresql",
	} {
		e := get(in)
		if e.Writable[0].Path != want || !e.Writable[0].Always() || e.Writable[0].Env != "PGDATA" || e.Volumes[0].Path != want {
			t.Errorf("%s: writes to %+v, volumes %+v; want %s", in, e.Writable[0], e.Volumes, want)
		}
	}
	has := func(e *Entry, port int) bool {
		return slices.ContainsFunc(e.Ports, func(p Port) bool { return p.Number == port })
	}
	if has(get("rabbitmq:4"), 15672) || !has(get("rabbitmq:4-management"), 15672) || !has(get("rabbitmq:4-management"), 5672) {
		t.Error("rabbitmq: the management port belongs to the management tags alone")
	}
	if e := get("wordpress:6-fpm"); has(e, 80) || !has(e, 9000) {
		t.Errorf("wordpress fpm listens on %v", e.Ports)
	}
	if e := get("gitea/gitea:1-rootless"); e.PrivilegeDrop.Tool != "" || len(e.CapsRoot.Need) != 0 || e.NonRoot.Support != SupportDefault {
		t.Errorf("gitea rootless: %+v", e)
	}
	if e := get("postgres:16-alpine"); e.Kubernetes.FSGroup != 70 || e.Kubernetes.Env["PGDATA"] == "" {
		t.Errorf("postgres alpine in a pod: %+v", e.Kubernetes)
	}
	if e := get("redis:7"); e.CapsRoot.Conditional["CHOWN"] == nil || e.CapsRoot.Instead["DAC_OVERRIDE"] != "DAC_READ_SEARCH" || e.ReadOnly.Support != SupportYes {
		t.Errorf("redis: %+v, %+v", e.CapsRoot, e.ReadOnly)
	}
	if e := get("caddy:2"); !slices.Equal(e.CapsNonRoot, []string{"NET_BIND_SERVICE"}) {
		t.Errorf("caddy needs %v without root", e.CapsNonRoot)
	}
	if e := get("nginx"); !e.PrivilegeDrop.Partial || e.NonRoot.Support != SupportConditional || len(e.NonRoot.Conditions) == 0 {
		t.Errorf("nginx: %+v, %+v", e.PrivilegeDrop, e.NonRoot)
	}
	if e := get("haproxy:3"); e.Default.Numeric || !get("grafana/grafana").Default.Numeric || e.Kubernetes.RunAsUser != 99 {
		t.Error("haproxy names its user, grafana numbers it")
	}
	if e := get("memcached"); e.ReadOnly.Support != SupportYes || len(e.Writable) != 0 || !e.Verified(FieldWritable) {
		t.Errorf("memcached: %+v", e)
	}
}

// TestLookupCopies makes sure that changing an answer's identities changes no
// later answer.
func TestLookupCopies(t *testing.T) {
	ref := parse(t, "postgres:16")
	e, _ := lookup(ref)
	e.Service.UID, e.Default.UID, e.NonRoot.Support = 1, 1, SupportNo
	delete(e.Provenance, FieldDefault)
	again, _ := lookup(ref)
	if again.Service.UID != 999 || again.Default.UID != 0 || again.NonRoot.Support != SupportYes || !again.Verified(FieldDefault) {
		t.Errorf("the table changed: %+v", again)
	}
}

func TestSecretFile(t *testing.T) {
	tests := []struct{ in, env, want string }{
		{"postgres", "POSTGRES_PASSWORD", "POSTGRES_PASSWORD_FILE"},
		{"postgres", "PGPASSWORD", ""},
		{"redis", "REDIS_PASSWORD", ""},
		{"grafana/grafana", "GF_SECURITY_ADMIN_PASSWORD", "GF_SECURITY_ADMIN_PASSWORD__FILE"},
		{"wordpress", "WORDPRESS_AUTH_KEY", "WORDPRESS_AUTH_KEY_FILE"},
		{"wordpress", "WORDPRESS_DEBUG", ""},
		{"mariadb", "MYSQL_ROOT_PASSWORD", "MYSQL_ROOT_PASSWORD_FILE"},
		{"rabbitmq", "RABBITMQ_DEFAULT_PASS", ""},
		{"postgres", "", ""},
	}
	for _, tt := range tests {
		e, _ := lookup(parse(t, tt.in))
		if got, ok := e.SecretFile(tt.env); got != tt.want || ok != (tt.want != "") {
			t.Errorf("%s, %s: %q, %v; want %q", tt.in, tt.env, got, ok, tt.want)
		}
	}
}

func TestEvidence(t *testing.T) {
	tests := []struct {
		in    string
		field Field
		want  string
		sure  bool
	}{
		{"postgres", FieldPrivilegeDrop, "image table: postgres starts as root and drops privileges to postgres (999:999) with gosu (source: docker-library/postgres)", true},
		{"postgres:16-alpine", FieldService, "image table: postgres:16-alpine starts as root and drops privileges to postgres (70:70) with gosu (source: docker-library/postgres)", true},
		{"postgres@" + digest, FieldService, "image table: postgres starts as root and drops privileges to postgres (uid unknown) with gosu (not verified)", false},
		{"mariadb", FieldService, "image table: mariadb starts as root and drops privileges to mysql (999:999) with gosu (partly verified)", false},
		{"grafana/grafana:11.2.0", FieldDefault, "image table: grafana/grafana:11.2.0 runs as 472:0 (not verified)", false},
		{"prom/prometheus", FieldDefault, "image table: prom/prometheus runs as nobody (65534:65534), set by name (source: prometheus/prometheus)", true},
		{"memcached", FieldReadOnly, "image table: memcached runs on a read-only root filesystem (tested)", true},
		{"redis", FieldSecretFileEnv, "image table: redis reads secrets from files named by no variable (source: redis/docker-library-redis)", true},
		{"busybox", FieldPorts, "image table: busybox listens on no port (not verified)", false},
		{"localstack/localstack", FieldHealthcheck, "image table: localstack/localstack has a HEALTHCHECK (source: localstack/localstack)", true},
	}
	for _, tt := range tests {
		e, ok := lookup(parse(t, tt.in))
		if !ok {
			t.Errorf("%s: not found", tt.in)
			continue
		}
		if got := e.Evidence(tt.field).String(); got != tt.want {
			t.Errorf("%s, %s:\n got %s\nwant %s", tt.in, tt.field, got, tt.want)
		}
		if got := e.Verified(tt.field); got != tt.sure {
			t.Errorf("%s, %s: verified %v", tt.in, tt.field, got)
		}
	}
	e, _ := lookup(parse(t, "postgres"))
	if got := e.Evidence("colour").String(); !strings.Contains(got, `no field "colour"`) || e.Verified("colour") {
		t.Errorf("an unknown field: %s", got)
	}
}

// TestVariantTakesProofAway: what was read for other tags proves nothing for
// the tags of a variant.
func TestVariantTakesProofAway(t *testing.T) {
	tests := []struct {
		in    string
		field Field
		sure  bool
	}{
		{"ubuntu:24.04", FieldService, true},
		{"ubuntu:22.04", FieldService, false},
		{"clickhouse/clickhouse-server:24.8", FieldPrivilegeDrop, true},
		{"clickhouse/clickhouse-server:24.8-distroless", FieldPrivilegeDrop, false},
		{"mcr.microsoft.com/dotnet/aspnet:8.0", FieldDefault, true},
		{"mcr.microsoft.com/dotnet/aspnet:6.0", FieldDefault, false},
		{"nginx@" + digest, FieldDefault, true},
		{"gcr.io/distroless/base@" + digest, FieldDefault, false},
		{"grafana/loki:3.4.0", FieldNonRoot, true},
		{"grafana/loki@" + digest, FieldNonRoot, false},
	}
	for _, tt := range tests {
		e, ok := lookup(parse(t, tt.in))
		if !ok {
			t.Errorf("%s: not found", tt.in)
			continue
		}
		if got := e.Verified(tt.field); got != tt.sure {
			t.Errorf("%s: %s verified is %v", tt.in, tt.field, got)
		}
	}
}

// TestUnverifiedSaysSo goes through the whole table: evidence of what is not
// verified says so, and evidence of what is verified does not.
func TestUnverifiedSaysSo(t *testing.T) {
	sure := 0
	for _, f := range loadTable().Families {
		ref := parse(t, strings.ReplaceAll(f.Repos[0], "*", "x"))
		ref.Tag = strings.TrimSuffix(strings.Join(f.Words, "-"), "*")
		if f.Version != "" {
			ref.Tag = f.Version
		}
		e, ok := lookup(ref)
		if !ok || e.ID != f.ID {
			t.Errorf("%s: %v found instead of %s", ref, e, f.ID)
			continue
		}
		for _, field := range Fields() {
			text := e.Evidence(field).String()
			verified := e.Verified(field) || e.Service == nil && (field == FieldService || field == FieldPrivilegeDrop) && e.Verified(FieldDefault)
			if doubted := strings.Contains(text, "(not verified)") || strings.Contains(text, "(partly verified)"); doubted == verified {
				t.Errorf("%s, %s: verified %v, yet: %s", f.ID, field, verified, text)
			}
			if verified {
				sure++
			}
		}
	}
	if sure < 200 {
		t.Errorf("only %d verified facts", sure)
	}
}

// TestFrom looks at families that are made from others: what is known of these
// holds for them, in the variant that their own tags name.
func TestFrom(t *testing.T) {
	tests := []struct{ in, writes, user string }{
		{"pgvector/pgvector:pg17", "/var/lib/postgresql/data", "postgres (999:999)"},
		{"pgvector/pgvector:0.8.1-pg18", "/var/lib/postgresql", "postgres (999:999)"},
		{"pgvector/pgvector:0.8.1-pg16-bookworm", "/var/lib/postgresql/data", "postgres (999:999)"},
		{"timescale/timescaledb:2.17.2-pg16", "/var/lib/postgresql/data", "postgres (70:70)"},
		{"timescale/timescaledb:latest-pg18", "/var/lib/postgresql", "postgres (70:70)"},
		{"postgis/postgis:17-3.5-alpine", "/var/lib/postgresql/data", "postgres (70:70)"},
		{"postgis/postgis:18-3.6", "/var/lib/postgresql", "postgres (999:999)"},
	}
	for _, tt := range tests {
		e, ok := lookup(parse(t, tt.in))
		if !ok || e.Writable[0].Path != tt.writes || e.Service.String() != tt.user {
			t.Errorf("%s: %v, %+v", tt.in, ok, e)
			continue
		}
		if !strings.Contains(e.Evidence(FieldWritable).String(), "source: docker-library/postgres, ") {
			t.Errorf("%s: nothing says where it is from: %s", tt.in, e.Evidence(FieldWritable))
		}
	}
}

// TestNameInPaths looks at the directories that a publisher names after each of
// its applications.
func TestNameInPaths(t *testing.T) {
	for _, name := range []string{"postgresql", "kafka"} {
		e, ok := lookup(parse(t, "bitnami/"+name+":1"))
		if !ok || e.Writable[1].Path != "/opt/bitnami/"+name+"/conf" || e.Volumes[0].Path != "/bitnami/"+name {
			t.Errorf("%s: %+v", name, e)
		}
	}
}

// TestByName looks at repositories that have the name of a family and another
// owner: they are taken for it, marked, and nothing of it is verified.
func TestByName(t *testing.T) {
	tests := []struct{ in, id, user string }{
		{"someone/nginx:1.27", "nginx", "root"},
		{"registry.example.com/team/postgres:16-alpine", "postgres", "root"},
		{"ghcr.io/x/redis", "redis", "root"},
		{"quay.io/library/nginx", "nginx", "root"},
		{"example.org/monitoring/prometheus:v3.0.0", "prometheus", "65534"},
	}
	for _, tt := range tests {
		e, ok := lookup(parse(t, tt.in))
		if !ok || e.ID != tt.id || !e.ByName || !strings.Contains(e.Default.String(), tt.user) {
			t.Errorf("%s: %v %+v", tt.in, ok, e)
			continue
		}
		for _, field := range Fields() {
			if text := e.Evidence(field).String(); e.Verified(field) || !strings.Contains(text, "(assumed to be "+tt.id+" from its name; not verified)") {
				t.Errorf("%s: %s is verified, or nothing says why not: %s", tt.in, field, text)
			}
		}
	}
	for _, in := range []string{
		"nginx:1.27", "public.ecr.aws/docker/library/nginx:1.27", "mirror.gcr.io/library/nginx:1.27", "registry.docker.com/library/nginx:1.27", "mirror.gcr.io/grafana/grafana:12.0.0",
		"docker.io/library/postgres:16", "quay.io/keycloak/keycloak:26.0", "bitnami/redis:7", "cgr.dev/chainguard/nginx", "linuxserver/nginx:1.26.0",
	} {
		if e, ok := lookup(parse(t, in)); !ok || e.ByName {
			t.Errorf("%s is known as itself, yet %+v", in, e)
		}
	}
}

// TestRedis8 holds what differs since release 8: the image declares no volume, and
// gives up all capabilities, for which it needs one more.
func TestRedis8(t *testing.T) {
	for in, want := range map[string][2]int{"redis:7.4": {1, 2}, "redis:6-alpine": {1, 2}, "redis:8": {0, 3}, "redis:8.6-alpine": {0, 3}, "redis": {0, 3}} {
		e, ok := lookup(parse(t, in))
		if !ok || len(e.Volumes) != want[0] || len(e.CapsRoot.Need) != want[1] {
			t.Errorf("%s: volumes %v, capabilities %v", in, e.Volumes, e.CapsRoot.Need)
		}
	}
}
