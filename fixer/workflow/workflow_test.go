package workflow_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer/workflow"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

func parse(t *testing.T, src string) *workflow.File {
	t.Helper()
	y, err := yamldoc.Parse([]byte(src))
	if err != nil {
		t.Fatal(err)
	}
	f, err := workflow.Parse(y)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// list is what a file names, one a line.
func list(f *workflow.File) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %d\n", f.Kind, f.Jobs)
	for _, u := range f.Uses {
		if u.Local() {
			fmt.Fprintf(&b, "%d local %s\n", u.Node.Line, u.Sub)
			continue
		}
		fmt.Fprintf(&b, "%d %s %s@%s %s|%s|%s\n", u.Node.Line, u.Path, u.Target(), u.Ref, u.Role, u.Comment, u.Version())
	}
	for _, i := range f.Images {
		fmt.Fprintf(&b, "%d %s %s%s %s\n", i.Node.Line, i.Path, i.Prefix, i.Name, i.Role)
	}
	return b.String()
}

func TestGitHub(t *testing.T) {
	f := parse(t, `on: push
env: {image: not/this:1}
jobs:
  test:
    runs-on: ubuntu-latest
    container: node:22 # the runtime
    services:
      db:
        image: "postgres:18"
      cache: {image: 'valkey/valkey:9', ports: [6379]}
      matrix:
        image: ${{ matrix.db }}
    steps:
    - uses: actions/checkout@v4   #  v4.2.1
    - name: lint
      "uses": 'docker://hadolint/hadolint:v2.14.0'
    - {uses: github/codeql-action/init@0123456789012345678901234567890123456789} # tag=v3.1
    - uses: ./.github/actions/x
    - run: echo uses actions/no@v1
    - uses: $/action # nothing
      with: {image: not/that:2}
    - uses: a/b@main # zizmor: ignore[unpinned-uses] 12
    - uses: "a/b@v1" # ratchet:a/b@v1
    - uses: ${{ inputs.x }}/y@v1
    - uses: nonsense
    - uses: >-
        a/folded@v2
  call:
    uses: org/shared/.github/workflows/build.yml@v1.2
  same:
    container: &c {image: alpine:3}
  again:
    container: *c
`)
	const want = `GitHub workflow 4
14 jobs.test.steps[0].uses actions/checkout@v4 step 1 of job "test"|v4.2.1|v4.2.1
17 jobs.test.steps[2].uses github/codeql-action/init@0123456789012345678901234567890123456789 step 3 of job "test"|tag=v3.1|v3.1
18 local .github/actions/x
20 local action
22 jobs.test.steps[6].uses a/b@main step 7 of job "test"|zizmor: ignore[unpinned-uses] 12|12
23 jobs.test.steps[7].uses a/b@v1 step 8 of job "test"|ratchet:a/b@v1|v1
26 jobs.test.steps[10].uses a/folded@v2 step 11 of job "test"||
29 jobs.call.uses org/shared/.github/workflows/build.yml@v1.2 job "call"||
6 jobs.test.container node:22 job "test"
9 jobs.test.services.db.image postgres:18 service "db" of job "test"
10 jobs.test.services.cache.image valkey/valkey:9 service "cache" of job "test"
12 jobs.test.services.matrix.image ${{ matrix.db }} service "matrix" of job "test"
16 jobs.test.steps[1].uses docker://hadolint/hadolint:v2.14.0 step 2 of job "test"
31 jobs.same.container.image alpine:3 job "same"
`
	if got := list(f); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if u := f.Uses[1]; !u.Pinned() || u.Reusable() || u.Repository() != "github/codeql-action" || u.Sub != "init" {
		t.Errorf("%+v", u)
	}
	if u := f.Uses[len(f.Uses)-1]; u.Pinned() || !u.Reusable() || u.Comment != "" {
		t.Errorf("%+v", u)
	}
}

func TestMatrix(t *testing.T) {
	f := parse(t, `jobs:
  plain:
    strategy:
      matrix:
        image: [node:20, 'node:22', "${{ inputs.x }}"]
        include:
        - {image: node:24, extra: 1}
        - extra: 2
    container: ${{ matrix.image }}
  deep:
    strategy:
      matrix:
        db:
        - {name: pg, image: postgres:18}
        - {name: my, image: mysql:9}
    name: test ${{ matrix.db.name }}
    services:
      db: {image: "${{matrix.db.image}}"}
  named:
    name: test ${{ matrix.image }}
    strategy: {matrix: {image: [alpine:3]}}
    container: {image: '${{ matrix.image }}'}
  excluded:
    strategy:
      matrix:
        image: [redis:8, redis:7]
        os: [a, b]
        exclude: [{image: redis:7, os: b}]
    container: ${{ matrix.image }}
  extended:
    strategy: {matrix: {image: [redis:6, redis:5], include: [{image: redis:6, old: true}]}}
    container: ${{ matrix.image }}
  computed:
    strategy: {matrix: "${{ fromJSON(needs.x.outputs.y) }}"}
    container: ${{ matrix.image }}
  part:
    strategy: {matrix: {v: [18]}}
    container: postgres:${{ matrix.v }}
`)
	const want = `GitHub workflow 7
5 jobs.plain.strategy.matrix.image[0] node:20 job "plain"
5 jobs.plain.strategy.matrix.image[1] node:22 job "plain"
5 jobs.plain.strategy.matrix.image[2] ${{ inputs.x }} job "plain"
7 jobs.plain.strategy.matrix.include[0].image node:24 job "plain"
14 jobs.deep.strategy.matrix.db[0].image postgres:18 service "db" of job "deep"
15 jobs.deep.strategy.matrix.db[1].image mysql:9 service "db" of job "deep"
21 jobs.named.strategy.matrix.image[0] alpine:3 job "named"
26 jobs.excluded.strategy.matrix.image[0] redis:8 job "excluded"
26 jobs.excluded.strategy.matrix.image[1] redis:7 job "excluded"
31 jobs.extended.strategy.matrix.image[0] redis:6 job "extended"
31 jobs.extended.strategy.matrix.image[1] redis:5 job "extended"
31 jobs.extended.strategy.matrix.include[0].image redis:6 job "extended"
35 jobs.computed.container ${{ matrix.image }} job "computed"
38 jobs.part.container postgres:${{ matrix.v }} job "part"
`
	if got := list(f); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for _, i := range f.Images {
		if shared := i.Shared != ""; shared != (i.Name == "alpine:3" || strings.HasPrefix(i.Name, "redis:")) {
			t.Errorf("%s: shared %q", i.Name, i.Shared)
		}
	}
}

