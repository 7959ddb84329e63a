package rules_test

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/buildcontext"
	"github.com/oakum-sec/oakum/fixer/corpustest"
	"github.com/oakum-sec/oakum/fixer/discover"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/report"
	"github.com/oakum-sec/oakum/fixer/rules"
	"github.com/oakum-sec/oakum/fixer/timetest"
)

// BenchmarkSpeed measures what the commands cost as multiples of reading and
// parsing the same bytes, in processor time of this one process, so that other
// work on the machine hardly counts:
//
//	go test ./fixer/rules -run '^$' -bench Speed -benchtime 1x
//
// The trees are the corpus as one, the corpus repository by repository, and
// generated ones: N projects of one Dockerfile, one Compose file and one
// Deployment each, a single Compose file with N services, and a single directory
// with 1,000 manifests.
func BenchmarkSpeed(b *testing.B) {
	b.Run("corpus-as-one", func(b *testing.B) { measure(b, load(b, corpustest.Root(b))) })
	b.Run("corpus-each", func(b *testing.B) {
		var trees []tree
		for _, r := range corpustest.Repositories(b) {
			trees = append(trees, load(b, r))
		}
		measure(b, trees...)
	})
	for _, n := range []int{50, 200, 800} {
		b.Run(fmt.Sprintf("projects-%d", n), func(b *testing.B) { measure(b, projects(n)) })
	}
	for _, n := range []int{50, 200, 800} {
		b.Run(fmt.Sprintf("services-%d", n), func(b *testing.B) { measure(b, services(n)) })
	}
	b.Run("manifests-1000", func(b *testing.B) { measure(b, manifests(1000)) })
}

// A tree is a repository in memory.
type tree struct {
	sources []fixer.Source
	names   []fixer.Name
}

func load(b *testing.B, root string) tree {
	b.Helper()
	ws, err := discover.Load(context.Background(), []string{root}, discover.Options{})
	if err != nil {
		b.Fatal(err)
	}
	return tree{ws.Sources, ws.Names}
}

func (t tree) snapshot() *fixer.Snapshot { return fixer.NewSnapshot(t.sources, t.names...) }

func measure(b *testing.B, trees ...tree) {
	for b.Loop() {
		// The first look at anything pays for tables that are read once.
		engine.Check(trees[0].snapshot(), nil, rules.All())

		floor := cost(trees, func(t tree) { t.snapshot() })
		b.ReportMetric(floor.Seconds()*1000, "parse-ms")
		ratio := func(unit string, work func(t tree)) time.Duration {
			d := cost(trees, work)
			b.ReportMetric(float64(d)/float64(floor), unit)
			return d
		}
		scan := func(write func(s *report.Scan) error) func(t tree) {
			return func(t tree) {
				snap := t.snapshot()
				s := report.NewScan("/", snap, engine.Check(snap, nil, rules.All()), report.Filter{})
				if err := write(s); err != nil {
					b.Fatal(err)
				}
			}
		}
		ratio("scan-x", func(t tree) { engine.Check(t.snapshot(), nil, rules.All()) })
		concise := cost(trees, scan(func(s *report.Scan) error { return s.Concise(&bytes.Buffer{}, report.Style{}) }))
		json := cost(trees, scan(func(s *report.Scan) error { return s.JSON(&bytes.Buffer{}) }))
		b.ReportMetric(float64(json)/float64(concise), "json/concise")
		for _, level := range []fixer.Level{fixer.Safe, fixer.Review} {
			ratio(level.String()+"-x", func(t tree) {
				s := engine.NewSession(t.snapshot(), nil, rules.All())
				if _, err := s.AcceptAll(level, nil); err != nil {
					b.Fatal(err)
				}
				s.Plan()
			})
		}
	}
}

// cost returns the processor time that work takes for all trees: the least of
// three runs.
func cost(trees []tree, work func(t tree)) time.Duration {
	best := time.Duration(1<<63 - 1)
	for range 3 {
		runtime.GC()
		before := timetest.Processor()
		for _, t := range trees {
			work(t)
		}
		best = min(best, timetest.Processor()-before)
	}
	return best
}

// projects returns n directories, each with a Dockerfile, a Compose file that
// builds it and a Deployment that runs it.
func projects(n int) tree {
	var t tree
	for i := range n {
		dir := fmt.Sprintf("service-%03d", i)
		t.add(dir+"/Dockerfile", fixer.Dockerfile, fmt.Sprintf(`FROM node:22
WORKDIR /app
RUN apt-get update && apt-get install -y curl
COPY package.json package-lock.json ./
RUN npm install
ADD . .
EXPOSE %d
CMD node server.js
`, 3000+i))
		t.add(dir+"/compose.yaml", fixer.Compose, fmt.Sprintf(`services:
  web:
    build: .
    image: example/service-%03d:1.0
    ports:
      - "%d:%d"
  db:
    image: postgres:16
    environment:
      POSTGRES_PASSWORD: secret-%d
    volumes:
      - data:/var/lib/postgresql/data
volumes:
  data: {}
`, i, 8000+i, 3000+i, i))
		t.add(dir+"/deployment.yaml", fixer.Kubernetes, manifest(i))
	}
	return t.named()
}

// manifests returns one directory with n files of one Deployment each.
func manifests(n int) tree {
	var t tree
	for i := range n {
		t.add(fmt.Sprintf("deploy/service-%04d.yaml", i), fixer.Kubernetes, manifest(i))
	}
	return t.named()
}

func manifest(i int) string {
	return fmt.Sprintf(`apiVersion: apps/v1
kind: Deployment
metadata:
  name: service-%03d
  labels:
    app: service-%03d
spec:
  replicas: 2
  selector:
    matchLabels:
      app: service-%03d
  template:
    metadata:
      labels:
        app: service-%03d
    spec:
      containers:
        - name: web
          image: example/service-%03d:1.0
          ports:
            - containerPort: %d
          env:
            - name: LOG_LEVEL
              value: info
---
apiVersion: v1
kind: Service
metadata:
  name: service-%03d
spec:
  selector:
    app: service-%03d
  ports:
    - port: 80
      targetPort: %d
`, i, i, i, i, i, 3000+i, i, i, 3000+i)
}

func (t *tree) add(path string, kind fixer.Kind, data string) {
	t.sources = append(t.sources, fixer.Source{Path: path, Kind: kind, Data: []byte(data)})
}

// named adds the names that looking through the directories would give.
func (t tree) named() tree {
	seen := map[string]bool{}
	for _, s := range t.sources {
		if dir := filepath.Dir(s.Path); !seen[dir] {
			seen[dir] = true
			t.names = append(t.names, fixer.Name{Path: dir, Kind: buildcontext.Directory})
		}
		t.names = append(t.names, fixer.Name{Path: s.Path})
	}
	return t
}
