package discover

import (
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer/disk/disktest"
)

func TestComposeIncludes(t *testing.T) {
	dir := disktest.Tree(t, map[string]string{
		".gitignore": "parts/\n",
		"app/compose.yaml": "include:\n  - ../parts/db.yaml\n  - path: [../parts/a.yml, ../parts/b.yml]\n  - ../../secret.yaml\n" +
			"  - /etc/passwd\n  - ../../none.yaml\n  - https://example.com/c.yaml\n  - ${DIR}/c.yaml\n  - nothing.yaml\n  - compose.yaml\n" +
			"services:\n  web:\n    extends: {file: ../parts/base.yml, service: x}\n  other:\n    extends: web\n",
		"parts/db.yaml":    "include: more.yaml\nservices: {}\n",
		"parts/more.yaml":  "include: [db.yaml]\n",
		"parts/a.yml":      "services: {}\n",
		"parts/b.yml":      "\x00",
		"parts/base.yml":   "services:\n  x: {image: a}\n",
		"parts/unused.yml": "services: {}\n",
	})
	disktest.Put(t, dir, "../secret.yaml", composeFile)
	ws := load(t, dir, Options{})
	wantSources(t, ws,
		".gitignore gitignore",
		"app/compose.yaml compose",
		"parts/a.yml compose",
		"parts/b.yml compose skip:binary",
		"parts/base.yml compose",
		"parts/db.yaml compose",
		"parts/more.yaml compose",
	)
	var notes []string
	for _, n := range ws.Notes {
		notes = append(notes, n.Path+" "+n.Text)
	}
	want := ` 1 ignored file or directory was not scanned (use --no-ignore to scan them)
app/compose.yaml includes ${DIR}/c.yaml, which depends on a variable and was not read
app/compose.yaml includes ../../none.yaml, which is outside the scanned directory and was not read
app/compose.yaml includes ../../secret.yaml, which is outside the scanned directory and was not read
app/compose.yaml includes /etc/passwd, which is outside the scanned directory and was not read
app/compose.yaml includes https://example.com/c.yaml, which is remote and was not fetched
app/compose.yaml includes nothing.yaml, which was not found`
	if got := strings.Join(notes, "\n"); got != want {
		t.Errorf("notes:\n%s", got)
	}
}

func TestComposeIncludeOutsideTheAskedIsContext(t *testing.T) {
	dir := disktest.Tree(t, map[string]string{
		".git/HEAD": "x", "app/compose.yaml": "include: [../parts/db.yaml]\n", "parts/db.yaml": composeFile,
	})
	wantSources(t, load(t, dir, Options{}, "app"), "app/compose.yaml compose", "parts/db.yaml compose context")
}

