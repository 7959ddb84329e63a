package connect_test

import (
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer/disk/disktest"
)

// TestNoSecretIsInTheGraph: whatever is wrong with how a password is written, no
// part of it is taken for a host or a port.
func TestNoSecretIsInTheGraph(t *testing.T) {
	const parts = "hunter2 9876 s3cr3t dragon"
	var values []string
	for _, form := range []string{
		"postgres://app:PW@db:5432/x", "postgres://app:PW@db", "app:PW@tcp(db:3306)/x", "redis://:PW@db", "amqp://app:PW@db:5672,db:5673/x",
		"mongodb://app:PW@db:1,db:2/x?authSource=admin", "jdbc:mysql://db:3306/x?user=app&password=PW", "Server=db,1433;Password=PW", "host=db password=PW",
		"http://app:PW@db:80/", "PW", "app:PW", "db:PW", "PW:1234",
	} {
		for _, pw := range []string{"hunter2", "hun/9876@dragon", "9876", "s3cr3t:9876", "dra gon#9876", "a,dragon:9876"} {
			values = append(values, strings.ReplaceAll(form, "PW", pw))
		}
	}
	var b, env strings.Builder
	b.WriteString("services:\n  db: {image: postgres:17}\n  web:\n    image: registry.example.org/web:1\n    environment:\n")
	env.WriteString("apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData:\n")
	for i, v := range values {
		name := []string{"DB_PASSWORD", "API_KEY", "SECRET_TOKEN"}[i%3]
		b.WriteString("      " + name + "_" + strings.Repeat("A", i) + "_PASSWORD: '" + v + "'\n")
		env.WriteString("  " + name + "_" + strings.Repeat("A", i) + "_URL: '" + v + "'\n")
	}
	env.WriteString("---\napiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n    - {name: web, image: registry.example.org/web:1, envFrom: [{secretRef: {name: s}}]}\n")
	got := write(graphOf(t, disktest.Tree(t, map[string]string{"compose.yaml": b.String(), "pod.yaml": env.String()})))
	for _, line := range strings.Split(got, "\n") {
		for _, part := range strings.Fields(parts) {
			if strings.Contains(line, part) {
				t.Errorf("shows %s of a secret: %s", part, line)
			}
		}
	}
	if !strings.Contains(got, "db:5432") {
		t.Errorf("found nothing:\n%s", got)
	}
}
