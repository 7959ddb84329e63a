package workflow_test

import (
	"fmt"
	"strings"
	"testing"
)

// TestBuilds: which image is built from which Dockerfile, where both are written out.
func TestBuilds(t *testing.T) {
	const action = "on: push\njobs:\n  build:\n    runs-on: x\n    steps:\n    - uses: docker/build-push-action@v6\n      with: "
	const run = "on: push\njobs:\n  build:\n    runs-on: x\n    steps:\n    - run: |\n        "
	for _, c := range []struct{ src, want string }{
		{action + "{context: backend, tags: shop/api:v1}", "shop/api backend/Dockerfile"},
		{action + "{context: ./backend, file: backend/Dockerfile.prod, target: run, tags: \"ghcr.io/shop/api:v1\"}", "ghcr.io/shop/api backend/Dockerfile.prod run"},
		{action + "\n        tags: |\n          shop/api:latest\n          ${{ secrets.USER }}/api:${{ github.sha }}\n", "shop/api Dockerfile, $/api Dockerfile"},
		{action + "{context: backend, tags: \"${{ steps.meta.outputs.tags }}\"}", ""},
		{action + "{context: backend, tags: \"shop/${{ matrix.name }}:1\"}", ""},
		{action + "{context: \"${{ matrix.dir }}\", tags: shop/api}", ""},
		{action + "{context: ../other, tags: shop/api}", ""},
		{action + "{context: \"https://example.org/x.git\", tags: shop/api}", ""},
		{run + "docker build -t shop/api:1 backend\n", "shop/api backend/Dockerfile"},
		{run + "docker build -t \"$REGISTRY/api:$SHA\" ./backend && docker push x\n", "$/api backend/Dockerfile"},
		{run + "docker buildx build --platform linux/amd64,linux/arm64 --push \\\n          --tag registry.example:5000/shop/api -f backend/prod.Dockerfile .\n", "registry.example:5000/shop/api backend/prod.Dockerfile"},
		{run + "docker build --build-arg A=b --target=run -t a -t b:2 backend\n", "a backend/Dockerfile run, b backend/Dockerfile run"},
		{run + "cd backend && docker build -t shop/api .\n", ""},
		{run + "docker build -t shop/api --new-option value backend\n", ""},
		{run + "docker build -t shop/api $DIR\n", ""},
		{run + "echo docker build -t shop/api backend\n", ""},
		{strings.Replace(run, "    - run: |", "    - working-directory: backend\n      run: |", 1) + "docker build -t shop/api .\n", "shop/api backend/Dockerfile"},
		{strings.Replace(run, "    runs-on: x\n", "    runs-on: x\n    defaults: {run: {working-directory: backend}}\n", 1) + "docker build -t shop/api -f prod.Dockerfile .\n", "shop/api backend/prod.Dockerfile"},
		{"build:\n  script:\n  - docker build -t $CI_REGISTRY_IMAGE/api backend\n  - docker push $CI_REGISTRY_IMAGE/api\n", "$/api backend/Dockerfile"},
		{"build:\n  script:\n  - cd backend\n  - docker build -t shop/api .\n", ""},
	} {
		var out []string
		for _, b := range parse(t, c.src).Builds() {
			out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s %s", b.Image, b.Dockerfile, b.Target)))
		}
		if got := strings.Join(out, ", "); got != c.want {
			t.Errorf("%s\n%q, want %q", c.src, got, c.want)
		}
	}
}