func TestKustomize(t *testing.T) {
	dir := disktest.Tree(t, map[string]string{
		"base/kustomization.yaml": "resources: [web.yaml]\n",
		"base/web.yaml":           pod,
		"over/kustomization.yml": "resources: [../base, own.yaml]\npatches:\n  - path: big.yaml\n  - path: ops.yaml\n  - patch: |-\n      a: b\n" +
			"patchesStrategicMerge:\n- small.yaml\n- |-\n  kind: Pod\npatchesJson6902: [{path: six.json}]\ntransformers: [label.yaml, ../base]\n",
		"over/own.yaml":   pod,
		"over/big.yaml":   pod,
		"over/small.yaml": pod,
		"over/ops.yaml":   "- op: remove\n  path: /x\n",
		"over/six.json":   "[]",
		"over/label.yaml": "apiVersion: builtin\nkind: LabelTransformer\n",
		"part/Kustomization": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n" +
			"patches: [{path: ../../outside.yaml}, {path: /etc/passwd}]\n",
		"odd.yaml":                "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n",
		"old/kustomization.yaml":  "bases: [../base]\npatches: [old.yaml]\n",
		"old/old.yaml":            pod,
		"bad/kustomization.yaml":  "patches: [\n",
		"loop/kustomization.yaml": "patches: &a [*a]\n",
	})
	ws := load(t, dir, Options{})
	wantSources(t, ws,
		"bad/kustomization.yaml kustomize skip:kustomize",
		"base/kustomization.yaml kustomize skip:kustomize",
		"base/web.yaml kubernetes",
		"loop/kustomization.yaml kustomize skip:kustomize",
		"odd.yaml kustomize skip:kustomize",
		"old/kustomization.yaml kustomize skip:kustomize",
		"old/old.yaml kustomize skip:kustomize",
		"over/big.yaml kustomize skip:kustomize",
		"over/kustomization.yml kustomize skip:kustomize",
		"over/label.yaml kustomize skip:kustomize",
		"over/ops.yaml kustomize skip:kustomize",
		"over/own.yaml kubernetes",
		"over/six.json kustomize skip:kustomize",
		"over/small.yaml kustomize skip:kustomize",
		"part/Kustomization kustomize skip:kustomize",
	)
	if got := skipOf(t, ws, "over/big.yaml").Reason; got != "Kustomize patch of over/kustomization.yml: only part of a manifest" {
		t.Errorf("reason %q", got)
	}
}

func TestHelm(t *testing.T) {
	dir := disktest.Tree(t, map[string]string{
		"chart/Chart.yaml":                      "apiVersion: v2\nname: x\n",
		"chart/values.yaml":                     "image: x\n",
		"chart/values-prod.yml":                 "image: x\n",
		"chart/prod-values.yaml":                "image: x\n",
		"chart/valuesish.yaml":                  "image: x\n",
		"chart/ci/test-values.yaml":             "image: x\n",
		"chart/other.yaml":                      "a: b\n",
		"chart/templates/web.yaml":              "{{- if .Values.x }}\n" + pod + "{{- end }}\n",
		"chart/templates/plain.yaml":            pod,
		"chart/templates/sub/x.yml":             "a: b\n",
		"chart/templates/NOTES.txt":             "hi\n",
		"chart/templates/Dockerfile":            dockerfile,
		"chart/crds/crd.yaml":                   "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n",
		"chart/charts/dep/Chart.yaml":           "apiVersion: v2\n",
		"chart/charts/dep/templates/x.yaml":     pod,
		"values.yaml":                           "a: b\n",
		"templates/pod.yaml":                    pod,
		"chart/templates/tests/deep/a/b/c.yaml": pod,
	})
	ws := load(t, dir, Options{})
	wantSources(t, ws,
		"chart/Chart.yaml helm skip:helm",
		"chart/charts/dep/Chart.yaml helm skip:helm",
		"chart/charts/dep/templates/x.yaml helm skip:helm",
		"chart/ci/test-values.yaml helm skip:helm",
		"chart/crds/crd.yaml kubernetes",
		"chart/prod-values.yaml helm skip:helm",
		"chart/templates/Dockerfile dockerfile",
		"chart/templates/plain.yaml helm skip:helm",
		"chart/templates/sub/x.yml helm skip:helm",
		"chart/templates/tests/deep/a/b/c.yaml helm skip:helm",
		"chart/templates/web.yaml helm skip:helm",
		"chart/values-prod.yml helm skip:helm",
		"chart/values.yaml helm skip:helm",
		"templates/pod.yaml kubernetes",
	)
	// The chart is seen although it lies above the root.
	wantSources(t, load(t, dir, Options{}, "chart/templates/sub"), "x.yml helm skip:helm")
}

