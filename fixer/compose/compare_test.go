package compose_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// archived reads files of an archive.
func archived(t *testing.T, archive string) *compose.Project {
	t.Helper()
	files := map[string]string{}
	for _, f := range txtar.Parse([]byte(archive)).Files {
		files[f.Name] = string(f.Data)
	}
	return project(t, files)
}

// TestCompare has edits that alter only what they declare in their file, and yet more of
// the services than they should: each is refused with the reason.
func TestCompare(t *testing.T) {
	at := func(steps ...any) compose.Edit { return compose.Edit{Paths: []yamldoc.Path{yamldoc.P(steps...)}} }
	for _, c := range []struct {
		name, before, after string
		edits               map[string]compose.Edit
		want                string // of the error; "" where it is a good edit
	}{{
		name:   "what is declared",
		before: "-- compose.yaml --\nservices:\n  web:\n    image: web\n",
		after:  "-- compose.yaml --\nservices:\n  web:\n    image: web\n    user: '1000'\n",
		edits:  map[string]compose.Edit{"compose.yaml": at("services", "web", "user")},
	}, {
		name:   "another field",
		before: "-- compose.yaml --\nservices:\n  web:\n    image: web\n",
		after:  "-- compose.yaml --\nservices:\n  web:\n    image: web\n    user: '1000'\n    init: true\n",
		edits:  map[string]compose.Edit{"compose.yaml": at("services", "web", "user")},
		want:   `change init of service "web"`,
	}, {
		name:   "an heir in another file takes the declared field",
		before: "-- base.yaml --\nservices:\n  base:\n    image: web\n-- compose.yaml --\nservices:\n  web:\n    extends: {file: base.yaml, service: base}\n",
		after:  "-- base.yaml --\nservices:\n  base:\n    image: web\n    user: '1000'\n-- compose.yaml --\nservices:\n  web:\n    extends: {file: base.yaml, service: base}\n",
		edits:  map[string]compose.Edit{"base.yaml": at("services", "base", "user")},
	}, {
		name:   "an heir in another file gets what is not declared",
		before: "-- base.yaml --\nservices:\n  base:\n    image: web\n-- compose.yaml --\nservices:\n  web:\n    extends: {file: base.yaml, service: base}\n",
		after:  "-- base.yaml --\nservices:\n  base:\n    image: web\n    cap_drop: [ALL]\n    user: '1000'\n-- compose.yaml --\nservices:\n  web:\n    extends: {file: base.yaml, service: base}\n",
		edits:  map[string]compose.Edit{"base.yaml": at("services", "base", "user")},
		want:   `change cap_drop of service`,
	}, {
		name:   "a list of its own replaces the merged one",
		before: "-- compose.yaml --\nx-base: &base\n  security_opt: [apparmor=web]\nservices:\n  web:\n    <<: *base\n    image: web\n",
		after:  "-- compose.yaml --\nx-base: &base\n  security_opt: [apparmor=web]\nservices:\n  web:\n    <<: *base\n    image: web\n    security_opt: [no-new-privileges:true]\n",
		edits:  map[string]compose.Edit{"compose.yaml": {Paths: []yamldoc.Path{yamldoc.P("services", "web", "security_opt")}, Adds: []yamldoc.Path{yamldoc.P("services", "web", "security_opt")}}},
		want:   `take apparmor=web from security_opt of service "web"`,
	}, {
		name:   "the merged list written out with more",
		before: "-- compose.yaml --\nx-base: &base\n  security_opt: [apparmor=web]\nservices:\n  web:\n    <<: *base\n    image: web\n",
		after:  "-- compose.yaml --\nx-base: &base\n  security_opt: [apparmor=web]\nservices:\n  web:\n    <<: *base\n    image: web\n    security_opt: [apparmor=web, no-new-privileges:true]\n",
		edits:  map[string]compose.Edit{"compose.yaml": {Paths: []yamldoc.Path{yamldoc.P("services", "web", "security_opt")}, Adds: []yamldoc.Path{yamldoc.P("services", "web", "security_opt")}}},
	}, {
		name:   "a word more at the end of a command",
		before: "-- compose.yaml --\nservices:\n  web:\n    image: web\n    command: [web, --port=80]\n",
		after:  "-- compose.yaml --\nservices:\n  web:\n    image: web\n    command: [web, --port=80, --quiet]\n",
		edits:  map[string]compose.Edit{"compose.yaml": {Paths: []yamldoc.Path{yamldoc.P("services", "web", "command", 2)}, Adds: []yamldoc.Path{yamldoc.P("services", "web", "command", 2)}}},
	}, {
		name:   "a limit beside the block that has its twin",
		before: "-- compose.yaml --\nservices:\n  web:\n    image: web\n    deploy: {resources: {limits: {memory: 1g}}}\n",
		after:  "-- compose.yaml --\nservices:\n  web:\n    image: web\n    pids_limit: 100\n    deploy: {resources: {limits: {memory: 1g}}}\n",
		edits:  map[string]compose.Edit{"compose.yaml": at("services", "web", "pids_limit")},
		want:   "pids_limit other than deploy.resources.limits.pids",
	}, {
		name:   "the twin is in the override",
		before: "-- compose.yaml --\nservices:\n  web:\n    image: web\n-- compose.override.yaml --\nservices:\n  web:\n    deploy: {resources: {limits: {memory: 1g}}}\n",
		after:  "-- compose.yaml --\nservices:\n  web:\n    image: web\n    mem_limit: 2g\n-- compose.override.yaml --\nservices:\n  web:\n    deploy: {resources: {limits: {memory: 1g}}}\n",
		edits:  map[string]compose.Edit{"compose.yaml": at("services", "web", "mem_limit")},
		want:   "mem_limit other than deploy.resources.limits.memory",
	}, {
		name:   "a secret that nothing defines",
		before: "-- compose.yaml --\nservices:\n  web:\n    image: web\n",
		after:  "-- compose.yaml --\nservices:\n  web:\n    image: web\n    secrets: [{source: password, mode: 0440}]\n",
		edits:  map[string]compose.Edit{"compose.yaml": at("services", "web", "secrets")},
		want:   `uses password, which secrets does not define`,
	}, {
		name:   "a secret that the including file defines otherwise",
		before: "-- compose.yaml --\ninclude: [db.yaml]\nservices:\n  web:\n    image: web\nsecrets:\n  password: {file: a}\n-- db.yaml --\nservices:\n  db:\n    image: db\n",
		after:  "-- compose.yaml --\ninclude: [db.yaml]\nservices:\n  web:\n    image: web\nsecrets:\n  password: {file: a}\n-- db.yaml --\nservices:\n  db:\n    image: db\n    secrets: [password]\nsecrets:\n  password: {file: b}\n",
		edits:  map[string]compose.Edit{"db.yaml": {Paths: []yamldoc.Path{yamldoc.P("services", "db", "secrets"), yamldoc.P("secrets")}}},
		want:   "secrets.password would be defined in db.yaml, and compose.yaml defines it otherwise",
	}, {
		name:   "what another service waits for goes behind a profile",
		before: "-- compose.yaml --\nservices:\n  web:\n    image: web\n    depends_on: [mail]\n  mail:\n    image: mail\n",
		after:  "-- compose.yaml --\nservices:\n  web:\n    image: web\n    depends_on: [mail]\n  mail:\n    image: mail\n    profiles: [debug]\n",
		edits:  map[string]compose.Edit{"compose.yaml": {Paths: []yamldoc.Path{yamldoc.P("services", "mail", "profiles"), yamldoc.P("services", "web", "x")}}},
		want:   "depends on service mail, which starts with a profile only",
	}, {
		name:   "networks beside network_mode of the base",
		before: "-- compose.yaml --\nservices:\n  base:\n    image: web\n    network_mode: bridge\n  web:\n    extends: base\nnetworks: {back: {}}\n",
		after:  "-- compose.yaml --\nservices:\n  base:\n    image: web\n    network_mode: bridge\n  web:\n    extends: base\n    networks: [back]\nnetworks: {back: {}}\n",
		edits:  map[string]compose.Edit{"compose.yaml": at("services", "web", "networks")},
		want:   "has both network_mode and networks",
	}, {
		name:   "a variable of .env that another service has, too",
		before: "-- compose.yaml --\nservices:\n  db:\n    image: db\n    environment: {PASSWORD: real}\n  web:\n    image: web\n    environment: {TOKEN: '${PASSWORD:-other}'}\n",
		after:  "-- compose.yaml --\nservices:\n  db:\n    image: db\n    environment: {PASSWORD: '${PASSWORD:?}'}\n  web:\n    image: web\n    environment: {TOKEN: '${PASSWORD:-other}'}\n",
		edits:  map[string]compose.Edit{"compose.yaml": at("services", "db", "environment", "PASSWORD"), ".env": {Sets: map[string]string{"PASSWORD": "real"}}},
		want:   `change environment of service "web"`,
	}, {
		name:   "a variable of .env with the value that was there",
		before: "-- compose.yaml --\nservices:\n  db:\n    image: db\n    environment: {PASSWORD: real}\n  web:\n    image: web\n    environment: {TOKEN: '${PASSWORD:-real}'}\n",
		after:  "-- compose.yaml --\nservices:\n  db:\n    image: db\n    environment: {PASSWORD: '${PASSWORD:?}'}\n  web:\n    image: web\n    environment: {TOKEN: '${PASSWORD:-real}'}\n",
		edits:  map[string]compose.Edit{"compose.yaml": at("services", "db", "environment", "PASSWORD"), ".env": {Sets: map[string]string{"PASSWORD": "real"}}},
	}, {
		name:   "a service that comes without a word",
		before: "-- compose.yaml --\nservices:\n  web:\n    image: web\n",
		after:  "-- compose.yaml --\nservices:\n  web:\n    image: web\n  proxy:\n    image: proxy\n",
		edits:  map[string]compose.Edit{"compose.yaml": at("services", "web", "image")},
		want:   `service "proxy" of compose.yaml would be new`,
	}, {
		name:   "a service that goes",
		before: "-- compose.yaml --\nservices:\n  web:\n    image: web\n  proxy:\n    image: proxy\n",
		after:  "-- compose.yaml --\nservices:\n  web:\n    image: web\n",
		edits:  map[string]compose.Edit{"compose.yaml": at("services", "web", "image")},
		want:   `service "proxy" of compose.yaml would be gone`,
	}, {
		name:   "a new override is declared as a whole",
		before: "-- compose.yaml --\nservices:\n  web:\n    image: web\n",
		after:  "-- compose.yaml --\nservices:\n  web:\n    image: web\n-- compose.override.yaml --\nservices:\n  web:\n    image: web@sha256:0\n",
		edits:  map[string]compose.Edit{"compose.override.yaml": {New: true}},
	}, {
		name:   "a field that an anchor elsewhere gives to a second service",
		before: "-- compose.yaml --\nservices:\n  a: &a\n    image: web\n  b:\n    <<: *a\n    init: true\n",
		after:  "-- compose.yaml --\nservices:\n  a: &a\n    image: web:2\n  b:\n    <<: *a\n    init: true\n",
		edits:  map[string]compose.Edit{"compose.yaml": at("services", "a", "image")},
		want:   `change image of service "b"`,
	}} {
		t.Run(c.name, func(t *testing.T) {
			err := compose.Compare(archived(t, c.before), archived(t, c.after), c.edits)
			switch {
			case c.want == "" && err != nil:
				t.Errorf("refused: %v", err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

// TestDifferences: every key that comes to another value is named, whichever file it is in.
func TestDifferences(t *testing.T) {
	before := archived(t, "-- compose.yaml --\nservices:\n  web:\n    image: web\n    ports: [80:80]\n    environment: [A=1, B]\n")
	after := archived(t, "-- compose.yaml --\nservices:\n  web:\n    image: web\n    ports: [80:80]\n    environment: {A: 1, B: ''}\n-- compose.override.yaml --\nservices:\n  web:\n    ports: [81:81]\n")
	got := compose.Differences(before, after, "compose.yaml")
	if want := [][2]string{{"web", "environment"}, {"web", "ports"}}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
