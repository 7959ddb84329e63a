package compose_test

import "testing"

// TestAFileThatIsReadAfterOneFromElsewhereHasNoDirectory: stack/db.yml names a network
// that only a file of the root has. Compose loads the two from the root, where it then
// looks for .env and for the files of secrets.
func TestAFileThatIsReadAfterOneFromElsewhereHasNoDirectory(t *testing.T) {
	p := project(t, map[string]string{
		"compose.yaml":     "services:\n  app: {image: app:1}\nnetworks:\n  backend:\n",
		"pad.yml":          "services:\n  pad: {image: pad:1, networks: {backend: {aliases: [pad.example.org]}}}\n",
		"stack/db.yml":     "services:\n  db: {image: db:1, networks: [backend]}\n",
		"stack/worker.yml": "services:\n  worker: {image: worker:1, depends_on: [db]}\n",
		"stack/needs.yml":  "services:\n  web: {image: web:1, depends_on: {app: {condition: service_started}}}\n",
		"alone/opt.yml":    "services:\n  opt: {image: opt:1, depends_on: {cache: {condition: service_started, required: false}}}\n",
		"alone/var.yml":    "services:\n  var: {image: var:1, networks: ['${NETWORK}']}\n",
		"alone/db.yml":     "services:\n  db: {image: db:1, networks: [default, own]}\nnetworks:\n  own:\n",
	})
	for _, c := range []struct {
		file, service, dir string
		sure               bool
		cli                string
	}{
		{"pad.yml", "pad", ".", true, "docker compose -f compose.yaml -f pad.yml"},
		{"stack/db.yml", "db", "stack", false, "docker compose -f stack/db.yml"},
		{"stack/worker.yml", "worker", "stack", true, "docker compose -f stack/worker.yml"},
		{"stack/needs.yml", "web", "stack", false, "docker compose -f stack/needs.yml"},
		{"alone/opt.yml", "opt", "alone", true, "docker compose -f alone/opt.yml"},
		{"alone/var.yml", "var", "alone", true, "docker compose -f alone/var.yml"},
		{"alone/db.yml", "db", "alone", true, "docker compose -f alone/db.yml"},
	} {
		v := view(t, p, c.file, c.service)
		if dir, sure := v.Directory(); dir != c.dir || sure != c.sure {
			t.Errorf("%s: %s, %v; want %s, %v", c.file, dir, sure, c.dir, c.sure)
		}
		if got := v.CLI(); got != c.cli {
			t.Errorf("%s: %s, want %s", c.file, got, c.cli)
		}
	}
}

// TestAFileThatLacksANetworkDependsOnThoseBesideIt: which file it is read after follows
// from what they define.
func TestAFileThatLacksANetworkDependsOnThoseBesideIt(t *testing.T) {
	p := project(t, map[string]string{
		"stack/db.yml":    "services:\n  db: {image: db:1, networks: [backend]}\n",
		"stack/nets.yml":  "services:\n  pause: {image: pause:1}\nnetworks:\n  backend:\n",
		"other/pause.yml": "services:\n  pause: {image: pause:1}\n",
	})
	read := map[string]bool{}
	p.Traced(func(string) {}, func(path string) { read[path] = true }).Views("stack/db.yml")
	if !read["stack/nets.yml"] || read["other/pause.yml"] {
		t.Errorf("read %v", read)
	}
}