// TestWhatComposeWouldNotLoad: a base, a file or an environment file that is not there does
// not stop the reading, and each is said.
func TestWhatComposeWouldNotLoad(t *testing.T) {
	dir := disktest.Tree(t, map[string]string{
		"compose.yaml": "services:\n  a: {extends: b, image: x}\n  b: {extends: {file: base.yaml, service: gone}, image: 'y:${TAG:?set}'}\n  c: {extends: {file: nothing.yaml, service: c}}\n  d: {extends: away, image: z}\n  e: {extends: {file: base.yaml, service: base}, env_file: [e.env, there.env, '${X}.env']}\n",
		"base.yaml":    "services:\n  base: {image: x}\n", "there.env": "A=1\n",
	})
	ws := load(t, dir, Options{})
	wantSources(t, ws, "base.yaml compose", "compose.yaml compose", "there.env service-environment context")
	var notes []string
	for _, n := range ws.Notes {
		notes = append(notes, n.Path+" "+n.Text)
	}
	want := `compose.yaml extends a service of nothing.yaml, which was not found
compose.yaml names the environment file e.env, not found below the scanned directory: what it sets is not known
compose.yaml requires the variable TAG, which no .env here sets: Compose loads the file only where it is set
compose.yaml service b extends gone, which is not in base.yaml
compose.yaml service d extends away, which is not in compose.yaml`
	if got := strings.Join(notes, "\n"); got != want {
		t.Errorf("notes:\n%s", got)
	}
}

// TestRequiredVariables: variables that a Compose file demands are said where no .env that
// Compose reads sets them; $$ is no variable, and a comment demands nothing.
func TestRequiredVariables(t *testing.T) {
	dir := disktest.Tree(t, map[string]string{
		"compose.yaml":     "services:\n  a: # ${COMMENT:?x}\n    image: 'x:${TAG:?set}'\n    environment: [\"A=${B?}\", 'C=$${D:?x}', 'E=${F:-1}', 'G=${TAG:?}']\n",
		".env.example":     "TAG=1\nB=2\n",
		"sub/compose.yaml": "services:\n  a: {image: 'x:${TAG:?set}', command: '${ONE:?set}'}\n", "sub/.env": "TAG=1\n",
		"set/compose.yaml": "services:\n  a: {image: 'x:${TAG:?set}'}\n", "set/.env": "TAG=1\n",
	})
	ws := load(t, dir, Options{})
	var notes []string
	for _, n := range ws.Notes {
		notes = append(notes, n.Path+" "+n.Text)
	}
	want := `compose.yaml requires the variables TAG, B, which no .env here sets: Compose loads the file only where they are set
sub/compose.yaml requires the variable ONE, which no .env here sets: Compose loads the file only where it is set`
	if got := strings.Join(notes, "\n"); got != want {
		t.Errorf("notes:\n%s", got)
	}
}

// TestIncludeNamesWhatIsMissing: files and environment files of an include that are not
// there are said; /dev/null stands for none, and an address is not looked for.
func TestIncludeNamesWhatIsMissing(t *testing.T) {
	dir := disktest.Tree(t, map[string]string{
		"compose.yaml": "include:\n- path: [db.yaml, gone.yaml]\n  env_file: [db.env, there.env, '${X}.env']\n- path: db.yaml\n  env_file: one.env\n- {path: db.yaml, env_file: /dev/null}\n- {path: sub/web.yaml, env_file: db.env}\n- lost.yaml\n",
		"db.yaml":      "services:\n  db: {image: x}\n", "there.env": "A=1\n",
		"sub/web.yaml": "services:\n  web: {image: x, env_file: web.env}\n",
	})
	ws := load(t, dir, Options{})
	var notes []string
	for _, n := range ws.Notes {
		notes = append(notes, n.Path+" "+n.Text)
	}
	want := `compose.yaml includes gone.yaml, which was not found
compose.yaml includes lost.yaml, which was not found
compose.yaml names the environment files db.env, one.env, not found below the scanned directory: what they set is not known
sub/web.yaml names the environment file web.env, not found below the scanned directory: what it sets is not known`
	if got := strings.Join(notes, "\n"); got != want {
		t.Errorf("notes:\n%s", got)
	}
}
