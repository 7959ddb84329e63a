package rules_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/buildcontext"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/rules"
)

// A file about which nearly everything can be said that is said of one stage.
const oneStage = `FROM node:24
EXPOSE 3000
WORKDIR app
RUN apt-get update && apt-get install -y curl python3
COPY package*.json ./
RUN npm install
ADD . .
RUN npm run build
HEALTHCHECK CMD curl -f http://localhost:3000/ || exit 1
CMD npm start
`

// TestConversionComposes decides on everything in a file with one stage, one by one and
// in many orders, and asks for one result with two stages, in which the user and the
// command of the image are those of the second.
func TestConversionComposes(t *testing.T) {
	sources := []fixer.Source{
		{Path: "Dockerfile", Kind: fixer.Dockerfile, Data: []byte(strings.Replace(oneStage, "WORKDIR app", "WORKDIR /app", 1))},
		{Path: "package.json", Kind: fixer.Project, Context: true, Data: []byte(`{"scripts":{"start":"node dist/main.js","build":"tsc"},"devDependencies":{"typescript":"5"}}`)},
	}
	names := []fixer.Name{{Path: ".", Kind: buildcontext.Directory}, {Path: "Dockerfile"}, {Path: "package.json"}, {Path: "package-lock.json"}}
	snap := fixer.NewSnapshot(sources, names...)
	want, moved := "", 0
	random := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		s := engine.NewSession(snap, nil, rules.All())
		var keys []fixer.Key
		for _, f := range s.Baseline().Findings {
			if len(f.Fixes) > 0 && f.Level() <= fixer.Review {
				keys = append(keys, f.Key())
			}
		}
		random.Shuffle(len(keys), func(a, b int) { keys[a], keys[b] = keys[b], keys[a] })
		for _, k := range keys {
			if err := s.Decide(k, engine.Decision{Verdict: engine.Accept}); err != nil {
				t.Fatalf("%s: %v", k, err)
			}
		}
		plan := s.Plan()
		k := slices.IndexFunc(plan.Changes, func(c engine.Change) bool { return c.Path == "Dockerfile" })
		if k < 0 {
			t.Fatal("nothing changed")
		}
		got := string(plan.Changes[k].After)
		if want == "" {
			want = got
			t.Log("\n" + got)
		}
		if got != want {
			t.Fatalf("another order of decisions (%v) gives another file:\n%s\nand not\n%s", keys, got, want)
		}
		for _, o := range plan.Outcomes {
			if o.Result == engine.Fixed && o.Finding.Rule == "dockerfile/runs-as-root" && !o.New && o.Finding.Path == "stage 0: USER" {
				moved++
			}
			if o.Result == engine.Closed && o.Finding.Rule == "dockerfile/unpinned-image" {
				t.Errorf("%s is said to be closed, and is there", o.Finding.Key())
			}
		}
	}
	f, err := dockerfile.Parse([]byte(want))
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Stages) != 2 || f.Final().User().Text == "" || f.Final().Cmd().Shell || f.Stages[0].Cmd().At != nil {
		t.Errorf("the second stage is not what the decisions ask for:\n%s", want)
	}
	if moved == 0 {
		t.Error("no decision about the only stage went to the second one")
	}
}

// TestAnotherImageIsTakenBeforeWhatAServiceNeeds accepts everything about a service whose
// image moves to its twin without root: the room that the service gets is that of the twin.
func TestAnotherImageIsTakenBeforeWhatAServiceNeeds(t *testing.T) {
	snap := fixer.NewSnapshot([]fixer.Source{
		{Path: "web/Dockerfile", Kind: fixer.Dockerfile, Data: []byte("FROM nginx:1.30\nCOPY . /usr/share/nginx/html\n")},
		{Path: "compose.yaml", Kind: fixer.Compose, Data: []byte("services:\n  web:\n    build: web\n  other:\n    image: redis:8\n")},
	})
	s := engine.NewSession(snap, nil, rules.All())
	if _, err := s.AcceptAll(fixer.Review, nil); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, c := range s.Plan().Changes {
		got[c.Path] = string(c.After)
	}
	web, _, _ := strings.Cut(got["compose.yaml"], "  other:")
	if !strings.Contains(got["web/Dockerfile"], "FROM nginxinc/nginx-unprivileged:1.30\n") || !strings.Contains(web, "- /tmp") || strings.Contains(web, "/var/cache/nginx") {
		t.Errorf("the service has room of another image:\n%s\n%s", got["web/Dockerfile"], got["compose.yaml"])
	}
}
