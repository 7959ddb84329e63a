package project

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/templates"
)

// TestActionsAreRefreshed: every action is named by its newest release of the same major version,
// and where GitHub does not answer it stays that of the table.
func TestActionsAreRefreshed(t *testing.T) {
	const commit = "0123456789abcdef0123456789abcdef01234567"
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "/commits/") {
			fmt.Fprint(w, commit)
			return
		}
		var list []string
		for major := range 12 {
			list = append(list, fmt.Sprintf(`{"tag_name": "v%d.990.1", "published_at": "2026-01-01T00:00:00Z"}`, major))
		}
		fmt.Fprint(w, "["+strings.Join(list, ",")+"]")
	}))
	defer s.Close()
	for api, refreshed := range map[string]bool{s.URL: true, "http://127.0.0.1:1": false} {
		stack := templates.Stacks()[0]
		o := templates.Defaults(stack)
		o.Name = "api"
		service, err := templates.Render(stack, o)
		if err != nil {
			t.Fatal(err)
		}
		n := &NewService{}
		if err := n.refreshActions(t.Context(), service, NewOptions{Lookup: Lookup{Ask: true}, Forge: api}); err != nil {
			t.Fatal(err)
		}
		uses := 0
		for _, f := range service.Files {
			for _, m := range regexp.MustCompile(`uses: \S+@(\S+) # v(\S+)`).FindAllStringSubmatch(string(f.Content), -1) {
				uses++
				if fresh := m[1] == commit && strings.HasSuffix(m[2], ".990.1"); fresh != refreshed {
					t.Errorf("%s: %s", f.Path, m[0])
				}
			}
		}
		if uses < 10 || (len(n.Notes) == 0) != refreshed {
			t.Errorf("%d uses, notes %q", uses, n.Notes)
		}
	}
}
