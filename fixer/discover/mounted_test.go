package discover

import (
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/disk/disktest"
)

// TestMountedConfiguration: the configuration files that Compose files mount are read, and
// neither keys, nor source code, nor what lies outside.
func TestMountedConfiguration(t *testing.T) {
	outside := disktest.Tree(t, map[string]string{"nginx.conf": "s3cret"})
	dir := disktest.Tree(t, map[string]string{
		"app/compose.yaml": "services:\n  a:\n    image: x\n    env_file: [a.vars]\n    volumes: [../conf/prometheus.yml:/p.yml, ./nginx:/etc/nginx/conf.d, ./src:/src, ./tls/server.key:/etc/server.key, ./out.conf:/etc/out.conf, ../../x.conf:/etc/x.conf, '${D}/y.conf:/etc/y.conf']\n" +
			"configs: {c: {file: haproxy.cfg}}\n",
		"app/nginx/site.conf":   "proxy_pass http://a;\n",
		"app/nginx/server.pem":  "s3cret\n",
		"app/src/settings.yaml": "host: a\n",
		"app/tls/server.key":    "s3cret\n",
		"app/haproxy.cfg":       "server a a:1\n",
		"app/a.vars":            "DB_URL=postgres://u:s3cret@db:5432/x\nKEY=s3cret\n",
		"conf/prometheus.yml":   "targets: [a:1]\n",
		"conf/alertmanager.yml": "host: a\n",
	})
	disktest.Link(t, dir, "app/out.conf", outside+"/nginx.conf")
	got := map[string]fixer.Kind{}
	for _, s := range load(t, dir, Options{}).Sources {
		if got[s.Path] = s.Kind; s.Path == "app/a.vars" && string(s.Data) != "DB_URL=postgres://db:5432 (secret)\nKEY=\n" {
			t.Errorf("kept %q", s.Data)
		}
	}
	want := map[string]fixer.Kind{
		"app/compose.yaml": fixer.Compose, "app/nginx/site.conf": fixer.Project, "app/haproxy.cfg": fixer.Project,
		"conf/prometheus.yml": fixer.Project, "app/a.vars": fixer.ServiceEnvironment,
	}
	for p, kind := range want {
		if got[p] != kind {
			t.Errorf("%s is read as %q, want %q", p, got[p], kind)
		}
		delete(got, p)
	}
	for p, kind := range got {
		t.Errorf("%s is read as %q, and is not to be", p, kind)
	}
}