func TestActionsAndPipelines(t *testing.T) {
	for name, c := range map[string]struct{ src, want string }{
		"composite": {"name: x\nruns:\n  using: composite\n  steps:\n  - uses: a/b/c@v1\n", "GitHub action 0\n5 runs.steps[0].uses a/b/c@v1 step 1 of the action||\n"},
		"docker":    {"runs: {using: docker, image: 'docker://x/y:1'}\n", "GitHub action 0\n1 runs.image docker://x/y:1 the action\n"},
		"its own":   {"runs:\n  using: docker\n  image: Dockerfile\n", "GitHub action 0\n"},
		"pipeline": {"image: {name: node:22, entrypoint: ['']}\ndefault:\n  services: [postgres:18, {name: redis:8, alias: r}]\nstages: [a]\n.tpl: &t\n  image: alpine:3\njob:\n  <<: *t\n  script: [x]\nother:\n  image: $CI_REGISTRY/x:1\n  services:\n  - docker:dind\n  script: !reference [.tpl, script]\n",
			"GitLab pipeline 3\n1 image.name node:22 the pipeline\n3 default.services[0] postgres:18 a service of the pipeline\n3 default.services[1].name redis:8 a service of the pipeline\n6 [\".tpl\"].image alpine:3 job \".tpl\"\n11 other.image $CI_REGISTRY/x:1 job \"other\"\n13 other.services[0] docker:dind a service of job \"other\"\n"},
		"component":      {"spec: {inputs: {x: {}}}\n---\njob:\n  image: node:22\n  script: x\n", "GitLab pipeline 1\n4 job.image node:22 job \"job\"\n"},
		"variables only": {"variables: {a: b}\n", "GitLab pipeline 0\n"},
	} {
		if got := list(parse(t, c.src)); got != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, c.want)
		}
	}
	for _, src := range []string{"a: b\n", "- a\n", "name: x\nruns: y\n"} {
		y, err := yamldoc.Parse([]byte(src))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := workflow.Parse(y); err == nil {
			t.Errorf("%q was read", src)
		}
	}
}

func TestComments(t *testing.T) {
	for line, want := range map[string]string{
		"uses: a/b@v1 # v1.2.3":               "v1.2.3",
		"uses: a/b@v1 #v1.2.3":                "v1.2.3",
		"uses: a/b@v1 # 4.8.2":                "4.8.2",
		"uses: a/b@v1 # pin@v3":               "v3",
		"uses: a/b@v1 # v2.0.0-rc.1 for now":  "v2.0.0-rc.1",
		"uses: a/b@v1 # ubuntu-24-04 support": "",
		"uses: a/b@v1 # main":                 "",
		"uses: a/b@v1":                        "",
		"uses: a/b@v1#v2":                     "",
		"uses: 'a/b@v1' # v9":                 "v9",
	} {
		f := parse(t, "jobs:\n  x:\n    steps:\n    - "+line+"\n")
		if len(f.Uses) != 1 || f.Uses[0].Version() != want {
			t.Errorf("%s: %+v, want %q", line, f.Uses, want)
		}
	}
}

// TestVariables: what env and scripts set is found, and what they pass on as an option
// is not.
func TestVariables(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{`env: {TAG: "1"}
jobs:
  a:
    env:
      JOB: x
    steps:
    - env: {STEP: x, TAG: "2"}
      run: |
        VERSION=$(git describe) docker compose up
        export OTHER=1; echo "FILE=x" >> .env
        docker build --build-arg=ARG=1 --build-arg BUILD=1 -e RUN=2 .
        set -e; LAST=1
`, "1 TAG, 5 JOB, 7 STEP, 8 VERSION, 8 OTHER, 8 FILE, 8 LAST"},
		{`variables: {TOP: a}
job:
  variables:
    JOB: {value: b}
  before_script: A=1 true
  script:
  - echo
  - B=1 docker compose up
`, "1 TOP, 4 JOB, 5 A, 8 B"},
	} {
		var got []string
		for _, v := range parse(t, c.src).Sets() {
			got = append(got, fmt.Sprint(v.Line, " ", v.Name))
		}
		if got := strings.Join(got, ", "); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}
